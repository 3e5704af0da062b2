"""The outbox: who is to be told of what, in the journal before anybody is told.

Those who end an occurrence call `notices_of` and, in the transaction that ends it, `enqueue`; they
never deliver: `messages` has what is told, and how that went.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from runtime.clock import to_text
from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from runtime.contract.channel import Channel
    from runtime.contract.plan import Job
    from runtime.journal.record import Outcome


@frozen
class Notice(Frozen):
    """One end of one occurrence, for one channel.

    `incident` is what a channel that knows incidents calls the job's failing, else empty.
    """

    channel: str
    host: str
    job: str
    due_at: datetime
    outcome: Outcome
    reason: str
    incident: str = ""

    @property
    def key(self) -> str:
        """What tells this notice from every other one, on every host."""
        said = (self.host, self.channel, self.job, to_text(self.due_at), self.outcome)
        return key_of(json.dumps(said))


def notices_of(
    job: Job,
    channels: Mapping[str, Channel],
    *,
    environment: str,
    host: str,
    due_at: datetime,
    outcome: Outcome,
    reason: str,
) -> tuple[Notice, ...]:
    """Given how an occurrence ended, return who is to be told; pure.

    `channels` and `environment` are the plan's. A channel that knows incidents is told of an end
    that is ok too: `enqueue` drops that when there is no incident. `reason` must not hold secrets.
    """
    if job.notice is None:
        return ()
    told = []
    for name in job.notice.channels:
        pages = channels[name].pagerduty if name in channels else None
        is_over = pages is not None and outcome == "ok"
        if pages.resolves if is_over and pages else outcome in job.notice.outcomes:
            notice = Notice(
                channel=name,
                host=host,
                job=f"{job.service}/{job.name}",
                due_at=due_at,
                outcome=outcome,
                reason=reason,
                incident=_incident(environment, host, job) if pages is not None else "",
            )
            told.append(notice)
    return tuple(told)


def _incident(environment: str, host: str, job: Job) -> str:
    """Return what a job's failing is called: by host, unless one of several runs it for all."""
    called = f"opsrun/{environment}/{job.service}/{job.name}"
    called += f"@{host}" if job.runs == "each" else ""
    # PagerDuty takes 255 characters.
    return called if len(called) <= 255 else key_of(called)


def key_of(text: str) -> str:
    """Return a short name of a text, the same at all times."""
    return f"opsrun-{hashlib.sha256(text.encode()).hexdigest()[:32]}"


def enqueue(connection: sqlite3.Connection, notices: Iterable[Notice], now: datetime) -> int:
    """Write notices down, within the open transaction that ends their occurrences.

    Return how many are new. Of occurrences that were missed only those may be given that this
    transaction records: one that ended before has been told of as what it was.
    """
    added = 0
    for notice in notices:
        if notice.incident and notice.outcome == "ok" and not _is_open(connection, notice):
            continue
        added += connection.execute(
            "INSERT OR IGNORE INTO outbox"
            " (key, channel, host, job, due_at, outcome, reason, incident, created_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                notice.key,
                notice.channel,
                notice.host,
                notice.job,
                to_text(notice.due_at),
                notice.outcome,
                notice.reason,
                notice.incident,
                to_text(now),
            ),
        ).rowcount
        if notice.incident:
            _note_incident(connection, notice)
    return added


def _is_open(connection: sqlite3.Connection, notice: Notice) -> bool:
    query = "SELECT 1 FROM incidents WHERE channel = ? AND incident = ?"
    found = connection.execute(query, (notice.channel, notice.incident)).fetchone()
    return found is not None


def _note_incident(connection: sqlite3.Connection, notice: Notice) -> None:
    statement = (
        "DELETE FROM incidents WHERE channel = ? AND incident = ?"
        if notice.outcome == "ok"
        else "INSERT OR IGNORE INTO incidents VALUES (?, ?)"
    )
    connection.execute(statement, (notice.channel, notice.incident))
