"""A connection to PostgreSQL that never hangs: a question enters, leave its answer or `LeaseError`.

It is made when it is first needed, and made anew when it was lost.
"""

from __future__ import annotations

import contextlib
import math
import os
import threading
from typing import TYPE_CHECKING, Any, Final, TypeVar

from runtime.errors import LeaseError
from runtime.masking import Mask

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from psycopg import Connection, Error

    Rows = Connection[tuple[Any, ...]]

Answer = TypeVar("Answer")

_SETTINGS: Final = """
SELECT set_config('statement_timeout', %(milliseconds)s, false),
       set_config('default_transaction_isolation', 'read committed', false)
"""

# What libpq says before there is a connection may quote pieces of a connection string that is
# written wrongly, a password among them: it is recognised, and never repeated.
_REFUSALS: Final = (
    ("password authentication failed", "the user or the password is refused"),
    ("no password supplied", "a password is asked for"),
    ("no pg_hba.conf entry", "the server does not let this host or user in"),
    ("Connection refused", "the connection is refused"),
    ("timeout expired", "it does not answer in time"),
    ("could not translate host name", "the name of its host is not known"),
    ("Name or service not known", "the name of its host is not known"),
    ("failed to resolve host", "the name of its host is not known"),
    ("does not exist", "there is no such database or role"),
    ("starting up", "it is starting"),
    ("shutting down", "it is shutting down"),
    ("too many", "it has too many connections"),
    ("remaining connection slots", "it has too many connections"),
    ("SSL", "the encrypted connection fails"),
    ("certificate", "the encrypted connection fails"),
)
_LATE: Final = "57014"
"""SQLSTATE of a statement that took longer than its timeout."""


class Session:
    """One connection, for one question at a time; threads wait for one another."""

    __slots__ = ("_connection", "_dsn", "_lock", "_mask", "_name", "_prepare", "_timeout_seconds")

    def __init__(
        self, dsn: str, name: str, timeout_seconds: float, prepare: Callable[[Rows], None]
    ) -> None:
        """Take the connection string, a name for errors, a limit, and what comes first of all.

        Raise `LeaseError` when the driver is not installed or the string is no connection string.
        """
        try:
            import psycopg
            from psycopg.conninfo import conninfo_to_dict
        except ImportError:
            raise LeaseError(f"{name}: the driver is missing; install opsc[postgres]") from None
        try:
            conninfo_to_dict(dsn)
        except psycopg.Error:
            raise LeaseError(f"{name}: this is no connection string") from None
        self._dsn = dsn
        self._name = name
        self._timeout_seconds = timeout_seconds
        self._prepare = prepare
        self._mask = Mask([dsn])
        self._lock = threading.Lock()
        self._connection: Rows | None = None

    def ask(self, question: Callable[[Rows], Answer]) -> Answer:
        """Return the answer; a connection that was lost while it was idle is made anew, once.

        The question may be asked twice, then: it must be one that does no harm.
        """
        import psycopg

        with self._lock:
            try:
                if self._connection is not None:
                    with contextlib.suppress(_LostError):
                        return self._answer(question)
                return self._answer(question)
            except _LostError:
                raise LeaseError(f"{self._name}: the connection was lost") from None
            except TimeoutError:
                raise LeaseError(f"{self._name}: it does not answer in time") from None
            except psycopg.Error as error:
                raise LeaseError(f"{self._name}: {self._said(error)}") from None

    def close(self) -> None:
        """Let go of the connection."""
        with self._lock:
            self._let_go()

    def _answer(self, question: Callable[[Rows], Answer]) -> Answer:
        """Return the answer. Raise `_LostError` when the connection is no more."""
        import psycopg

        connection = self._connection or self._connected()
        try:
            with _cut_off(connection, self._timeout_seconds):
                return question(connection)
        except TimeoutError:
            self._let_go()
            raise
        except psycopg.Error as error:
            if not connection.closed:
                raise
            self._let_go()
            raise _LostError from error

    def _connected(self) -> Rows:
        """Return a new connection that is prepared, and keep it."""
        connection = self._connect()
        try:
            with _cut_off(connection, self._timeout_seconds):
                milliseconds = str(max(1, round(self._timeout_seconds * 1000)))
                connection.execute(_SETTINGS, {"milliseconds": milliseconds})
                self._prepare(connection)
        except BaseException:
            connection.close()
            raise
        self._connection = connection
        return connection

    def _connect(self) -> Rows:
        import psycopg

        try:
            return psycopg.connect(
                self._dsn,
                autocommit=True,
                connect_timeout=math.ceil(self._timeout_seconds),
                fallback_application_name="opsrun",
                # What is prepared in one session is not there in the next, behind a pooler.
                prepare_threshold=None,
            )
        except (psycopg.Error, ValueError) as error:
            text = str(error)
            why = next((said for sign, said in _REFUSALS if sign in text), "it cannot be reached")
            raise LeaseError(f"{self._name}: {why}") from None

    def _let_go(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _said(self, error: Error) -> str:
        """Given what the server refused, return it for people, without anything secret."""
        if error.sqlstate == _LATE:
            return "it does not answer in time"
        return self._mask.text(error.diag.message_primary or "the connection was lost")


class _LostError(Exception):
    """A connection was lost, which is no fault of the question."""


@contextlib.contextmanager
def _cut_off(connection: Rows, after_seconds: float) -> Iterator[None]:
    """Cut the connection when the block takes too long. Raise `TimeoutError` if it fails by that.

    The server's own timeout is of no use when the server, or the way to it, hangs: the kernel at
    the other end acknowledges, and nobody answers.
    """
    import socket

    import psycopg

    is_late = threading.Event()
    # A number of its own: the connection's could be another file's by the time that it is cut.
    with socket.socket(fileno=os.dup(connection.fileno())) as line:

        def cut() -> None:
            is_late.set()
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

        timer = threading.Timer(after_seconds, cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        except psycopg.Error:
            if is_late.is_set():
                raise TimeoutError from None
            raise
        finally:
            timer.cancel()
            timer.join()
