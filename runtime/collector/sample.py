"""One look at a host: numbers in base units. Counters grow since the host, or opsrun, started."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


@frozen
class Space(Frozen):
    """Room of a memory or a file system: its size, and what can still be had."""

    size: float
    available: float

    @property
    def used_ratio(self) -> float | None:
        """Share that is in use; None where there is no room at all."""
        return 1 - self.available / self.size if self.size > 0 else None


@frozen
class Traffic(Frozen):
    """What went through a device, by direction: bytes, and reads and writes, or packets.

    `errors` are None where the device does not count them.
    """

    in_bytes: float
    out_bytes: float
    in_count: float
    out_count: float
    in_errors: float | None = None
    out_errors: float | None = None


@frozen
class Group(Frozen):
    """The processes that one entry of the plan watches, added up.

    `cpu_seconds` never shrinks while opsrun runs, whichever of them end. What may not be seen is
    None: `fds` of another user's processes.
    """

    count: int
    cpu_seconds: float
    cpu_ratio: float | None = None
    resident_bytes: float = 0.0
    virtual_bytes: float = 0.0
    threads: int = 0
    fds: int | None = None
    started_at: float | None = None


@frozen
class Sample(Frozen):
    """One look. What could not be had is None or left out, and named in `failures` with why.

    `cpu_ratio` is the share of all processors' time that was used since the sample before;
    `monotonic_seconds` is when it was taken, by a clock that nobody turns.
    """

    at: datetime
    monotonic_seconds: float
    took_seconds: float = 0.0
    processors: int = 1
    cpu_seconds: Mapping[str, float] = field(default_factory=dict)
    cpu_ratio: float | None = None
    memory_bytes: Space | None = None
    swap_bytes: Space | None = None
    disks_bytes: Mapping[str, Space] = field(default_factory=dict)
    disks_inodes: Mapping[str, Space] = field(default_factory=dict)
    disk_traffic: Mapping[str, Traffic] = field(default_factory=dict)
    network_traffic: Mapping[str, Traffic] = field(default_factory=dict)
    processes: Mapping[str, Group] = field(default_factory=dict)
    failures: Mapping[str, str] = field(default_factory=dict)
