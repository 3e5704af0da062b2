"""A connection to PostgreSQL that a check asks on."""

from __future__ import annotations

import contextlib
import math
import os
import socket
from typing import TYPE_CHECKING, Any

from runtime.kinds.health.answer import CheckError
from runtime.kinds.postgres.words import CONNECTION_CLASSES, of_connection
from runtime.secrets import resolve

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg

    from runtime.contract.secret import Secret
    from runtime.kinds.health.answer import Line


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
    if error.sqlstate is not None and not error.sqlstate.startswith(CONNECTION_CLASSES):
        return f"a query failed with {error.sqlstate}"
    return of_connection(error)


def row(connection: psycopg.Connection[tuple[Any, ...]], statement: str) -> tuple[Any, ...] | None:
    """Given a connection and a statement, return the first row of its result, or None."""
    cursor = connection.execute(statement.encode())
    return cursor.fetchone() if cursor.description else None
