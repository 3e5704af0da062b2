"""Nodes that remember who said them, and the lines they become. Shared by the writers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from compiler.lower.plan import Origin


@dataclass(frozen=True, slots=True)
class Sourced:
    """A value of a mapping or an item of a sequence, and the entry of a spec that it comes from."""

    value: Any
    origin: Origin
