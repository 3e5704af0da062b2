"""What is said to Prometheus can be read, follows its conventions, and is the sample's."""

from __future__ import annotations

import re

import pytest
from prometheus_client.parser import text_string_to_metric_families

from runtime.clock import SystemClock
from runtime.collector.collector import Collector
from runtime.collector.exposition import families
from runtime.contract.collector import Collector as Asked
from runtime.contract.collector import Watched
from runtime.metrics import exposition
from tests.runtime.collector.samples import group, sample
from tests.runtime.turned_clock import TurnedClock

UNITS = ("_seconds", "_bytes", "_ratio", "_total")
WITHOUT_UNIT = {
    "opsrun_host_cpus",
    "opsrun_host_filesystem_inodes_available",
    "opsrun_host_filesystem_inodes_size",
    "opsrun_host_status",
    "opsrun_process_running",
    "opsrun_process_open_fds",
    "opsrun_process_threads",
}
"""Metrics that count things."""


@pytest.fixture(scope="module")
def text() -> str:
    """What is said of this machine, after two samples."""
    asked = Asked(disks=("/", "/nowhere"), processes={"us": Watched(pid_file="/proc/self/stat")})
    collector = Collector(asked, SystemClock())
    collector.take()
    collector.take()
    return exposition(families(collector)).decode()


def test_every_metric_is_named_by_the_conventions(text: str) -> None:
    """Counters end in `_total`, gauges in their unit, and all have a help of one sentence."""
    for family in text_string_to_metric_families(text):
        name = family.name + ("_total" if family.type == "counter" else "")
        assert re.fullmatch("opsrun_(host|process|collector)_[a-z0-9_]+", name)
        assert name.endswith(UNITS) or name in WITHOUT_UNIT, name
        assert family.documentation.endswith("."), name
        assert family.type in ("counter", "gauge")


def test_the_values_are_those_of_this_machine(text: str) -> None:
    """Labels tell devices, folders and processes apart."""
    found = {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }

    assert 1 == found["opsrun_process_running", ("process", "us")]
    assert found["opsrun_host_memory_size_bytes",] > 2**20
    assert 0 < found["opsrun_host_filesystem_usage_ratio", ("path", "/")] < 1
    assert 2 == found["opsrun_collector_samples_total",]
    assert 2 == found["opsrun_collector_failures_total", ("part", "disk /nowhere")]
    assert 1 == sum(
        value
        for key, value in found.items()
        if key[0] == "opsrun_host_status" and ("measure", "memory") in key
    )


def test_before_the_first_sample_the_collector_alone_is_told_of() -> None:
    """Nothing is told of a host that nobody has looked at."""
    said = exposition(families(Collector(Asked(), SystemClock()))).decode()

    assert "opsrun_collector_last_sample_timestamp_seconds{} 0.0\n" in said
    assert "opsrun_host" not in said


def test_of_a_sample_that_is_too_old_nothing_is_told_but_that() -> None:
    """A collector that hangs leaves no gauge that stands still, and no status but unknown."""
    clock = TurnedClock()
    asked = Asked(processes={"api": Watched(name="api")})
    collector = Collector(
        asked,
        clock,
        lambda: sample(clock.monotonic(), cpu_ratio=0.1, processes={"api": group(1)}),
    )
    collector.take()
    clock.turn(86_400)

    found = {
        (one.name, *sorted(one.labels.values())): one.value
        for family in text_string_to_metric_families(exposition(families(collector)).decode())
        for one in family.samples
    }

    assert (1, 0) == tuple(
        found["opsrun_host_status", "cpu", state] for state in ("unknown", "healthy")
    )
    assert {"opsrun_host_status"} == {
        name for name, *_ in found if name.startswith(("opsrun_host_", "opsrun_process_"))
    }
    assert 1 == found["opsrun_collector_samples_total",]
