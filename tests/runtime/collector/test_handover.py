"""What a collector has seen is there for the next one, and for no other."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from runtime.collector import handover
from runtime.collector.collector import Collector, kept_samples
from runtime.collector.handover import FILE_NAME, Handover, Past
from runtime.collector.processes import Meter, Spent
from runtime.collector.sample import Traffic
from runtime.contract.collector import Collector as Asked
from runtime.contract.collector import Limit, Thresholds, Watched
from tests.runtime.collector.samples import group, sample, space
from tests.runtime.turned_clock import TurnedClock
from tests.servers.process import until

if TYPE_CHECKING:
    from pathlib import Path

    from runtime.collector.sample import Sample

ASKED = Asked(
    every_seconds=1,
    keep_seconds=5,
    for_seconds=3,
    processes={"api": Watched(name="api")},
    thresholds=Thresholds(cpu=Limit(degraded_ratio=Decimal("0.8"))),
)
WHOLE = sample(
    1.0,
    cpu_ratio=0.5,
    cpu_seconds={"user": 1.5, "idle": 2.0},
    disks_bytes={"/": space(0.5)},
    disks_inodes={"/": space(0.25)},
    disk_traffic={"sda": Traffic(in_bytes=1.0, out_bytes=2.0, in_count=3.0, out_count=4.0)},
    network_traffic={
        "eth0": Traffic(in_bytes=1.0, out_bytes=2.0, in_count=3.0, out_count=4.0, in_errors=0.0)
    },
    processes={"api": group(2)},
    failures={"disk /gone": "it is not there"},
)
METERS = {"api": Meter({(7, 1.25): Spent(5.0), (8, 2.5): Spent(6.0, 10.0)}, 11.0)}


def left(folder: Path, asked: Asked = ASKED) -> Handover:
    """Return what stands in a folder, for who is asked so."""
    return Handover(str(folder), asked, kept_samples(asked))


def busy(folder: Path, clock: TurnedClock, asked: Asked = ASKED) -> Collector:
    """Return a collector of a busy host, of which each sample is a second later."""

    def look() -> Sample:
        clock.turn(1)
        return sample(clock.monotonic(), cpu_ratio=0.95, processes={"api": group(1)})

    return Collector(asked, clock, look, left(folder, asked))


def test_everything_that_was_seen_is_read_as_it_was(tmp_path: Path) -> None:
    """Every part of a sample, what was counted, and what processes had spent."""
    past = Past(samples=(WHOLE,), taken=9, failed={"disk /gone": 9}, meters=METERS)
    left(tmp_path).keep(past)

    assert past == left(tmp_path).read(2.0, 3.0)


def test_the_next_collector_goes_on_where_the_one_before_ended(tmp_path: Path) -> None:
    """A threshold that was crossed for most of its time is not crossed from the start again."""
    clock = TurnedClock()
    first = busy(tmp_path, clock)
    for _ in range(3):
        first.take()

    second = busy(tmp_path, clock)
    before = second.status().state
    second.take()

    assert "healthy" == before
    assert "degraded" == second.status().state
    assert (4, [1, 2, 3, 4]) == (second.taken, [one.monotonic_seconds for one in second.samples])


@pytest.mark.parametrize("seconds", [3.1, -4.0])
def test_what_is_too_old_or_of_another_clock_is_not_read(tmp_path: Path, seconds: float) -> None:
    """It says nothing of now: the host may have been off, or its clock begun anew."""
    clock = TurnedClock()
    busy(tmp_path, clock).take()
    clock.turn(seconds)

    assert () == busy(tmp_path, clock).samples


@pytest.mark.parametrize("boot", ["another", ""])
def test_another_boot_has_other_clocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, boot: str
) -> None:
    """And where the boot is hidden, nothing tells one from another."""
    clock = TurnedClock()
    monkeypatch.setattr(handover, "boot_id", lambda: "" if not boot else "this")
    busy(tmp_path, clock).take()
    monkeypatch.setattr(handover, "boot_id", lambda: boot)

    assert () == busy(tmp_path, clock).samples


def test_a_plan_that_watches_other_processes_begins_anew(tmp_path: Path) -> None:
    """What counted as `api` before is another kind of process now."""
    clock = TurnedClock()
    busy(tmp_path, clock).take()

    asked = Asked(every_seconds=1, processes={"api": Watched(name="gunicorn")})

    assert () == busy(tmp_path, clock, asked).samples


@pytest.mark.parametrize(
    "broken", [b"", b"\n", b'{"form":1,"sa', b"[]\n", b'{"form":2}\n', b"\xff\n", b"7\n"]
)
def test_lines_that_are_broken_are_passed_over(tmp_path: Path, broken: bytes) -> None:
    """A process that died in the middle of one loses that one alone."""
    clock = TurnedClock()
    collector = busy(tmp_path, clock)
    collector.take()
    file = tmp_path / FILE_NAME
    file.write_bytes(broken.replace(b"sa", b"sa\n") + file.read_bytes() + broken)

    assert 1 == len(busy(tmp_path, clock).samples)


def test_the_file_is_as_long_as_what_is_kept_and_no_more_than_twice(tmp_path: Path) -> None:
    """Old samples go, and those that are kept are whole at any time."""
    clock = TurnedClock()
    collector = busy(tmp_path, clock)
    lines = []
    for _ in range(40):
        collector.take()
        lines.append(len((tmp_path / FILE_NAME).read_bytes().splitlines()))

    assert 2 * kept_samples(ASKED) == max(lines)
    assert collector.samples == busy(tmp_path, clock).samples
    assert [FILE_NAME] == [path.name for path in tmp_path.iterdir()]
    assert 0o600 == (tmp_path / FILE_NAME).stat().st_mode & 0o777


def test_a_file_that_grows_too_long_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest samples stay."""
    monkeypatch.setattr(handover, "LIMIT_BYTES", 4096)
    clock = TurnedClock()
    collector = busy(tmp_path, clock)
    for _ in range(40):
        collector.take()

    assert (tmp_path / FILE_NAME).stat().st_size <= 4096
    assert collector.samples[-1] == busy(tmp_path, clock).samples[-1]


def test_a_folder_that_cannot_be_written_is_counted_and_stops_nothing(tmp_path: Path) -> None:
    """Samples are taken all the same."""
    collector = busy(tmp_path / "gone", TurnedClock())
    collector.take()
    collector.take()

    assert (2, {"handover": 2}) == (len(collector.samples), collector.failed)


def test_processor_time_goes_on_in_the_next_one(tmp_path: Path) -> None:
    """A counter that began anew with the whole life of its processes would look like a burst."""
    asked = Asked(processes={"us": Watched(pid_file="/proc/self/stat")})
    clock: Any = TurnedClock()
    first = Collector(asked, clock, None, left(tmp_path, asked))
    first.take()
    clock.turn(1)
    # The system counts in hundredths of a second, however the clock is turned.
    before = sum(psutil.cpu_times())
    until(lambda: sum(psutil.cpu_times()) > before + 0.05, "processor time")

    second = Collector(asked, clock, None, left(tmp_path, asked)).take()

    assert second.cpu_ratio is not None
    assert second.processes["us"].cpu_ratio is not None
    assert second.processes["us"].cpu_ratio < 1
