"""The kinds about PostgreSQL, asked of a replica."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from runtime.errors import Exit
from tests.runtime.kinds.carried import DSN, carried
from tests.servers.postgres import Postgres, has_caught_up, postgres, replica_of
from tests.servers.process import until

if TYPE_CHECKING:
    from collections.abc import Iterator

KINDS: dict[str, dict[str, Any]] = {
    "postgres.vacuum": {"dsn": DSN},
    "postgres.analyze": {"dsn": DSN},
    "postgres.reindex": {"dsn": DSN},
    "data.expire": {
        "rows": {"dsn": DSN, "table": "orders", "column": "at", "older_than_seconds": 86_400}
    },
}
"""What writes, with its parameters."""


@pytest.fixture(scope="module")
def replica() -> Iterator[Postgres]:
    """A replica of a database with one table, half of it old."""
    with postgres() as primary:
        primary.run("CREATE EXTENSION pgstattuple")
        primary.run("CREATE TABLE orders (id int PRIMARY KEY, at timestamptz)")
        primary.run(
            "INSERT INTO orders SELECT n, now() - n * interval '1 hour'"
            " FROM generate_series(1, 1000) n"
        )
        primary.run("ANALYZE orders")
        with replica_of(primary) as running:
            until(lambda: has_caught_up(primary, running), "the replica has all")
            yield running


@pytest.fixture(autouse=True)
def asked(replica: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    """The replica is what is asked."""
    monkeypatch.setenv("TABULAR_DSN", replica.dsn())


@pytest.mark.parametrize("measured", [False, True])
def test_a_replica_says_what_is_wasted(*, measured: bool) -> None:
    """Estimated from its primary's statistics, or measured on it."""
    done = carried("postgres.bloat", {"dsn": DSN, "measured": measured}).result

    assert (Exit.OK, 1, 1, 0) == (
        done.exit_code,
        done.facts["tables"],
        done.facts["indexes"],
        done.facts["unknown"],
    )


@pytest.mark.parametrize("kind", KINDS)
def test_what_writes_is_refused_on_a_replica_and_says_where_it_belongs(kind: str) -> None:
    """Before anything is tried."""
    done = carried(kind, KINDS[kind]).result

    said = "it is a replica, and takes no writes: the job is one for its primary"
    assert (Exit.FAILED, said) == (done.exit_code, done.summary)


@pytest.mark.parametrize("kind", KINDS)
def test_a_dry_run_reads_and_a_replica_lets_it(kind: str) -> None:
    """What would be done on its primary is said."""
    done = carried(kind, KINDS[kind], dry_run=True).result

    assert Exit.OK is done.exit_code
    assert done.summary.startswith("would ")
