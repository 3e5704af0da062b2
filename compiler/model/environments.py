"""Sections ``environments`` and ``hosts``: where the service runs, and what differs there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Annotated, Any

from compiler.model.types import Host, LabelName, Text
from runtime.contract.entry import Entry, entry
from runtime.contract.units import Described

OverlayPath = Annotated[
    str,
    Described(
        {"type": "str", "strict": True, "min_length": 1},
        {"type": "string", "minLength": 1, "examples": ["scrape.node.targets"]},
    ),
]
"""Keys from the top of the spec, joined by dots."""

AnyValue = Annotated[Any, Described({"type": "any"}, {})]
"""Any value: it is validated where it is put."""


@entry
class Environment(Entry):
    """One environment; it compiles to a folder of its own."""

    description: Text | None = None
    """What the environment is for."""
    labels: Mapping[LabelName, Text] = field(default_factory=dict)
    """External labels: put on everything that leaves this environment's Prometheus."""
    set: Mapping[OverlayPath, AnyValue] = field(default_factory=dict)
    """Values that differ here, by path; lists are replaced whole."""
    remove: tuple[OverlayPath, ...] = ()
    """Entries that do not exist here, by path."""


HostGroup = Annotated[
    tuple[Host, ...],
    Described(
        {
            "type": "tuple",
            "items_schema": [
                {
                    "type": "str",
                    "strict": True,
                    "pattern": r"^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$",
                }
            ],
            "variadic_item_index": 0,
            "min_length": 1,
        },
        {
            "type": "array",
            "items": {"type": "string", "pattern": r"^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$"},
            "minItems": 1,
            "examples": [["api1", "api2"]],
        },
    ),
]
"""Hosts that jobs run on, by name."""
