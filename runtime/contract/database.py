"""Values that kinds about databases have in common, as a spec and a plan write them."""

from __future__ import annotations

from typing import Annotated, Final

from runtime.contract.forms import NOT_EMPTY, text_of
from runtime.contract.units import Described

USUAL_SCHEMA: Final = "public"
"""Schema of a table that is named without one."""


TableName = Annotated[
    str, text_of(r"^[^.\x00\n]+(\.[^.\x00\n]+)?$", "orders", "archive.orders", max_length=127)
]
"""A table of a database, with its schema where that is not ``public``; written without quotes."""
TableNames = Annotated[tuple[TableName, ...], NOT_EMPTY]
"""Tables of a database, one at least."""
ColumnName = Annotated[str, text_of(r"^[^\x00\n]+$", "created_at", max_length=63)]
"""A column of a table, written without quotes."""
Flag = Annotated[bool, Described({"type": "bool", "strict": True}, {"type": "boolean"})]
"""``true`` or ``false``."""


def schema_and_name(table: str) -> tuple[str, str]:
    """Given a table's name, return its schema and its name in there."""
    schema, _, name = table.rpartition(".")
    return schema or USUAL_SCHEMA, name
