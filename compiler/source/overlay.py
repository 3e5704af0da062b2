"""What an environment changes: a tree, ``set`` and ``remove`` → the tree of that environment.

A path is keys joined by dots, ``scrape.node.targets``; names have no dots. Items of lists have no
path: a list is replaced whole. Only the containers along a changed path are copied, all
else is the same object as before. The mark of a replaced entry is the override's own, so that a
finding about it points at the override.

- ``set`` replaces an entry, or adds one to a mapping that exists; null drops it, like ``remove``.
- A path through nothing, and the removal of nothing, are findings ``spec/unknown-reference``.
- Of two overrides of which one is, or lies within, the other, the second does not count: a finding
  ``spec/duplicate-key``.
- ``environments`` cannot be overridden.

Overrides of a wrong type (a ``remove`` item that is no text) are passed over: validating the
section says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from compiler.finding import Finding, Position, Related, Severity, Span
from compiler.source.suggest import nearest
from compiler.source.tree import Map

if TYPE_CHECKING:
    from compiler.source.tree import Mark, Path, Seq

SECTION: Final = "environments"
"""The section that overrides stand in."""


class _Override(NamedTuple):
    """One override: its path, its mark, where it is named, and what it sets."""

    path: tuple[str, ...]
    mark: Mark
    span: Span
    value: Any
    is_removal: bool


def overlay(root: Map, set_: Map, remove: Seq) -> tuple[Map, list[Finding]]:
    """Given a tree and an environment's changes, return the changed tree and the findings.

    The tree that is given stays as it is; without changes it is the one returned.
    """
    findings: list[Finding] = []
    overrides = _distinct(_overrides(set_, remove), findings)
    fresh: dict[Path, Map] = {}
    for override in overrides:
        fault = _apply(root, override, fresh)
        if fault is not None:
            findings.append(fault)
    return fresh.get((), root), findings


def _overrides(set_: Map, remove: Seq) -> list[_Override]:
    """Return all overrides, those of ``set`` first, each in the order written."""
    changes = [
        _Override(
            tuple(key.split(".")), set_.marks[key], _key(set_.marks[key]), value, value is None
        )
        for key, value in set_.items()
    ]
    removals = [
        _Override(tuple(item.split(".")), mark, _value(mark), None, is_removal=True)
        for item, mark in zip(remove, remove.marks, strict=True)
        if isinstance(item, str)
    ]
    return changes + removals


def _key(mark: Mark) -> Span:
    return Span(
        mark[0].file, Position(mark[1] + 1, mark[2] + 1), Position(mark[1] + 1, mark[3] + 1)
    )


def _value(mark: Mark) -> Span:
    return Span(
        mark[0].file, Position(mark[4] + 1, mark[5] + 1), Position(mark[6] + 1, mark[7] + 1)
    )


def _distinct(overrides: list[_Override], findings: list[Finding]) -> list[_Override]:
    """Return the overrides that speak of entries of their own; write down the others."""
    kept: dict[tuple[str, ...], _Override] = {}
    within: dict[tuple[str, ...], _Override] = {}
    for override in overrides:
        path = override.path
        other = within.get(path)
        for length in range(1, len(path) + 1):
            other = other or kept.get(path[:length])
        if other is not None:
            findings.append(_clash(override, other))
            continue
        kept[path] = override
        for length in range(1, len(path) + 1):
            within.setdefault(path[:length], override)
    return list(kept.values())


def _clash(override: _Override, other: _Override) -> Finding:
    mine, theirs = ".".join(override.path), ".".join(other.path)
    headline = f"`{mine}` is overridden twice"
    if mine != theirs:
        headline = f"the overrides `{mine}` and `{theirs}` speak of the same entry"
    return Finding(
        id="spec/duplicate-key",
        severity=Severity.ERROR,
        headline=headline,
        span=override.span,
        label="this one does not count",
        help="keep one of the two, or name only entries that lie apart",
        related=(Related(span=other.span, label="overridden here"),),
    )


def _apply(root: Map, override: _Override, fresh: dict[Path, Map]) -> Finding | None:
    """Change the tree of fresh containers as one override says, or return what is wrong with it."""
    path = override.path
    if path[0] == SECTION:
        help_line = "name an entry of another section"
        return _fault(override, f"`{SECTION}` cannot be overridden", help_line)
    container: Any = fresh.get((), root)
    for depth, step in enumerate(path[:-1]):
        if step not in container:
            return _unknown(override, depth, container)
        container = container[step]
        if not isinstance(container, Map):
            what = (
                "a list, which is replaced whole" if isinstance(container, list) else "no mapping"
            )
            name = ".".join(path[: depth + 1])
            help_line = f"override `{name}` itself"
            return _fault(override, f"`{name}` is {what}", help_line)
    if override.is_removal and path[-1] not in container:
        return _unknown(override, len(path) - 1, container)
    target = _fresh(root, path[:-1], fresh)
    if override.is_removal:
        del target[path[-1]], target.marks[path[-1]]
    else:
        target[path[-1]] = override.value
        target.marks[path[-1]] = override.mark
    return None


def _fresh(root: Map, path: tuple[str, ...], fresh: dict[Path, Map]) -> Map:
    """Return the container at a path that exists, copied once, and so all around it."""
    container = fresh.get(())
    if container is None:
        container = fresh[()] = root.copy()
    for length in range(1, len(path) + 1):
        inner = fresh.get(path[:length])
        if inner is None:
            inner = fresh[path[:length]] = container[path[length - 1]].copy()
            container[path[length - 1]] = inner
        container = inner
    return container


def _unknown(override: _Override, depth: int, container: Map) -> Finding:
    """Return the finding about the step of a path that its container does not have."""
    path = override.path
    around = ".".join(path[:depth])
    where = f"in `{around}`" if around else "among the sections"
    close = nearest(path[depth], container)
    if close is not None:
        meant = ".".join((*path[:depth], close, *path[depth + 1 :]))
        help_line = f"did you mean `{meant}`?"
    elif override.is_removal:
        help_line = "take the line out: there is nothing to drop"
    else:
        help_line = (
            f"an override adds one entry at most: write `{path[depth]}` into the spec itself"
        )
    return _fault(override, f"there is no `{path[depth]}` {where}", help_line)


def _fault(override: _Override, headline: str, help_line: str) -> Finding:
    return Finding(
        id="spec/unknown-reference",
        severity=Severity.ERROR,
        headline=headline,
        span=override.span,
        help=help_line,
    )
