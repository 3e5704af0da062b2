"""What opsrun says about its jobs to Prometheus: the journal enters, a text file leaves.

The textfile collector of node_exporter reads the file; it is replaced by a rename, so that no
half of it is ever read. A job that never succeeded shows 0, not nothing.
"""

from __future__ import annotations

import fcntl
import os
from typing import TYPE_CHECKING, Final

from runtime.journal.history import last_facts, totals

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from prometheus_client.core import Metric

    from runtime.contract.plan import Job, Plan
    from runtime.journal.history import Totals
    from runtime.journal.store import Store

FILE_NAME: Final = "opsrun.prom"

OUTCOMES: Final = ("ok", "failed", "timed out", "skipped", "missed")
STATUSES: Final = ("healthy", "degraded", "unhealthy", "error")

_LABELS: Final = ("service", "job")
_HEALTH_LABELS: Final = ("service", "job", "step", "check")


def write_textfile(store: Store, plan: Plan, folder: str) -> str:
    """Write the metrics of a plan's jobs into a folder; return the file's path.

    Raise `OSError` when the folder cannot be written, `JournalError` when the journal fails.
    """
    _make_folder(folder)
    path = os.path.join(folder, FILE_NAME)
    lock = os.open(os.path.join(folder, ".lock"), os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    try:
        # Reading and writing belong together, or an older state could replace a newer one.
        fcntl.flock(lock, fcntl.LOCK_EX)
        _replace(path, exposition(store, plan))
    finally:
        os.close(lock)
    return path


def exposition(store: Store, plan: Plan) -> bytes:
    """Return the metrics of a plan's jobs in the text format of Prometheus."""
    from prometheus_client import CollectorRegistry, generate_latest

    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector(store, plan))
    return generate_latest(registry)


class _Collector:
    """Hands the metrics to prometheus_client."""

    def __init__(self, store: Store, plan: Plan) -> None:
        self.store = store
        self.plan = plan

    def collect(self) -> Iterator[Metric]:
        """Yield every family of metrics."""
        counted = {key: totals(self.store, key) for key in sorted(self.plan.jobs)}
        yield from _gauges(self.plan, counted)
        yield from _counters(self.plan, counted)
        yield from _health(self.store, self.plan)


def _gauges(plan: Plan, counted: dict[str, Totals]) -> Iterator[Metric]:
    from prometheus_client.core import GaugeMetricFamily

    success = GaugeMetricFamily(
        "opsrun_job_last_success_timestamp_seconds",
        "When the job last ended well, in Unix time; 0 when it never did.",
        labels=_LABELS,
    )
    duration = GaugeMetricFamily(
        "opsrun_job_last_duration_seconds", "How long the job's last run took.", labels=_LABELS
    )
    code = GaugeMetricFamily(
        "opsrun_job_last_exit_code", "What the job's last run exited with.", labels=_LABELS
    )
    for key, total in counted.items():
        labels = (plan.jobs[key].service, plan.jobs[key].name)
        at = total.last_success_at
        success.add_metric(labels, 0.0 if at is None else at.timestamp())
        if total.last_duration_seconds is not None:
            duration.add_metric(labels, total.last_duration_seconds)
        if total.last_exit_code is not None:
            code.add_metric(labels, total.last_exit_code)
    yield from (success, duration, code)


def _counters(plan: Plan, counted: dict[str, Totals]) -> Iterator[Metric]:
    from prometheus_client.core import CounterMetricFamily

    runs = CounterMetricFamily(
        "opsrun_job_runs", "Occurrences of the job by how they ended.", labels=(*_LABELS, "outcome")
    )
    missed = CounterMetricFamily(
        "opsrun_job_missed", "Occurrences of the job that nothing ran.", labels=_LABELS
    )
    for key, total in counted.items():
        labels = (plan.jobs[key].service, plan.jobs[key].name)
        for outcome in OUTCOMES:
            if outcome != "missed":
                runs.add_metric((*labels, outcome), total.runs.get(outcome, 0))
        missed.add_metric(labels, total.runs.get("missed", 0))
    yield from (runs, missed)


def _health(store: Store, plan: Plan) -> Iterator[Metric]:
    from prometheus_client.core import GaugeMetricFamily

    status = GaugeMetricFamily(
        "opsrun_health_status",
        "1 for the status that the check had last, 0 for the others.",
        labels=(*_HEALTH_LABELS, "status"),
    )
    duration = GaugeMetricFamily(
        "opsrun_health_duration_seconds",
        "How long the check's last answer took.",
        labels=_HEALTH_LABELS,
    )
    for key, job in sorted(plan.jobs.items()):
        for step in last_facts(store, key):
            asked = _checks(job, step.name)
            for name, answer in step.facts.get("checks", {}).items():
                if name not in asked:
                    continue
                labels = (job.service, job.name, step.name, name)
                for one in STATUSES:
                    status.add_metric((*labels, one), float(answer["status"] == one))
                if answer["response_seconds"] is not None:
                    duration.add_metric(labels, answer["response_seconds"])
    yield from (status, duration)


def _checks(job: Job, step: str) -> Collection[str]:
    """Return the names of the checks that a step of the present plan makes."""
    present = job.steps.get(step)
    if present is None or present.kind != "health.check":
        return ()
    checks: Mapping[str, object] = present.parameters["checks"]
    return checks.keys()


def _make_folder(folder: str) -> None:
    """Make the folder where it is missing, open to the collector, which is another user.

    A folder that is there keeps the mode that somebody gave it.
    """
    umask = os.umask(0o022)
    try:
        os.makedirs(folder, mode=0o755, exist_ok=True)
    finally:
        os.umask(umask)


def _replace(path: str, content: bytes) -> None:
    """Put a new file in the place of the old one, readable by the collector, in one step."""
    aside = f"{path}.new"
    descriptor = os.open(aside, os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_CLOEXEC, 0o644)
    with open(descriptor, "wb") as file:
        os.fchmod(descriptor, 0o644)
        file.write(content)
        file.flush()
        os.fsync(descriptor)
    os.replace(aside, path)
