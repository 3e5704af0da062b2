"""A database of its own on a PostgreSQL that several tests share."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any, Final

import psycopg

from tests.servers.process import until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.servers.postgres import Postgres

_NUMBERS = count(1)

GONE: Final = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND application_name = 'opsrun'
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """A database that is a test's own."""

    server: Postgres
    name: str

    @property
    def dsn(self) -> str:
        """The connection string of its owner."""
        return self.server.dsn(database=self.name)

    def connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        """Return a connection, within a transaction from the first statement on."""
        return psycopg.connect(self.dsn)

    def run(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Run a statement, outside a transaction; return its rows."""
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            cursor = connection.execute(statement.encode(), values or None)
            return cursor.fetchall() if cursor.description else []

    def one(self, statement: str, *values: object) -> Any:
        """Run a statement; return the first value of its first row."""
        return self.run(statement, *values)[0][0]

    def wait_until_left(self) -> None:
        """Wait until the server has ended what it did for a job that was killed."""
        until(lambda: self.one(GONE) == 0, "the server has let go of the job")


@contextlib.contextmanager
def database_of(server: Postgres) -> Iterator[Database]:
    """Make a database, and drop it when the block ends."""
    name = f"tabular_{next(_NUMBERS)}"
    server.run(f"CREATE DATABASE {name}")
    try:
        yield Database(server=server, name=name)
    finally:
        server.run(f"DROP DATABASE {name} WITH (FORCE)")
