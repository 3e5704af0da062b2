"""Write down who is to be told how an occurrence ended, in the transaction that ends it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    import sqlite3
    from datetime import datetime

    from runtime.contract.plan import Job, Plan
    from runtime.journal.record import Outcome

STAMP: Final = "outbox.stamp"
"""File of the state folder that changes when there is something to deliver."""


@frozen
class Tell(Frozen):
    """One job's notices; called within a transaction."""

    plan: Plan
    job: Job
    now: datetime

    def __call__(
        self, connection: sqlite3.Connection, due_at: datetime, outcome: Outcome, reason: str
    ) -> None:
        """Write down the notices of one end, if anybody is to be told."""
        if self.job.notice is None or outcome not in (*self.job.notice.outcomes, "ok"):
            # What ends well is told, unasked, where it ends an incident.
            return
        from runtime.journal.outbox import enqueue, notices_of

        notices = notices_of(
            self.job,
            self.plan.channels,
            environment=self.plan.environment,
            host=os.uname().nodename,
            due_at=due_at,
            outcome=outcome,
            reason=reason,
        )
        enqueue(connection, notices, self.now)

    def _resolves(self) -> bool:
        """Return whether one of the job's channels knows incidents."""
        names = self.job.notice.channels if self.job.notice is not None else ()
        found = (self.plan.channels.get(name) for name in names)
        return any(channel is not None and channel.pagerduty is not None for channel in found)


def stamp(state: str) -> None:
    """Change the file that the delivery's path unit watches. Raise `OSError` when that fails."""
    path = os.path.join(state, STAMP)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        os.write(descriptor, b"1")
        os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)
