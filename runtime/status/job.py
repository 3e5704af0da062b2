"""How one job stands: its plan, what the journal says and the time enter, a state leaves; pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from runtime.clock import from_text, to_text
from runtime.contract.frozen import Frozen, frozen
from runtime.journal.record import ALL_JOBS

if TYPE_CHECKING:
    from runtime.contract.plan import Job
    from runtime.journal.overview import End
    from runtime.journal.record import Hold, OccurrenceRecord
    from runtime.status.dues import Due, Dues
    from runtime.status.reading import Open, View

State: TypeAlias = Literal[
    "late",
    "missed",
    "failed",
    "timed out",
    "abandoned",
    "too long",
    "running",
    "waiting",
    "held",
    "skipped",
    "never ran",
    "ok",
]

STATES: Final[tuple[State, ...]] = (
    "late",
    "missed",
    "failed",
    "timed out",
    "abandoned",
    "too long",
    "running",
    "waiting",
    "held",
    "skipped",
    "never ran",
    "ok",
)
"""The states, the most pressing first; what `too long` runs longer than is expected of it."""

PRESSING: Final = frozenset(STATES[: STATES.index("running")])
"""States that somebody should look at."""

UNDER_WAY: Final = frozenset({"running", "waiting", "too long"})
"""States of jobs that a process works on."""

_MOMENT: Final = timedelta(microseconds=1)


@frozen
class JobStatus(Frozen):
    """How a job stands. Instants are in UTC, None where there is none.

    `since` is the instant that a state is about that is not one of rest: when it was due, ended,
    began, was held. `open` is its occurrence that has not ended, `missed` how many nothing ran.
    """

    key: str
    job: Job
    state: State
    since: datetime | None
    next_due_at: datetime | None
    open: OccurrenceRecord | None
    hold: Hold | None
    missed: int

    @property
    def is_pressing(self) -> bool:
        """Whether somebody should look at it."""
        return self.state in PRESSING

    @property
    def started_at(self) -> datetime | None:
        """When the attempt that is under way began; None while it waits."""
        attempts = self.open.attempts if self.open is not None else ()
        return attempts[-1].started_at if attempts else None

    @property
    def order(self) -> tuple[int, datetime, str]:
        """What jobs are sorted by: the most pressing first, then what stands so the longest.

        Those at rest come as they are due.
        """
        return _URGENCY[self.state], self.since or self.next_due_at or _NEVER, self.key


_URGENCY: Final = {state: index for index, state in enumerate(STATES)}
_NEVER: Final = datetime.max.replace(tzinfo=UTC)


@frozen
class Moment(Frozen):
    """What is known of all jobs at one moment: what the journal says, and when they are due."""

    view: View
    dues: Dues
    now: datetime

    def jobs(self) -> tuple[JobStatus, ...]:
        """Return how each job stands, the most pressing first."""
        due = self.dues.at(self.now)
        found = [self._job(key, job, due[key]) for key, job in self.dues.jobs.items()]
        return tuple(sorted(found, key=lambda one: one.order))

    def _job(self, key: str, job: Job, due: Due) -> JobStatus:
        opened = self.view.open.get(key)
        hold = self.view.holds.get(key) or self.view.holds.get(ALL_JOBS)
        if opened is not None:
            state, since = self._under_way(job, opened)
        elif hold is not None:
            state, since = "held", hold.since
        else:
            state, since = self._at_rest(key, job, due)
        return JobStatus(
            key=key,
            job=job,
            state=state,
            since=since,
            next_due_at=due.following,
            open=None if opened is None else opened.occurrence,
            hold=hold,
            missed=self.view.missed.get(key, 0),
        )

    def _under_way(self, job: Job, opened: Open) -> tuple[State, datetime | None]:
        """Return the state of a job with an occurrence that has not ended."""
        attempts = opened.occurrence.attempts
        if opened.state == "abandoned" or not attempts:
            return "abandoned", opened.occurrence.due_at
        started_at = attempts[-1].started_at
        if started_at is None:
            return "waiting", attempts[-1].planned_at
        taken = (self.now - started_at).total_seconds()
        is_long = job.expect_seconds is not None and taken > job.expect_seconds
        return "too long" if is_long else "running", started_at

    def _at_rest(self, key: str, job: Job, due: Due) -> tuple[State, datetime | None]:
        """Return the state of a job that nothing works on or holds."""
        end = self.view.ends.get(key)
        owed = self._owed(key, job, end, due)
        if owed is not None:
            late = (self.now - owed).total_seconds()
            if late > job.start_deadline_seconds:
                return "missed", owed
            if late > job.punctual_seconds:
                return "late", owed
        if end is None or end.outcome is None:
            return "never ran", None
        state: State = next((state for state in STATES if state == end.outcome), "failed")
        # Thousands that ended well are not looked at more closely than that.
        is_bad = state in PRESSING
        return state, from_text(end.ended_at) if is_bad and end.ended_at else None

    def _owed(self, key: str, job: Job, end: End | None, due: Due) -> datetime | None:
        """Return the first instant at which a job was due and that its latest run does not answer.

        What lies before this host knew the job by its schedule is not owed, nor what another host
        may have run for all.
        """
        since = self.view.since.get(key)
        seen = "" if end is None else end.due_at or ""
        is_elsewhere = job.runs == "one" and job.lease is not None
        if since is None or is_elsewhere or seen >= due.latest_text:
            return None
        if seen >= since:
            return self.dues.first_after(key, seen)
        # An instant at which it was first known is owed too.
        return self.dues.first_after(key, to_text(from_text(since) - _MOMENT))
