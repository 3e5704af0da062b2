"""Nodes that remember who said them, and the lines they become. Shared by the writers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from compiler.lower.plan import Origin


@frozen(kw_only=False)
class Sourced(Frozen):
    """A value of a mapping or an item of a sequence, and the entry of a spec that it comes from."""

    value: Any
    origin: Origin
