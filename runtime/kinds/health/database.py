"""A connection to PostgreSQL, and what went wrong with one, in words of our own.

The texts of the driver may hold parts of the connection string: none is passed on.
"""

from __future__ import annotations

import contextlib
import math
import os
import socket
from typing import TYPE_CHECKING, Any, Final

from runtime.kinds.health.answer import CheckError
from runtime.secrets import resolve

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg

    from runtime.contract.secret import Secret
    from runtime.kinds.health.answer import Line

FAULTS: Final = (
    ("password authentication failed", "the password is refused"),
    ("no password supplied", "it asks for a password, and there is none"),
    ("no pg_hba.conf entry", "access from here is refused"),
    ("Connection refused", "the connection is refused"),
    ("Connection reset", "the connection broke"),
    ("server closed the connection", "the connection broke"),
    ("too many clients", "no connection is free"),
    ("remaining connection slots", "no connection is free"),
    ("too many connections", "no connection is free"),
    ("starting up", "it is starting"),
    ("shutting down", "it is stopping"),
    ("recovery mode", "it is recovering"),
    ("does not exist", "it has no such database or user"),
    ("timeout expired", "no answer in time"),
    ("translate host name", "its host name is unknown"),
    ("resolve", "its host name is unknown"),
    ("Name or service not known", "its host name is unknown"),
    ("certificate", "its certificate is not trusted"),
    ("invalid integer value", "its connection string is malformed"),
    ("invalid port number", "its connection string is malformed"),
    ("invalid connection option", "its connection string is malformed"),
    ("SSL", "it cannot be reached encrypted as asked"),
    ("No route to host", "there is no way to its host"),
    ("Network is unreachable", "there is no way to its host"),
    ("No such file", "its socket is not there"),
)
"""What the driver's text holds, and what is said instead."""


@contextlib.contextmanager
def connected(dsn: Secret, line: Line) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """Given where a connection string is kept, yield a connection, outside transactions.

    Raise `CheckError` when there is none, or when a statement of the block fails.
    """
    try:
        import psycopg
    except ImportError:
        raise CheckError("the driver is missing: install `opsc[postgres]`") from None

    conninfo = resolve(dsn, os.environ)
    try:
        with (
            psycopg.connect(
                conninfo,
                autocommit=True,
                connect_timeout=max(2, math.ceil(line.seconds)),
                fallback_application_name="opsrun",
            ) as connection,
            # A socket of its own over the same connection: closing it ends a query that hangs.
            socket.socket(fileno=os.dup(connection.fileno())) as held,
        ):
            line.socket = held
            try:
                yield connection
            finally:
                line.socket = None
    except psycopg.Error as error:
        raise CheckError(_words(error)) from None


def _words(error: psycopg.Error) -> str:
    """Return what went wrong, in words of our own."""
    import psycopg

    text = str(error)
    said = next((words for part, words in FAULTS if part in text), None)
    if error.sqlstate is not None and not error.sqlstate.startswith(("08", "28", "53", "57")):
        return f"a query failed with {error.sqlstate}"
    if said is not None:
        return said
    is_malformed = isinstance(error, psycopg.ProgrammingError)
    return "its connection string is malformed" if is_malformed else "it cannot be reached"


def row(connection: psycopg.Connection[tuple[Any, ...]], statement: str) -> tuple[Any, ...] | None:
    """Given a connection and a statement, return the first row of its result, or None."""
    cursor = connection.execute(statement.encode())
    return cursor.fetchone() if cursor.description else None
