"""Parameters of ``postgres.bloat``: how much of tables and indexes is dead or empty."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

from runtime.contract.database import Flag, TableNames
from runtime.contract.entry import Entry, entry
from runtime.contract.forms import whole_of
from runtime.contract.secret import Secret
from runtime.contract.units import SHARE_PATTERN, Bytes, PositiveSeconds, Unit, validate_share

if TYPE_CHECKING:
    from pydantic_core.core_schema import ValidationInfo


def validate_partial_share(value: Any, info: ValidationInfo) -> Decimal:
    """Given a written share, return it; raise ``spec/out-of-range`` where nothing is above it."""
    share = validate_share(value, info)
    if share == 1:
        from pydantic_core import PydanticCustomError

        raise PydanticCustomError(
            "spec/out-of-range",
            "nothing wastes more than `100%`",
            {"help": "write a share that can be exceeded, such as `50%`"},
        )
    return share


PartialShare = Annotated[
    Decimal,
    Unit(
        pattern=SHARE_PATTERN.replace(r"100(\.0{1,12})?|", ""),
        examples=("50%",),
        validate=validate_partial_share,
    ),
]
"""A share that can be exceeded: less than `100%`."""


@entry
class BloatOptions(Entry):
    """What is looked at, how, and from where on it is a finding. Nothing is changed."""

    tables: TableNames | None = None
    """Tables, with their indexes; all that are not the system's when it is left out."""
    top: Annotated[int, whole_of(1, 1000)] = 20
    """How many tables, and how many indexes, are reported: those that waste most."""
    measured: Flag = False
    """Whether it is measured by the extension `pgstattuple`, which reads all of it, and not
    estimated from statistics, which costs nothing and is as good as the last `ANALYZE`."""
    above_ratio: PartialShare | None = None
    """Share of a table or an index that may be wasted; more is a finding, and the job has not
    ended well. None means that nothing is one."""
    from_bytes: Bytes = 100 * 2**20
    """Size from which `above` is looked at: small ones waste much of little."""
    lock_timeout_seconds: PositiveSeconds = 5
    """How long a table is waited for."""
    statement_timeout_seconds: PositiveSeconds = 600
    """How long one question may take."""


@entry
class PostgresBloat(BloatOptions):
    """Report what tables and indexes of a database waste."""

    dsn: Secret
    """Where the connection string is kept."""
