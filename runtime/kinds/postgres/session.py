"""A session of a maintenance job: a connection string's place enters, a connection leaves.

Each statement has its time, and the server ends what it does for a client that is gone, a killed
one too. All of that is set for the session: the connection must be a direct one, not one through a
pooler that hands statements to several.
"""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Any, Final, Protocol

from runtime.kinds.postgres.words import of_connection, of_statement
from runtime.secrets import resolve

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import LiteralString

    import psycopg
    from psycopg.sql import Composed

    from runtime.contract.secret import Secret

    Rows = psycopg.Connection[tuple[Any, ...]]

CONNECT_SECONDS: Final = 10
"""How long the server may take to let a job in."""
GONE_SECONDS: Final = 2
"""After how long the server looks whether its client is still there."""
PREDECESSOR_SECONDS: Final = 30
"""How long the server's end of a run that was killed is waited for."""

_SETTINGS: Final = """
SELECT set_config('TimeZone', 'UTC', false),
       set_config('idle_in_transaction_session_timeout', %(idle)s, false),
       set_config('default_transaction_isolation', 'read committed', false),
       set_config('statement_timeout', '0', false),
       set_config('lock_timeout', %(first)s, false),
       pg_is_in_recovery()
"""
_GONE: Final = "SELECT set_config('client_connection_check_interval', %(gone)s, false)"
"""Only servers from version 14 on have it, and not on every system."""
_ALONE: Final = "SELECT pg_advisory_lock(hashtextextended(%(what)s, 0))"
_PATIENCE: Final = """
SELECT set_config('lock_timeout', %(lock)s, false),
       set_config('statement_timeout', %(statement)s, false)
"""


class DatabaseError(Exception):
    """A database could not be asked, or refused; the text is for people and holds no secret."""


class RefusedError(DatabaseError):
    """One statement was refused; the connection is as good as before."""


class Asked(Protocol):
    """What the parameters of every maintenance job say: where, and how patiently."""

    @property
    def dsn(self) -> Secret:
        """Where the connection string is kept."""

    @property
    def lock_timeout_seconds(self) -> float:
        """How long a statement waits for what others hold."""

    @property
    def statement_timeout_seconds(self) -> float:
        """How long it may take in all."""


@contextlib.contextmanager
def connected(asked: Asked, *, writes: bool = True, alone: str | None = None) -> Iterator[Rows]:
    """Given a job's parameters, yield a connection outside transactions.

    One that `writes` is refused on a replica; with `alone`, the name of its work, no other one of
    that name does its work meanwhile.
    Raise `DatabaseError` when there is no connection, or when a statement of the block fails.
    """
    try:
        import psycopg
    except ImportError:
        raise DatabaseError("the driver is missing: install `opsc[postgres]`") from None
    try:
        connection = psycopg.connect(
            resolve(asked.dsn, os.environ),
            autocommit=True,
            connect_timeout=CONNECT_SECONDS,
            fallback_application_name="opsrun",
            prepare_threshold=None,
        )
    except (psycopg.Error, ValueError) as error:
        # The driver takes what is no text of its own for a wrong value.
        fault = error if isinstance(error, psycopg.Error) else psycopg.ProgrammingError()
        raise DatabaseError(f"the database cannot be asked: {of_connection(fault)}") from None
    with connection:
        try:
            _set(connection, asked, writes=writes, alone=alone if writes else None)
            yield connection
        except psycopg.Error as error:
            raise DatabaseError(of_statement(error)) from None


def _set(connection: Rows, asked: Asked, *, writes: bool, alone: str | None) -> None:
    """Prepare a session. Raise `DatabaseError` for a replica, and when the work is under way."""
    import psycopg

    first = {
        "idle": _milliseconds(asked.statement_timeout_seconds),
        "first": f"{PREDECESSOR_SECONDS}s",
    }
    found = connection.execute(_SETTINGS, first).fetchone()
    if writes and (found is None or found[-1]):
        raise DatabaseError("it is a replica, and takes no writes: the job is one for its primary")
    with contextlib.suppress(psycopg.Error):
        connection.execute(_GONE, {"gone": f"{GONE_SECONDS}s"})
    if alone is not None:
        try:
            connection.execute(_ALONE, {"what": f"opsrun {alone}"})
        except psycopg.errors.LockNotAvailable:
            raise DatabaseError(f"another run does the same: {alone}") from None
    limits = {
        "lock": _milliseconds(asked.lock_timeout_seconds),
        "statement": _milliseconds(asked.statement_timeout_seconds),
    }
    connection.execute(_PATIENCE, limits)


def _milliseconds(seconds: float) -> str:
    # 0 would mean no limit at all, and more than this is none that the server knows.
    return str(min(max(1, round(seconds * 1000)), 2**31 - 1))


def run(
    connection: Rows, statement: Composed | LiteralString, values: Mapping[str, Any] | None = None
) -> psycopg.Cursor[tuple[Any, ...]]:
    """Run a statement, and return its cursor. Raise `RefusedError` when it did not do its work.

    A server that leaves out what its user may not do only warns: that is refused, too. Raise
    `psycopg.Error` when the connection is lost.
    """
    import psycopg

    warnings: list[str] = []

    def heard(notice: psycopg.errors.Diagnostic) -> None:
        if notice.severity_nonlocalized == "WARNING":
            warnings.append(" ".join((notice.message_primary or "").split()))

    connection.add_notice_handler(heard)
    try:
        cursor = connection.execute(statement, values)
    except psycopg.Error as error:
        if connection.closed or connection.broken:
            raise
        raise RefusedError(of_statement(error)) from None
    finally:
        connection.remove_notice_handler(heard)
    if warnings:
        raise RefusedError("; ".join(warnings))
    return cursor
