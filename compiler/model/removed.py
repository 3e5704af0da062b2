"""What an environment removes, beside the faults that this makes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from compiler.source.fault import Fault, Place
from compiler.source.tree import Map, Seq

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.tree import Path

LABEL: Final = "removed for this environment"


def explained(fault: Fault, root: Map, environment: str) -> Fault:
    """Given a fault of a tree in an environment, return it with the removal that explains it."""
    if fault.rule not in ("spec/missing-key", "spec/unknown-reference"):
        return fault
    for place, removed in _removals(root, environment):
        if fault.rule == "spec/missing-key":
            is_reason = fault.place.path == removed[:-1] and f"`{removed[-1]}`" in fault.headline
        else:
            is_reason = _at(root, fault.place.path) == removed[-1]
        if is_reason:
            return replace(fault, related=(*fault.related, (place, LABEL)))
    return fault


def _removals(root: Map, environment: str) -> Iterator[tuple[Place, Path]]:
    """Yield the place and the path of everything that an environment removes."""
    base = ("environments", environment)
    items = _at(root, (*base, "remove"))
    for index, item in enumerate(items if isinstance(items, Seq) else ()):
        if isinstance(item, str):
            yield Place((*base, "remove", index)), tuple(item.split("."))
    changes = _at(root, (*base, "set"))
    for key, value in changes.items() if isinstance(changes, Map) else ():
        if value is None:
            yield Place((*base, "set", key), "key"), tuple(key.split("."))


def _at(root: Map, path: Path) -> Any:
    """Return what stands at a path, or None."""
    node: Any = root
    for step in path:
        try:
            node = node[step]
        except (KeyError, IndexError, TypeError):
            return None
    return node
