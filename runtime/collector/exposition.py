"""What the collector says to Prometheus: a sample and how the host is enter, metrics leave; pure.

Names follow node_exporter's where they mean the same, under a prefix of our own, so that both may
be scraped of one host.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from runtime.collector.judge import STATES
from runtime.metrics import Family

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from runtime.collector.collector import Collector
    from runtime.collector.judge import HostStatus
    from runtime.collector.sample import Group, Sample, Traffic

Row: TypeAlias = "tuple[str, str, str, Callable[[Traffic], float | None]]"
"""Metric without its prefix, type, help, and the value of a device; None leaves a sample out."""

_DISK: Final[tuple[Row, ...]] = (
    ("read_bytes_total", "counter", "Bytes read from the disk.", lambda one: one.in_bytes),
    ("written_bytes_total", "counter", "Bytes written to the disk.", lambda one: one.out_bytes),
    ("reads_completed_total", "counter", "Reads of the disk.", lambda one: one.in_count),
    ("writes_completed_total", "counter", "Writes to the disk.", lambda one: one.out_count),
)

_NETWORK: Final[tuple[Row, ...]] = (
    ("receive_bytes_total", "counter", "Bytes received.", lambda one: one.in_bytes),
    ("transmit_bytes_total", "counter", "Bytes sent.", lambda one: one.out_bytes),
    ("receive_packets_total", "counter", "Packets received.", lambda one: one.in_count),
    ("transmit_packets_total", "counter", "Packets sent.", lambda one: one.out_count),
    ("receive_errors_total", "counter", "Packets received with errors.", lambda one: one.in_errors),
    ("transmit_errors_total", "counter", "Packets that were not sent.", lambda one: one.out_errors),
)

_PROCESS: Final[tuple[tuple[str, str, str, Callable[[Group], float | None]], ...]] = (
    ("running", "gauge", "Processes of the kind that run.", lambda one: one.count),
    (
        "cpu_seconds_total",
        "counter",
        "Processor time of the processes while opsrun watched, and before for those it found.",
        lambda one: one.cpu_seconds,
    ),
    (
        "cpu_usage_ratio",
        "gauge",
        "Processors that the processes took since the sample before; 1 is a whole one.",
        lambda one: one.cpu_ratio,
    ),
    ("resident_memory_bytes", "gauge", "Memory in use.", lambda one: one.resident_bytes),
    ("virtual_memory_bytes", "gauge", "Address space in use.", lambda one: one.virtual_bytes),
    ("threads", "gauge", "Threads.", lambda one: one.threads),
    ("open_fds", "gauge", "Files held open, of processes that may be seen.", lambda one: one.fds),
    (
        "start_time_seconds",
        "gauge",
        "When the oldest of the processes started, in Unix time.",
        lambda one: one.started_at,
    ),
)


def families(collector: Collector) -> list[Family]:
    """Return the metrics of a collector's host; those of the collector alone before a sample."""
    status = collector.status()
    return [
        *(host_families(status) if status.sample is not None else ()),
        *_own(collector, status.sample),
    ]


def host_families(status: HostStatus) -> Iterator[Family]:
    """Given how a host is, yield its metrics: those of its latest sample, and the states.

    Of a sample that is too old only the states are told, and they are unknown: a gauge that stands
    still would pass for a host that is well.
    """
    if status.sample is None:
        return
    if not status.is_stale:
        yield from _of_sample(status.sample)
    states = Family(
        name="opsrun_host_status",
        kind="gauge",
        help="1 for the status that the measure has by its thresholds, 0 for the others.",
    )
    for measure in status.measures:
        for state in STATES:
            states.add(float(measure.state == state), measure=measure.name, status=state)
    yield states


def _of_sample(sample: Sample) -> Iterator[Family]:
    yield from _processors(sample)
    yield from _spaces(sample)
    yield from _devices("opsrun_host_disk", sample.disk_traffic, _DISK)
    yield from _devices("opsrun_host_network", sample.network_traffic, _NETWORK)
    for name, kind, text, value_of in _PROCESS:
        family = Family(name=f"opsrun_process_{name}", kind=kind, help=text)
        for process, group in sample.processes.items():
            value = value_of(group)
            if value is not None:
                family.add(float(value), process=process)
        yield family


def _gauge(name: str, text: str, value: float | None) -> Family:
    family = Family(name=name, kind="gauge", help=text)
    if value is not None:
        family.add(float(value))
    return family


def _processors(sample: Sample) -> Iterator[Family]:
    times = Family(
        name="opsrun_host_cpu_seconds_total",
        kind="counter",
        help="Time of all processors since the host started, by mode.",
    )
    for mode, seconds in sample.cpu_seconds.items():
        times.add(seconds, mode=mode)
    yield times
    yield _gauge("opsrun_host_cpus", "Processors of the host.", sample.processors)
    yield _gauge(
        "opsrun_host_cpu_usage_ratio",
        "Share of all processors' time that was used since the sample before.",
        sample.cpu_ratio,
    )


def _spaces(sample: Sample) -> Iterator[Family]:
    for what, space in (("memory", sample.memory_bytes), ("swap", sample.swap_bytes)):
        if space is not None:
            name = f"opsrun_host_{what}"
            yield _gauge(f"{name}_size_bytes", f"Size of the {what}.", space.size)
            yield _gauge(f"{name}_available_bytes", f"Free {what}.", space.available)
            yield _gauge(f"{name}_usage_ratio", f"Share of the {what} in use.", space.used_ratio)
    for what, unit, spaces in (
        ("filesystem", "_bytes", sample.disks_bytes),
        ("filesystem_inodes", "", sample.disks_inodes),
    ):
        said = "inodes" if unit == "" else "space"
        size = Family(
            name=f"opsrun_host_{what}_size{unit}", kind="gauge", help=f"All {said} there is."
        )
        free = Family(
            name=f"opsrun_host_{what}_available{unit}", kind="gauge", help=f"Free {said}."
        )
        share = Family(
            name=f"opsrun_host_{what}_usage_ratio", kind="gauge", help=f"Share of {said} in use."
        )
        for path, space in spaces.items():
            size.add(space.size, path=path)
            free.add(space.available, path=path)
            if space.used_ratio is not None:
                share.add(space.used_ratio, path=path)
        yield from (size, free, share)


def _devices(
    prefix: str, devices: Mapping[str, Traffic], rows: tuple[Row, ...]
) -> Iterator[Family]:
    for name, kind, text, value_of in rows:
        family = Family(name=f"{prefix}_{name}", kind=kind, help=text)
        for device, traffic in devices.items():
            value = value_of(traffic)
            if value is not None:
                family.add(value, device=device)
        yield family


def _own(collector: Collector, sample: Sample | None) -> Iterator[Family]:
    taken = Family(
        name="opsrun_collector_samples_total", kind="counter", help="Samples that were taken."
    )
    taken.add(float(collector.taken))
    yield taken
    failed = Family(
        name="opsrun_collector_failures_total",
        kind="counter",
        help="Parts of samples that could not be had, by part.",
    )
    for part, number in sorted(collector.failed.items()):
        failed.add(float(number), part=part)
    yield failed
    yield _gauge(
        "opsrun_collector_last_sample_timestamp_seconds",
        "When the latest sample was taken, in Unix time; 0 before the first.",
        0.0 if sample is None else sample.at.timestamp(),
    )
    yield _gauge(
        "opsrun_collector_last_duration_seconds",
        "How long the latest sample took.",
        None if sample is None else sample.took_seconds,
    )
