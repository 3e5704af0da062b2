"""How the keys of foreign documents are written: as in the field's name, or as Kubernetes does."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from runtime.contract.entry import Entry
from runtime.contract.units import Described

Anything = Annotated[Any, Described({"type": "any"}, {})]
"""A value that nobody looks at: what says it is refused as a whole."""


def camel(field: str) -> str:
    """Given a field's name, return it as Kubernetes writes keys."""
    first, *rest = field.split("_")
    return first + "".join(word.title() for word in rest)


def _as_it_is(field: str) -> str:
    return field


class Plain(Entry):
    """A mapping whose keys are the fields' names."""

    __slots__ = ()
    __pydantic_config__: ClassVar[dict[str, Any]] = {
        "extra": "forbid",
        "alias_generator": _as_it_is,
    }


class Camel(Entry):
    """A mapping whose keys are written as Kubernetes does."""

    __slots__ = ()
    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid", "alias_generator": camel}
