"""Where a secret is kept. A secret itself stands in no spec and in no job plan."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from runtime.contract.entry import Entry, entry, wrapped
from runtime.contract.forms import text_of


def refuse_literal_secret(value: Any) -> Any:
    """Given what stands where a secret is meant, return it; raise ``secret/literal`` if a value."""
    if isinstance(value, dict):
        return value
    # What only an error needs is loaded with it.
    from pydantic_core import PydanticCustomError

    raise PydanticCustomError(
        "secret/literal",
        "a secret stands in the spec",
        {"help": "name its place: `{file: /run/secrets/x}`, `{credential: x}` or `{env: X}`"},
    )


@entry
class Secret(Entry):
    """Where a secret is kept; the value itself never stands in a spec."""

    exactly_one: ClassVar = (("env", "file", "credential"),)

    env: (
        Annotated[
            str, text_of(r"^[A-Za-z_][A-Za-z0-9_]*$", "TABULAR_DSN", max_length=200, min_length=1)
        ]
        | None
    ) = None
    """Environment variable of the process that needs it."""
    file: (
        Annotated[str, text_of(r"^/[^\x00]*$", "/run/secrets/dsn", max_length=4096, min_length=1)]
        | None
    ) = None
    """File that holds nothing else."""
    credential: (
        Annotated[str, text_of(r"^[A-Za-z0-9_.-]+$", "dsn", max_length=200, min_length=1)] | None
    ) = None
    """Name of a systemd credential of the unit that needs it."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        """Return the schema of an entry, behind the refusal of a literal."""
        # The zero-argument super() does not find the class again that slots make.
        schema = super(Secret, cls).__get_pydantic_core_schema__(source, handler)  # noqa: UP008  # see above
        return wrapped(
            {
                "type": "function-before",
                "function": {"type": "no-info", "function": refuse_literal_secret},
            },
            schema,
        )
