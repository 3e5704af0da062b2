"""What opsrun says about its jobs to Prometheus: the journal enters, a text file leaves.

The textfile collector of node_exporter reads the file; it is replaced by a rename, so that no
half of it is ever read. A job that never succeeded shows 0, not nothing. The text is written
here and not by prometheus_client, whose import takes longer than a whole run of a small job.

The label of a job's name is `job_name`: `job` is what Prometheus calls the scrape.
"""

from __future__ import annotations

import fcntl
import os
from dataclasses import field
from typing import TYPE_CHECKING, Final

from runtime.contract.frozen import Frozen, frozen
from runtime.facts import samples
from runtime.journal.history import counters, last_facts, standings
from runtime.journal.holds import holds
from runtime.journal.record import ALL_JOBS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from datetime import datetime

    from runtime.contract.plan import Job, Plan
    from runtime.journal.record import Standing
    from runtime.journal.store import Store

FILE_NAME: Final = "opsrun.prom"

OUTCOMES: Final = ("ok", "failed", "timed out", "skipped")
STATUSES: Final = ("healthy", "degraded", "unhealthy", "error")


@frozen
class Family(Frozen):
    """One metric: its name, type and help, and its samples: labels and value."""

    name: str
    kind: str
    help: str
    samples: list[tuple[Mapping[str, str], float]] = field(default_factory=list)

    def add(self, value: float, **labels: str) -> None:
        """Add a sample."""
        self.samples.append((labels, value))


def write_textfile(store: Store, plan: Plan, folder: str, now: datetime) -> str:
    """Write the metrics of a plan's jobs into a folder; return the file's path.

    Raise `OSError` when the folder cannot be written, `JournalError` when the journal fails.
    """
    _make_folder(folder)
    path = os.path.join(folder, FILE_NAME)
    lock = os.open(os.path.join(folder, ".lock"), os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    try:
        # Reading and writing belong together, or an older state could replace a newer one.
        fcntl.flock(lock, fcntl.LOCK_EX)
        _replace(path, exposition(families(store, plan, now)))
    finally:
        os.close(lock)
    return path


def families(store: Store, plan: Plan, now: datetime) -> list[Family]:
    """Return the metrics of a plan's jobs. Raise `JournalError` when the journal fails."""
    found = last_facts(store)
    return [
        *_standings(plan, standings(store)),
        *_counters(plan, counters(store)),
        _held(plan, {hold.job for hold in holds(store, now)}),
        *_health(plan, found),
        *_facts(plan, found),
    ]


def exposition(metrics: list[Family]) -> bytes:
    """Given metrics, return them in Prometheus' text format, version 0.0.4."""
    lines: list[str] = []
    for family in metrics:
        lines.append(f"# HELP {family.name} {_escaped(family.help)}")
        lines.append(f"# TYPE {family.name} {family.kind}")
        for labels, value in family.samples:
            said = ",".join(f'{name}="{_quoted(text)}"' for name, text in labels.items())
            lines.append(f"{family.name}{{{said}}} {value!r}")
    return ("\n".join(lines) + "\n").encode()


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("\n", r"\n")


def _quoted(text: str) -> str:
    return _escaped(text).replace('"', r"\"")


def _instant(at: datetime | None) -> float:
    return 0.0 if at is None else at.timestamp()


_GAUGES: Final[tuple[tuple[str, str, Callable[[Standing], float | None]], ...]] = (
    (
        "opsrun_job_last_success_timestamp_seconds",
        "When the job last ended well, in Unix time; 0 when it never did.",
        lambda one: _instant(one.success_at),
    ),
    (
        "opsrun_job_last_due_timestamp_seconds",
        "When the latest run by schedule was due that began or was skipped, in Unix time.",
        lambda one: _instant(one.due_at),
    ),
    (
        "opsrun_job_last_start_timestamp_seconds",
        "When the job last started, in Unix time; 0 when it never did.",
        lambda one: _instant(one.started_at),
    ),
    (
        "opsrun_job_last_start_delay_seconds",
        "How long after its time the last run by schedule started.",
        lambda one: one.start_delay_seconds,
    ),
    (
        "opsrun_job_last_duration_seconds",
        "How long the job's last attempt took.",
        lambda one: one.duration_seconds,
    ),
    (
        "opsrun_job_last_exit_code",
        "What the job's last run exited with.",
        lambda one: one.exit_code,
    ),
    (
        "opsrun_job_running",
        "1 while the job runs, as far as this host knows, else 0.",
        lambda one: float(one.started_at is not None and one.outcome is None),
    ),
)
"""Metric, help, and the value of a job that stands so; None leaves the sample out."""

_NEVER_RAN: Final = (
    "opsrun_job_last_success_timestamp_seconds",
    "opsrun_job_last_due_timestamp_seconds",
    "opsrun_job_last_start_timestamp_seconds",
    "opsrun_job_running",
)
"""Metrics that a job has, with 0, before it ever ran."""


def _standings(plan: Plan, found: Mapping[str, Standing]) -> Iterator[Family]:
    for name, text, value_of in _GAUGES:
        family = Family(name=name, kind="gauge", help=text)
        for key, job in sorted(plan.jobs.items()):
            one = found.get(key)
            value = value_of(one) if one is not None else None
            if one is None and name in _NEVER_RAN:
                value = 0.0
            if value is not None:
                family.add(float(value), service=job.service, job_name=job.name)
        yield family


def _counters(plan: Plan, counted: Mapping[str, Mapping[str, int]]) -> Iterator[Family]:
    runs = Family(
        name="opsrun_job_runs_total",
        kind="counter",
        help="Occurrences of the job that ended, by how.",
    )
    others = {
        "missed": ("opsrun_job_missed_total", "Occurrences of the job that nothing ran."),
        "late": ("opsrun_job_late_total", "Runs of the job that started late."),
        "overrun": (
            "opsrun_job_overrun_total",
            "Attempts of the job that took longer than expected.",
        ),
    }
    named = {
        what: Family(name=name, kind="counter", help=text) for what, (name, text) in others.items()
    }
    for key, job in sorted(plan.jobs.items()):
        numbers = counted.get(key, {})
        for outcome in OUTCOMES:
            number = float(numbers.get(outcome, 0))
            runs.add(number, service=job.service, job_name=job.name, outcome=outcome)
        for what, family in named.items():
            family.add(float(numbers.get(what, 0)), service=job.service, job_name=job.name)
    yield from (runs, *named.values())


def _held(plan: Plan, held: Collection[str]) -> Family:
    family = Family(
        name="opsrun_job_held", kind="gauge", help="1 while the job is held back by hand, else 0."
    )
    for key, job in sorted(plan.jobs.items()):
        is_held = key in held or ALL_JOBS in held
        family.add(float(is_held), service=job.service, job_name=job.name)
    return family


def _health(plan: Plan, found: Mapping[str, Mapping[str, Mapping[str, object]]]) -> list[Family]:
    status = Family(
        name="opsrun_health_status",
        kind="gauge",
        help="1 for the status that the check had last, 0 for the others.",
    )
    duration = Family(
        name="opsrun_health_duration_seconds",
        kind="gauge",
        help="How long the check's last answer took.",
    )
    value = Family(
        name="opsrun_health_value",
        kind="gauge",
        help="What the check measured last, by what it is: a lag, a depth, a share.",
    )
    for key, job in sorted(plan.jobs.items()):
        for step, facts in found.get(key, {}).items():
            asked = _checks(job, step)
            answers = facts.get("checks", {})
            for name, answer in answers.items() if isinstance(answers, dict) else ():
                if name not in asked:
                    continue
                labels = {
                    "service": job.service,
                    "job_name": job.name,
                    "step": step,
                    "check": name,
                }
                for one in STATUSES:
                    status.add(float(answer["status"] == one), **labels, status=one)
                if answer.get("response_seconds") is not None:
                    duration.add(float(answer["response_seconds"]), **labels)
                for what, number in answer.get("values", {}).items():
                    value.add(float(number), **labels, what=what)
    return [status, duration, value]


def _facts(plan: Plan, found: Mapping[str, Mapping[str, Mapping[str, object]]]) -> list[Family]:
    """Return the metrics of what steps found, each with the samples of all steps."""
    named: dict[str, Family] = {}
    for sample in samples(plan, found):
        help_line = f"What the last run of a step found, {sample.about}."
        family = Family(name=sample.metric, kind="gauge", help=help_line)
        named.setdefault(sample.metric, family).add(sample.value, **sample.labels)
    return [named[name] for name in sorted(named)]


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
    if os.path.isdir(folder):
        return
    umask = os.umask(0o022)
    try:
        os.makedirs(folder, mode=0o755, exist_ok=True)
    finally:
        os.umask(umask)


def _replace(path: str, content: bytes) -> None:
    """Put a new file in the place of the old one, readable by the collector, in one step.

    It is not forced to disk: what is lost with the power is written again by the next run.
    """
    aside = f"{path}.new"
    descriptor = os.open(aside, os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_CLOEXEC, 0o644)
    with open(descriptor, "wb") as file:
        os.fchmod(descriptor, 0o644)
        file.write(content)
    os.replace(aside, path)
