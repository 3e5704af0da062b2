"""What one collector leaves to the next: a file of samples, a line each, that outlives its process.

The web, in which the collector lives, is replaced by each reading of the plan and begun again when
it dies. What it had seen is read by the one that follows on the same boot, where both clocks agree,
unless that is too long ago to say anything.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, field
from typing import TYPE_CHECKING, Any, Final

from runtime.clock import from_text, to_text
from runtime.collector.processes import Meter, Spent
from runtime.collector.sample import Group, Sample, Space, Traffic
from runtime.contract.frozen import Frozen, frozen
from runtime.contract.plan import plan_form
from runtime.lineage import boot_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from runtime.contract.collector import Collector

FILE_NAME: Final = "collector.jsonl"
"""Its name in the state folder."""

FORM: Final = 1
"""Form of a line; what has another one is not read."""

LIMIT_BYTES: Final = 16 * 2**20
"""Most that is read of the file, its end; once it is longer it is written anew."""


@frozen
class Past(Frozen):
    """What a collector has seen: samples, the oldest first, and what it counts by itself."""

    samples: tuple[Sample, ...] = ()
    taken: int = 0
    failed: Mapping[str, int] = field(default_factory=dict)
    meters: Mapping[str, Meter] = field(default_factory=dict)


class Handover:
    """The file of one state folder. `kept` is how many samples a collector remembers."""

    def __init__(self, state: str, asked: Collector, kept: int) -> None:
        self.path = os.path.join(state, FILE_NAME)
        self.kept = kept
        # Processes of one name may be others where the plan says other things of them.
        self._about = {"form": FORM, "boot": boot_id(), "watched": plan_form(asked.processes)}
        self._lines = 0

    def read(self, now_monotonic_seconds: float, fresh_seconds: float) -> Past:
        """Return what was left; nothing when the latest sample is older than `fresh_seconds`.

        A line that was cut off, or that another version wrote, is passed over. Where the kernel's
        boot is hidden, nothing says that the clocks agree.
        """
        found = sorted(self._found(), key=lambda one: one.samples[0].monotonic_seconds)
        if not found or not self._about["boot"]:
            return Past()
        age_seconds = now_monotonic_seconds - found[-1].samples[0].monotonic_seconds
        if not 0 <= age_seconds <= fresh_seconds:
            return Past()
        last = found[-1]
        samples = tuple(one.samples[0] for one in found[-self.kept :])
        return Past(samples=samples, taken=last.taken, failed=last.failed, meters=last.meters)

    def keep(self, past: Past) -> None:
        """Add the latest sample. Raise `OSError` when it cannot be written.

        A file that has twice as many lines as are of use, or is too long, is written anew.
        """
        latest = self._line(past, past.samples[-1])
        with open(self.path, "ab", opener=_private) as file:
            if self._lines < 2 * self.kept and file.tell() + len(latest) <= LIMIT_BYTES:
                file.write(latest)
                self._lines += 1
                return
        self._renew(past)

    def _renew(self, past: Past) -> None:
        lines: list[bytes] = []
        room = LIMIT_BYTES // 2
        for sample in reversed(past.samples):
            lines.append(self._line(past, sample))
            room -= len(lines[-1])
            if room < 0:
                break
        aside = f"{self.path}.new"
        with open(aside, "wb", opener=_private) as file:
            file.writelines(reversed(lines))
        os.replace(aside, self.path)
        self._lines = len(lines)

    def _line(self, past: Past, sample: Sample) -> bytes:
        said = {
            **self._about,
            "sample": {**asdict(sample), "at": to_text(sample.at)},
            "taken": past.taken,
            "failed": dict(past.failed),
            "meters": {name: _said(meter) for name, meter in past.meters.items()},
        }
        return json.dumps(said, separators=(",", ":")).encode() + b"\n"

    def _found(self) -> Iterator[Past]:
        """Yield what each line says; the first may be the rest of one."""
        try:
            with open(self.path, "rb") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - LIMIT_BYTES))
                lines = file.read(LIMIT_BYTES).splitlines()
        except OSError:
            return
        self._lines = len(lines)
        for line in lines[-2 * self.kept :]:
            try:
                said = json.loads(line)
                if all(said[key] == value for key, value in self._about.items()):
                    yield _past(said)
            except (ValueError, LookupError, TypeError, AttributeError):
                continue


def _private(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)


def _said(meter: Meter) -> dict[str, Any]:
    spent = [[*identity, one.seconds, one.unseen_seconds] for identity, one in meter.spent.items()]
    return {"total": meter.total_seconds, "spent": spent}


def _past(said: Mapping[str, Any]) -> Past:
    meters = {
        name: Meter(
            {(pid, start): Spent(seconds, unseen) for pid, start, seconds, unseen in one["spent"]},
            one["total"],
        )
        for name, one in said["meters"].items()
    }
    return Past(
        samples=(_sample(said["sample"]),),
        taken=said["taken"],
        failed=said["failed"],
        meters=meters,
    )


def _sample(said: Mapping[str, Any]) -> Sample:
    spaces = {name: _made(Space, said[name]) for name in ("disks_bytes", "disks_inodes")}
    traffic = {name: _made(Traffic, said[name]) for name in ("disk_traffic", "network_traffic")}
    rooms = {
        name: None if said[name] is None else Space(**said[name])
        for name in ("memory_bytes", "swap_bytes")
    }
    made = {**rooms, **spaces, **traffic, "processes": _made(Group, said["processes"])}
    return Sample(**{**said, **made, "at": from_text(said["at"])})


def _made(kind: Callable[..., Any], said: Mapping[str, Any]) -> dict[str, Any]:
    return {name: kind(**one) for name, one in said.items()}
