"""Find the processes that a plan watches, and add up what each kind of them takes.

What belongs to another user, or ends while it is looked at, fails nothing: what may not be seen is
left out.
"""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import psutil

from runtime.collector.sample import Group
from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from runtime.contract.collector import Watched

PID_BYTES: Final = 32
"""Most that is read of a pid file."""

_GONE: Final = (psutil.NoSuchProcess, psutil.AccessDenied)

Identity = tuple[int, float]
"""A process for as long as it lives: its pid, and when it started."""


REMEMBERED_SECONDS: Final = 86_400.0
"""How long what a living process had spent is remembered while it is not found."""


@frozen(kw_only=False)
class Spent(Frozen):
    """Processor time of a process when it was found last, and how long that is ago; in seconds."""

    seconds: float
    unseen_seconds: float = 0.0


@dataclass(slots=True)
class Meter:
    """Processor time of the processes of one kind, which does not shrink when some of them end.

    One that is not found for a while, as when its pid file is written anew, goes on where it was.
    """

    spent: dict[Identity, Spent] = field(default_factory=dict)
    total_seconds: float = 0.0

    def count(
        self,
        found: Mapping[Identity, float],
        since_seconds: float | None,
        lives: Callable[[int], bool] = psutil.pid_exists,
    ) -> float | None:
        """Given what each process that was found has spent, return how many processors they took.

        That is since each was found last, `since_seconds` ago or longer; None where none was.
        """
        since, ratio = since_seconds or 0.0, 0.0
        for identity, seconds in found.items():
            before = self.spent.get(identity, Spent(0.0))
            added = max(0.0, seconds - before.seconds)
            self.total_seconds += added
            span = since + before.unseen_seconds
            ratio += added / span if span else 0.0
        lost = {
            identity: Spent(before.seconds, before.unseen_seconds + since)
            for identity, before in self.spent.items()
            if identity not in found
            and before.unseen_seconds + since <= REMEMBERED_SECONDS
            and lives(identity[0])
        }
        self.spent = {**lost, **{identity: Spent(seconds) for identity, seconds in found.items()}}
        return ratio if since_seconds else None


NO_METERS: Final[Mapping[str, Meter]] = MappingProxyType({})


class Watch:
    """The processes that a plan watches; keep it, it remembers what they have spent before.

    `meters` are those of one that has ended, by name; it goes on counting there.
    """

    def __init__(
        self, watched: Mapping[str, Watched], meters: Mapping[str, Meter] = NO_METERS
    ) -> None:
        self.watched = watched
        self.meters = {name: meters.get(name) or Meter() for name in watched}

    def look(self, since_seconds: float | None) -> dict[str, Group]:
        """Return how each kind of process stands; `since_seconds` is how long the last look is ago.

        None means that there was none.
        """
        names = {entry.name for entry in self.watched.values() if entry.name is not None}
        named = _by_name(names) if names else {}
        return {
            name: self._group(
                name,
                named.get(entry.name, []) if entry.pid_file is None else _of_file(entry.pid_file),
                since_seconds,
            )
            for name, entry in self.watched.items()
        }

    def _group(
        self, name: str, found: Iterable[psutil.Process], since_seconds: float | None
    ) -> Group:
        spent: dict[Identity, float] = {}
        resident = virtual = 0.0
        threads, fds = 0, None
        for process in found:
            # The numbers of one process come together or not at all.
            with contextlib.suppress(*_GONE), process.oneshot():
                times, memory = process.cpu_times(), process.memory_info()
                number = process.num_threads()
                spent[process.pid, process.create_time()] = times.user + times.system
                resident += memory.rss
                virtual += memory.vms
                threads += number
                fds = _added(fds, _fds(process))
        meter = self.meters[name]
        ratio = meter.count(spent, since_seconds)
        return Group(
            count=len(spent),
            cpu_seconds=meter.total_seconds,
            cpu_ratio=ratio,
            resident_bytes=resident,
            virtual_bytes=virtual,
            threads=threads,
            fds=fds,
            started_at=min((started for _, started in spent), default=None),
        )


def _added(one: int | None, other: int | None) -> int | None:
    return one if other is None else other + (one or 0)


def _fds(process: psutil.Process) -> int | None:
    """Return how many files a process holds open; None where that may not be seen."""
    try:
        return process.num_fds()
    except _GONE:
        return None


def _by_name(wanted: set[str]) -> dict[str | None, list[psutil.Process]]:
    """Return the processes of each name that is wanted."""
    found: dict[str | None, list[psutil.Process]] = {}
    for process in psutil.process_iter(["name"]):
        name = process.info["name"]
        if name in wanted:
            found.setdefault(name, []).append(process)
    return found


def _of_file(path: str) -> list[psutil.Process]:
    """Return the process whose pid a file has; nothing where there is none such."""
    with contextlib.suppress(OSError, ValueError, OverflowError, *_GONE):
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            pid = int(os.read(descriptor, PID_BYTES).split()[:1][0])
        except IndexError:
            return []
        finally:
            os.close(descriptor)
        if pid > 0:
            return [psutil.Process(pid)]
    return []
