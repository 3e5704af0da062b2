"""Entries of a tree by a pattern of keys, whether or not the model could read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from compiler.source.tree import Map, Seq

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    if not pattern:
        yield path, node
    elif pattern[0] != "*":
        if isinstance(node, Map) and pattern[0] in node:
            yield from _below(node[pattern[0]], pattern[1:], (*path, pattern[0]))
    elif isinstance(node, Map):
        for key, value in node.items():
            yield from _below(value, pattern[1:], (*path, key))
    elif isinstance(node, Seq):
        for index, value in enumerate(node):
            yield from _below(value, pattern[1:], (*path, index))
