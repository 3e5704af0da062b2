"""What went wrong with a PostgreSQL, in words of our own.

What the driver says before there is a connection may hold parts of the connection string: it is
recognised, and never repeated. What the server says of a statement is its own, and is; its detail,
which may quote rows, is not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import psycopg

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

OF_STATEMENTS: Final = {
    "25006": "it takes no writes: it is a replica, or set to read only",
    "53100": "the server's disk is full",
    "55P03": "others hold it, longer than was waited",
    "57014": "it took longer than it may",
}
"""What is said of a statement, by the error's SQLSTATE."""

CONNECTION_CLASSES: Final = ("08", "28", "53", "57")
"""Classes of SQLSTATE that are about the connection, not about a statement."""


def of_connection(error: psycopg.Error) -> str:
    """Given why there is no connection, or no more, return it in words of our own."""
    import psycopg

    text = str(error)
    said = next((words for part, words in FAULTS if part in text), None)
    if said is not None:
        return said
    is_malformed = isinstance(error, psycopg.ProgrammingError)
    return "its connection string is malformed" if is_malformed else "it cannot be reached"


def of_statement(error: psycopg.Error) -> str:
    """Given why a statement failed on a connection, return it for people, on one line."""
    known = OF_STATEMENTS.get(error.sqlstate or "")
    if known is not None:
        return known
    said = error.diag.message_primary
    if said is None or (error.sqlstate or "08").startswith("08"):
        return of_connection(error)
    return " ".join(said.split())
