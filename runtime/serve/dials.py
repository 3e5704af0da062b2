"""What the scheduler tells the web: numbers in memory that both have, in one page.

The scheduler alone writes, numbers of eight bytes each: a reader never sees half of one.
"""

from __future__ import annotations

import mmap
from typing import Final

FIGURES: Final = (
    "beat",
    "jobs",
    "running",
    "resting",
    "queued",
    "started",
    "failed_starts",
    "late_seconds",
    "waits_seconds",
    "reloads",
    "failed_reloads",
    "is_reload_failed",
    "is_draining",
    "web_starts",
)
"""What they show. `beat` is when the scheduler last looked around, in monotonic seconds; `resting`
are those of the running that wait for something, and have given their turn back; `late_seconds` is
the sum, over what was started, of how long after its time that was; `waits_seconds` is how long
what waits longest for its turn has waited by now."""


class Dials:
    """Figures that are shared with the processes that are forked from this one."""

    def __init__(self) -> None:
        self._memory = memoryview(mmap.mmap(-1, mmap.PAGESIZE)).cast("d")

    def __getitem__(self, name: str) -> float:
        return float(self._memory[FIGURES.index(name)])

    def __setitem__(self, name: str, value: float) -> None:
        self._memory[FIGURES.index(name)] = value

    def add(self, name: str, value: float = 1.0) -> None:
        """Add to a figure."""
        self[name] += value
