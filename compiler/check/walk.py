"""Entries of a tree by a pattern of keys, whether or not the model could read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from compiler.source.tree import Map, Seq

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from compiler.source.tree import Path


def entries(root: Map, pattern: tuple[str, ...]) -> Iterator[tuple[Path, Any]]:
    """Given a tree and keys, of which `*` fits every key or item, yield paths and values."""
    yield from _below(root, pattern, ())


def texts(root: Map, pattern: tuple[str, ...]) -> Iterator[tuple[Path, str]]:
    """Yield the entries of a pattern that are texts."""
    for path, value in entries(root, pattern):
        if isinstance(value, str):
            yield path, value


def at(root: Map, path: Path) -> Any:
    """Given a tree and a path, return what stands there, or None."""
    node: Any = root
    for step in path:
        is_there = (isinstance(node, Map) and step in node) or (
            isinstance(node, Seq) and isinstance(step, int) and step < len(node)
        )
        if not is_there:
            return None
        node = node[step]
    return node


def _below(node: Any, pattern: tuple[str, ...], path: Path) -> Iterator[tuple[Path, Any]]:
    first = pattern.index("*") if "*" in pattern else len(pattern)
    node, is_there = _inside(node, pattern[:first])
    if not is_there:
        return
    path = (*path, *pattern[:first])
    if first == len(pattern):
        yield path, node
        return
    rest = pattern[first + 1 :]
    for step, child in _having(node, rest[0]) if rest else _children(node):
        if "*" in rest:
            yield from _below(child, rest, (*path, step))
        else:
            found, is_there = _inside(child, rest)
            if is_there:
                yield (*path, step, *rest), found


def _inside(node: Any, keys: tuple[str, ...]) -> tuple[Any, bool]:
    """Return what stands at some keys below a node, and whether anything does."""
    for key in keys:
        if not isinstance(node, Map) or key not in node:
            return None, False
        node = node[key]
    return node, True


def _having(node: Any, key: str) -> Iterable[tuple[str | int, Any]]:
    """Return the children of a node in which a key, or anything for `*`, may be found."""
    if key == "*":
        return _children(node)
    if isinstance(node, Map):
        return node.holders(key)
    return [each for each in _children(node) if isinstance(each[1], Map) and key in each[1]]


def _children(node: Any) -> Iterable[tuple[str | int, Any]]:
    if isinstance(node, Map):
        return node.items()
    return enumerate(node) if isinstance(node, Seq) else ()
