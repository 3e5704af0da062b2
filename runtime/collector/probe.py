"""Ask psutil once: what the host has, does and did enters, a `Sample` leaves.

A part that cannot be had is left out, with the reason; the others are there all the same.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Final, TypeVar

import psutil

from runtime.collector.processes import NO_METERS, Watch
from runtime.collector.sample import Sample, Space, Traffic

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from runtime.clock import Clock
    from runtime.collector.processes import Meter
    from runtime.contract.collector import Collector

_Part = TypeVar("_Part")

DEVICES_LIMIT: Final = 64
"""Most devices of a kind that are told of: the first by name."""

_OTHER_DISKS: Final = re.compile(
    r"(?:loop|z?ram|fd|sr)\d+|(?:[hsv]|xv)d[a-z]+\d+|(?:nvme\d+n|mmcblk)\d+p\d+"
)
_OTHER_NETWORKS: Final = re.compile(r"lo\Z|veth|docker\d|br-|cali|flannel|cni")
"""Devices that are no hardware of the host: they come and go with containers, or count twice.

Partitions count twice: what they read and write is that of their disk, too.
"""

_IDLE: Final = ("idle", "iowait")
_TWICE: Final = ("guest", "guest_nice")
"""Times that psutil tells beside others that hold them already."""


class Probe:
    """Looks at this host; keep it, since shares are those of the time between two looks.

    `before` has the latest look of another one, or nothing, and `meters` what that had counted.
    """

    def __init__(
        self,
        asked: Collector,
        clock: Clock,
        before: Sequence[Sample] = (),
        meters: Mapping[str, Meter] = NO_METERS,
    ) -> None:
        self.asked = asked
        self.clock = clock
        self._watch = Watch(asked.processes, meters)
        self._before = before[-1] if before else None

    @property
    def meters(self) -> Mapping[str, Meter]:
        """What the processes of each kind have spent."""
        return self._watch.meters

    def look(self) -> Sample:
        """Return how the host is now; what cannot be had fails nothing."""
        at, began = self.clock.now(), self.clock.monotonic()
        before = self._before
        since = began - before.monotonic_seconds if before is not None else None
        parts = _Parts()
        no_time: Mapping[str, float] = {}
        cpu = parts.of("cpu", _cpu_seconds, no_time)
        disks = {path: parts.of(f"disk {path}", _space_of(path), None) for path in self.asked.disks}
        spaces = {path: found for path, found in disks.items() if found is not None}
        self._before = Sample(
            at=at,
            monotonic_seconds=began,
            processors=psutil.cpu_count() or 1,
            cpu_seconds=cpu,
            cpu_ratio=busy_ratio(before.cpu_seconds, cpu) if before is not None else None,
            memory_bytes=parts.of("memory", _memory, None),
            swap_bytes=parts.of("swap", _swap, None),
            disks_bytes={path: space for path, (space, _) in spaces.items()},
            disks_inodes={path: inodes for path, (_, inodes) in spaces.items()},
            disk_traffic=parts.of("disk traffic", _disk_traffic, {}),
            network_traffic=parts.of("network traffic", _network_traffic, {}),
            processes=parts.of("processes", lambda: self._watch.look(since), {}),
            failures=parts.failures,
            took_seconds=self.clock.monotonic() - began,
        )
        return self._before


class _Parts:
    """Asks for parts one by one, and notes which could not be had."""

    def __init__(self) -> None:
        self.failures: dict[str, str] = {}

    def of(self, name: str, ask: Callable[[], _Part], otherwise: _Part) -> _Part:
        try:
            return ask()
        # psutil's own errors, what /proc answers, and what it says in a form that is not known.
        except (psutil.Error, OSError, ValueError, LookupError, RuntimeError) as error:
            self.failures[name] = f"{type(error).__name__}: {error}"
            return otherwise


def busy_ratio(before: Mapping[str, float], after: Mapping[str, float]) -> float | None:
    """Given processor times by mode of two samples, return the share that was not idle between."""
    spent = {mode: max(0.0, after[mode] - before.get(mode, 0.0)) for mode in after}
    total = sum(spent.values())
    if not before or total <= 0:
        return None
    return 1 - sum(spent.get(mode, 0.0) for mode in _IDLE) / total


def _cpu_seconds() -> Mapping[str, float]:
    times = psutil.cpu_times()._asdict()
    return {mode: float(seconds) for mode, seconds in times.items() if mode not in _TWICE}


def _memory() -> Space:
    memory = psutil.virtual_memory()
    return Space(size=float(memory.total), available=float(memory.available))


def _swap() -> Space:
    swap = psutil.swap_memory()
    return Space(size=float(swap.total), available=float(swap.free))


def _space_of(path: str) -> Callable[[], tuple[Space, Space] | None]:
    def ask() -> tuple[Space, Space]:
        disk = os.statvfs(path)
        # Of what a user can have: root's reserve is not there for the others.
        size = (disk.f_blocks - disk.f_bfree + disk.f_bavail) * disk.f_frsize
        return (
            Space(size=float(size), available=float(disk.f_bavail * disk.f_frsize)),
            Space(size=float(disk.f_files), available=float(disk.f_favail)),
        )

    return ask


def _disk_traffic() -> dict[str, Traffic]:
    devices = psutil.disk_io_counters(perdisk=True) or {}
    chosen = [name for name in sorted(devices) if not _OTHER_DISKS.fullmatch(name)]
    return {
        name: Traffic(
            in_bytes=float(devices[name].read_bytes),
            out_bytes=float(devices[name].write_bytes),
            in_count=float(devices[name].read_count),
            out_count=float(devices[name].write_count),
        )
        for name in chosen[:DEVICES_LIMIT]
    }


def _network_traffic() -> dict[str, Traffic]:
    devices = psutil.net_io_counters(pernic=True) or {}
    chosen = [name for name in sorted(devices) if not _OTHER_NETWORKS.match(name)]
    return {
        name: Traffic(
            in_bytes=float(devices[name].bytes_recv),
            out_bytes=float(devices[name].bytes_sent),
            in_count=float(devices[name].packets_recv),
            out_count=float(devices[name].packets_sent),
            in_errors=float(devices[name].errin),
            out_errors=float(devices[name].errout),
        )
        for name in chosen[:DEVICES_LIMIT]
    }
