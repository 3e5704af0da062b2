"""How much aliases and merge keys would add to a tree if they were copied: counted, never copied.

An alias shares its anchor's node. What walks the tree later meets that node as often as it is
named, so a few lines can stand for billions of nodes; the sum of all shared nodes has a budget.
"""

from __future__ import annotations

from typing import Any, Final

from compiler.source.tree import Map, Seq

MAX_EXPANSION: Final = 100_000
"""Nodes that all aliases of one file may stand for, those inside other aliases included."""


class Expansion:
    """What the aliases of one file have used of `MAX_EXPANSION`."""

    __slots__ = ("_sizes", "used")

    def __init__(self) -> None:
        self.used = 0
        self._sizes: dict[int, tuple[int, int, Any]] = {}

    def measure(self, node: Any) -> tuple[int, int]:
        """Given a finished node, return its number of nodes and its height in containers.

        It calls itself once per level; the reader has made sure that there are few.
        """
        if not isinstance(node, Map | Seq):
            return 1, 0
        known = self._sizes.get(id(node))
        if known is None:
            children = node.values() if isinstance(node, Map) else node
            sizes = [self.measure(child) for child in children]
            nodes = 1 + sum(size[0] for size in sizes)
            # The node is kept, so that no other one can come to its identity.
            known = nodes, 1 + max((size[1] for size in sizes), default=0), node
            self._sizes[id(node)] = known
        return known[0], known[1]

    def admit(self, nodes: int) -> bool:
        """Given the nodes of one more alias, count them and return whether the budget holds."""
        if self.used + nodes > MAX_EXPANSION:
            return False
        self.used += nodes
        return True
