"""A PostgreSQL that the tests of kinds share, and a database for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.servers.database import Database, database_of
from tests.servers.postgres import Postgres, postgres

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def server() -> Iterator[Postgres]:
    """A primary."""
    with postgres() as running:
        yield running


@pytest.fixture
def database(server: Postgres, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """An empty database, whose connection string stands in `TABULAR_DSN`."""
    with database_of(server) as made:
        monkeypatch.setenv("TABULAR_DSN", made.dsn)
        yield made
