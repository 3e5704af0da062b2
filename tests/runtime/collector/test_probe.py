"""A look at this very machine, by psutil."""

from __future__ import annotations

import os
import shutil
from types import SimpleNamespace
from typing import TYPE_CHECKING

import psutil
import pytest

from runtime.clock import SystemClock
from runtime.collector.probe import Probe, busy_ratio
from runtime.contract.collector import Collector
from tests.servers.process import until

if TYPE_CHECKING:
    from pathlib import Path

    from runtime.collector.sample import Sample


@pytest.fixture(scope="module")
def looks() -> tuple[Sample, Sample]:
    """Two looks, with some work of this process in between."""
    probe = Probe(Collector(disks=("/",)), SystemClock())
    first = probe.look()
    busy = first.cpu_seconds["user"] + 0.05
    until(lambda: psutil.cpu_times().user > busy, "somebody works")
    return first, probe.look()


def test_every_part_of_this_machine_is_there(looks: tuple[Sample, Sample]) -> None:
    """Nothing fails where nothing is wrong, and the numbers are those of the system."""
    _, sample = looks

    assert {} == sample.failures
    assert os.cpu_count() == sample.processors
    assert sample.memory_bytes is not None
    assert psutil.virtual_memory().total == sample.memory_bytes.size
    assert 0 < sample.memory_bytes.available < sample.memory_bytes.size
    assert sample.swap_bytes is not None


def test_shares_are_of_the_time_between_two_looks(looks: tuple[Sample, Sample]) -> None:
    """The first look has none, and none waits for one."""
    first, second = looks

    assert first.cpu_ratio is None
    assert second.cpu_ratio is not None
    assert 0 < second.cpu_ratio <= 1
    assert first.took_seconds < 1


def test_counters_grow(looks: tuple[Sample, Sample]) -> None:
    """Reads and packets are counted since the host started."""
    first, second = looks

    assert first.network_traffic.keys() == second.network_traffic.keys()
    for name, before in first.network_traffic.items():
        assert before.in_bytes <= second.network_traffic[name].in_bytes
    for name, before in first.disk_traffic.items():
        assert before.out_bytes <= second.disk_traffic[name].out_bytes


def test_the_share_of_a_disk_is_what_df_says(looks: tuple[Sample, Sample]) -> None:
    """Of what users can have, without what is kept for root."""
    space = looks[1].disks_bytes["/"]
    disk = shutil.disk_usage("/")

    assert disk.used / (disk.used + disk.free) == pytest.approx(space.used_ratio, abs=0.02)


def test_a_folder_that_is_not_there_fails_alone(tmp_path: Path) -> None:
    """The others are there all the same, and why is said."""
    gone = str(tmp_path / "gone")

    sample = Probe(Collector(disks=(gone, "/")), SystemClock()).look()

    assert ["/"] == list(sample.disks_bytes)
    assert [f"disk {gone}"] == list(sample.failures)
    assert "No such file" in sample.failures[f"disk {gone}"]


def test_what_a_disk_and_its_partitions_move_counts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sum over the devices is what the hardware did; memory and files are no disks."""
    disks = ["dm-0", "md0", "mmcblk0", "nvme0n1", "nvme10n1", "sda", "sdaa", "vda", "xvdf"]
    others = ["fd0", "hda1", "loop12", "mmcblk0p2", "nvme0n1p1", "nvme10n1p15", "ram0", "sda1"]
    others += ["sda15", "sdaa1", "sr0", "vda1", "xvda1", "zram0"]
    moved = SimpleNamespace(read_bytes=1, write_bytes=1, read_count=1, write_count=1)
    monkeypatch.setattr(
        psutil, "disk_io_counters", lambda **_: dict.fromkeys([*others, *disks], moved)
    )

    sample = Probe(Collector(), SystemClock()).look()

    assert disks == list(sample.disk_traffic)


def test_a_machine_that_hides_its_numbers_fails_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Where /proc has nothing, as in a strict sandbox, every part is left out with its reason."""
    monkeypatch.setattr(psutil, "PROCFS_PATH", str(tmp_path))

    sample = Probe(Collector(), SystemClock()).look()

    assert {"cpu", "memory"} <= sample.failures.keys()
    assert (None, {}) == (sample.memory_bytes, sample.cpu_seconds)
    assert ["/"] == list(sample.disks_bytes)


@pytest.mark.parametrize(
    ("before", "after", "ratio"),
    [
        ({"user": 1.0, "idle": 1.0}, {"user": 2.0, "idle": 4.0}, 0.25),
        (
            {"user": 1.0, "idle": 1.0, "iowait": 0.0},
            {"user": 2.0, "idle": 1.0, "iowait": 3.0},
            0.25,
        ),
        ({"user": 1.0, "idle": 1.0}, {"user": 1.0, "idle": 1.0}, None),
        ({"user": 2.0, "idle": 1.0}, {"user": 1.0, "idle": 2.0}, 0.0),
        ({}, {"user": 1.0, "idle": 1.0}, None),
    ],
)
def test_a_share_of_time_is_what_was_not_idle(
    before: dict[str, float], after: dict[str, float], ratio: float | None
) -> None:
    """Waiting for a disk is idle, and a counter that went back counts as none."""
    assert ratio == busy_ratio(before, after)
