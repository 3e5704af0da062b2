"""Section ``maintenance``: the windows in which work on the service is expected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Annotated, ClassVar

from compiler.model.types import Name, Text, Zone
from compiler.model.values import ScheduleText
from runtime.contract.entry import Entry, entry
from runtime.contract.units import Described, PositiveSeconds

_INSTANT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}Z$"

Instant = Annotated[
    str,
    Described(
        {"type": "str", "strict": True, "pattern": _INSTANT},
        {"type": "string", "pattern": _INSTANT, "examples": ["2027-03-01T02:00Z"]},
    ),
]
"""A minute in UTC: `2027-03-01T02:00Z`."""


@entry
class Window(Entry):
    """One window, once or again and again; notices of the service's alerts wait while it lasts."""

    exactly_one: ClassVar = (("schedule", "start"),)

    description: Text | None = None
    """What the window is for."""
    schedule: ScheduleText | None = None
    """When the window opens, again and again: a daily, weekly, monthly or quarterly schedule."""
    start: Instant | None = None
    """When the window opens, once."""
    lasts_seconds: PositiveSeconds
    """How long the window is open: at most a day, in whole minutes."""
    time_zone: Zone = "UTC"
    """Zone in which the schedule is written."""
    severities: tuple[Name, ...] = ("info", "warning", "critical")
    """Severities whose notices wait."""


@entry
class Maintenance(Entry):
    """Work that is announced."""

    windows: Mapping[Name, Window] = field(default_factory=dict)
    """Windows by name."""
