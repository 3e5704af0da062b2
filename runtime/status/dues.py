"""When jobs were and are due: looked up once, and again when that time has come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runtime.clock import from_text, to_text
from runtime.contract.frozen import Frozen, frozen
from runtime.schedule import latest_at_or_before, next_after, parse

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from runtime.contract.plan import Job


@frozen(kw_only=False)
class Due(Frozen):
    """The latest instant that has come and the next one; None where there is none.

    They hold from `since` until `following` comes. `latest_text` is the latest as the journal
    writes it, empty for none.
    """

    since: datetime
    latest: datetime | None
    following: datetime | None
    latest_text: str

    def holds(self, now: datetime) -> bool:
        """Return whether it is still so."""
        begun = self.since if self.latest is None else self.latest
        return begun <= now and (self.following is None or now < self.following)


class Dues:
    """The instants of the jobs of one plan; keep it, so that a page need not decide all again."""

    def __init__(self, jobs: Mapping[str, Job]) -> None:
        self.jobs = jobs
        self._known: dict[str, Due] = {}
        self._first: dict[str, tuple[str, datetime | None]] = {}

    def at(self, now: datetime) -> Mapping[str, Due]:
        """Given the time, return how each job is due. Raise `ZoneError` for an unknown zone."""
        for key, job in self.jobs.items():
            known = self._known.get(key)
            if known is None or not known.holds(now):
                self._known[key] = due_of(job, now)
        return self._known

    def first_after(self, key: str, text: str) -> datetime | None:
        """Given a job and an instant as the journal writes it, return the first one after that."""
        known = self._first.get(key)
        if known is None or known[0] != text:
            job = self.jobs[key]
            found = next_after(parse(job.schedule), from_text(text), job.time_zone)
            known = self._first[key] = (text, found)
        return known[1]


def due_of(job: Job, now: datetime) -> Due:
    """Given a job and the time, return how it is due; pure."""
    schedule = parse(job.schedule)
    latest = latest_at_or_before(schedule, now, job.time_zone)
    return Due(
        now,
        latest,
        next_after(schedule, now, job.time_zone),
        "" if latest is None else to_text(latest),
    )
