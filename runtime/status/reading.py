"""Read what a page says: a journal enters, a `View` of all jobs leaves, then details of some."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Final

from runtime.contract.frozen import Frozen, frozen
from runtime.journal.history import counters_of, last_occurrence, standing_of, state_of
from runtime.journal.holds import holds
from runtime.journal.outbox_view import entries, standings
from runtime.journal.overview import (
    counted,
    course,
    ends,
    facts_of,
    known_since,
    open_occurrences,
)
from runtime.output import read_end

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime

    from runtime.contract.plan import Plan
    from runtime.journal.outbox_view import Entry
    from runtime.journal.outbox_view import Standing as ChannelStanding
    from runtime.journal.overview import End, Ran
    from runtime.journal.record import Hold, OccurrenceRecord, Standing
    from runtime.journal.store import Store
    from runtime.lineage import Process
    from runtime.status.health import Facts

COURSE: Final = 30
"""Occurrences of a job that are shown."""

TAIL_LINES: Final = 12
TAIL_CHARACTERS: Final = 2_000
TAIL_BYTES: Final = 16 * 2**10
"""Most that is shown of what a failed step wrote."""


@frozen
class Open(Frozen):
    """An occurrence that has not ended: `running`, `waiting`, or `abandoned` by its process."""

    state: str
    occurrence: OccurrenceRecord


@frozen
class View(Frozen):
    """What the journal says of all jobs at one moment, by the job's key.

    Instants of `ends` and `since` are texts that sort by time. `facts` has what steps that check
    health found last, by job and step.
    """

    ends: Mapping[str, End] = field(default_factory=dict)
    since: Mapping[str, str] = field(default_factory=dict)
    missed: Mapping[str, int] = field(default_factory=dict)
    open: Mapping[str, Open] = field(default_factory=dict)
    holds: Mapping[str, Hold] = field(default_factory=dict)
    facts: Facts = field(default_factory=dict)
    channels: Mapping[str, ChannelStanding] = field(default_factory=dict)
    undelivered: tuple[Entry, ...] = ()


@frozen
class Detail(Frozen):
    """What is shown of one job beside how it stands.

    `course` has its latest occurrences, the oldest first; `last` is the latest with its steps, and
    `tail` what a step of it wrote at last that did not end well, secrets hidden.
    """

    standing: Standing | None = None
    counters: Mapping[str, int] = field(default_factory=dict)
    course: tuple[Ran, ...] = ()
    last: OccurrenceRecord | None = None
    tail: str = ""


def read_view(store: Store, plan: Plan, now: datetime, is_alive: Callable[[Process], bool]) -> View:
    """Return what the journal says of all jobs. Raise `JournalError` when it cannot be read."""
    return View(
        ends=ends(store),
        since=known_since(store),
        missed=counted(store, "missed"),
        open={
            job: Open(state=state_of(one, is_alive), occurrence=one)
            for job, one in open_occurrences(store).items()
        },
        holds={hold.job: hold for hold in holds(store, now)},
        facts=facts_of(store, health_steps(plan)),
        channels=standings(store),
        undelivered=tuple(entries(store)),
    )


def health_steps(plan: Plan) -> Iterator[tuple[str, str]]:
    """Yield the steps of a plan that check health by schedule, by job and name.

    Of a job that is run by hand alone nobody has promised a result.
    """
    for key, job in plan.jobs.items():
        if job.schedule == "manual":
            continue
        for name, step in job.steps.items():
            if step.kind == "health.check":
                yield key, name


def read_details(store: Store, jobs: Iterable[str]) -> dict[str, Detail]:
    """Return the details of these jobs. Raise `JournalError` when the journal cannot be read."""
    return {job: _detail(store, job) for job in jobs}


def _detail(store: Store, job: str) -> Detail:
    last = last_occurrence(store, job)
    return Detail(
        standing=standing_of(store, job),
        counters=counters_of(store, job),
        course=course(store, job, COURSE),
        last=last,
        tail=_tail(last),
    )


def _tail(last: OccurrenceRecord | None) -> str:
    """Return the last lines of a step that did not end well; nothing where none is left."""
    steps = last.attempts[-1].steps if last is not None and last.attempts else ()
    bad = [step for step in steps if step.outcome not in (None, "ok")]
    if not bad or not bad[-1].output:
        return ""
    lines = read_end(bad[-1].output, TAIL_BYTES).splitlines()[-TAIL_LINES:]
    return "\n".join(lines)[-TAIL_CHARACTERS:]
