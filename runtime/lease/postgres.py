"""Leases in a PostgreSQL: the table ``opsrun.lease``, and a sequence for the fences.

Both are created by the first host that asks, several at once too; a role that may not create finds
them there, or is told so. It needs USAGE on the schema and on the sequence, and SELECT, INSERT and
UPDATE on the table; without DELETE, old rows stay.

Every change is one statement. `clock_timestamp` is the time when a row's lock has been had, where
`now` would be that before the wait; the fence of a grant that replaces another is drawn then, too.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Final, LiteralString

from runtime.lease.place import KEPT_SECONDS, Ended, Grant, Held, Taken
from runtime.lease.session import Session

if TYPE_CHECKING:
    from datetime import datetime

    from psycopg import Connection

    Rows = Connection[tuple[Any, ...]]

_CREATION: Final = 7_091_512_503_117_823_841
"""Advisory lock of whoever creates the table: `IF NOT EXISTS` alone lets two collide."""

# `IF NOT EXISTS` asks for the right to create schemas, also when there is nothing to create.
_HAS_SCHEMA: Final = "SELECT to_regnamespace('opsrun') IS NOT NULL"

_CREATE: Final = """
CREATE SEQUENCE IF NOT EXISTS opsrun.fence;
CREATE TABLE IF NOT EXISTS opsrun.lease (
    job text NOT NULL,
    due_at timestamptz NOT NULL,
    holder text NOT NULL,
    fence bigint NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    outcome text,
    PRIMARY KEY (job, due_at)
);
CREATE INDEX IF NOT EXISTS lease_last ON opsrun.lease (COALESCE(ended_at, expires_at));
"""

_IS_THERE: Final = "SELECT to_regclass('opsrun.lease') IS NOT NULL"

_TAKE: Final = """
INSERT INTO opsrun.lease AS held (job, due_at, holder, fence, expires_at)
VALUES (%(job)s, %(due_at)s, %(holder)s, nextval('opsrun.fence'),
        clock_timestamp() + %(lasts)s * interval '1 second')
ON CONFLICT (job, due_at) DO UPDATE
SET holder = excluded.holder, fence = nextval('opsrun.fence'),
    expires_at = clock_timestamp() + %(lasts)s * interval '1 second'
WHERE held.ended_at IS NULL
  AND (held.holder = excluded.holder OR held.expires_at <= clock_timestamp())
RETURNING fence
"""

_LOOK: Final = """
SELECT holder, outcome,
       GREATEST(0, extract(epoch FROM expires_at - clock_timestamp()))::float8
FROM opsrun.lease WHERE job = %(job)s AND due_at = %(due_at)s
"""

_MINE: Final = """
WHERE job = %(job)s AND due_at = %(due_at)s AND holder = %(holder)s AND fence = %(fence)s
"""

_RENEW: Final = f"""
UPDATE opsrun.lease SET expires_at = clock_timestamp() + %(lasts)s * interval '1 second'
{_MINE} AND ended_at IS NULL
"""  # noqa: S608  made of constants

_END: Final = f"""
UPDATE opsrun.lease SET ended_at = COALESCE(ended_at, clock_timestamp()), outcome = %(outcome)s
{_MINE} AND (ended_at IS NULL OR outcome = %(outcome)s)
"""  # noqa: S608  made of constants

# The row stays, for its fence: whoever comes later draws a larger one under the row's lock.
_GIVE_BACK: Final = f"""
UPDATE opsrun.lease SET expires_at = clock_timestamp() {_MINE} AND ended_at IS NULL
"""  # noqa: S608  made of constants

_PRUNE: Final = """
DELETE FROM opsrun.lease WHERE (job, due_at) IN (
    SELECT job, due_at FROM opsrun.lease
    WHERE COALESCE(ended_at, expires_at) < clock_timestamp() - %(kept)s * interval '1 second'
    LIMIT 1000 FOR UPDATE SKIP LOCKED
)
"""


class PostgresPlace:
    """Leases in a PostgreSQL."""

    __slots__ = ("_session",)

    def __init__(self, dsn: str, name: str, timeout_seconds: float) -> None:
        """Take the connection string, what the place is called in errors, and a question's limit.

        Raise `LeaseError` when the driver is not installed or the string is no connection string.
        """
        self._session = Session(dsn, name, timeout_seconds, _create)

    def take(self, job: str, due_at: datetime, holder: str, lasts_seconds: float) -> Grant:
        """Given an occurrence and a host, return leave to run it, or who else has it."""
        asked = {"job": job, "due_at": due_at, "holder": holder, "lasts": float(lasts_seconds)}

        def take(connection: Rows) -> Grant:
            while True:
                granted = connection.execute(_TAKE, asked).fetchone()
                if granted is not None:
                    return Taken(job=job, due_at=due_at, holder=holder, fence=granted[0])
                seen = connection.execute(_LOOK, asked).fetchone()
                # A row that is gone was old, and pruned just now.
                if seen is not None:
                    return _seen(*seen)

        return self._session.ask(take)

    def renew(self, taken: Taken, lasts_seconds: float) -> bool:
        """Return whether the lease now lasts that long from now; not when it was lost."""
        renewing = _named(taken) | {"lasts": float(lasts_seconds)}
        return self._session.ask(
            lambda connection: connection.execute(_RENEW, renewing).rowcount == 1
        )

    def end(self, taken: Taken, outcome: str) -> bool:
        """Return whether this end is the one that all hosts see; not when the lease was lost."""
        import psycopg

        ending = _named(taken) | {"outcome": outcome}

        def end(connection: Rows) -> bool:
            is_recorded = connection.execute(_END, ending).rowcount == 1
            # The end is recorded, whatever becomes of old rows: the next host prunes them.
            with contextlib.suppress(psycopg.Error):
                connection.execute(_PRUNE, {"kept": float(KEPT_SECONDS)})
            return is_recorded

        return self._session.ask(end)

    def give_back(self, taken: Taken) -> None:
        """Let another host take the occurrence at once: nothing was done for it."""
        self._session.ask(lambda connection: connection.execute(_GIVE_BACK, _named(taken)))

    def close(self) -> None:
        """Let go of the connection; what is held is held on."""
        self._session.close()


def _create(connection: Rows) -> None:
    """Create the table, unless it is there; several hosts may do so at once."""
    if _is_so(connection, _IS_THERE):
        return
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_CREATION,))
        if _is_so(connection, _IS_THERE):
            return
        if not _is_so(connection, _HAS_SCHEMA):
            connection.execute("CREATE SCHEMA opsrun")
        connection.execute(_CREATE)


def _seen(holder: str, outcome: str | None, left_seconds: float) -> Grant:
    if outcome is not None:
        return Ended(holder=holder, outcome=outcome)
    return Held(holder=holder, until_seconds=left_seconds)


def _named(taken: Taken) -> dict[str, object]:
    return {
        "job": taken.job,
        "due_at": taken.due_at,
        "holder": taken.holder,
        "fence": taken.fence,
    }


def _is_so(connection: Rows, question: LiteralString) -> bool:
    found = connection.execute(question).fetchone()
    return found is not None and bool(found[0])
