"""Each kind that works on a database or a bucket is killed in the middle; a rerun converges."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from tests.faults.jobs import again, killed
from tests.runtime import plans
from tests.servers.database import Database, database_of
from tests.servers.postgres import Postgres, postgres
from tests.servers.process import until
from tests.servers.s3 import KEY, KEY_ID, Gate, s3

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

DSN: Final = {"env": "TABULAR_DSN"}
WORKING: Final = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND application_name = 'opsrun' AND query LIKE %s
"""
INDEXES: Final = """
SELECT c.relname::text, i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_class t ON t.oid = i.indrelid WHERE t.relname = 'orders' ORDER BY 1
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    """A primary."""
    with postgres() as running:
        yield running


@pytest.fixture
def database(server: Postgres, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """A database with a table of 20,000 rows of which half are dead."""
    with database_of(server) as made:
        monkeypatch.setenv("TABULAR_DSN", made.dsn)
        made.run("CREATE TABLE orders (id int PRIMARY KEY, at timestamptz, code text)")
        made.run("CREATE INDEX orders_code ON orders (code)")
        made.run(
            "INSERT INTO orders SELECT n, now() - n * interval '1 hour', md5(n::text)"
            " FROM generate_series(1, 20000) n"
        )
        made.run("DELETE FROM orders WHERE id % 2 = 0")
        yield made


def works(database: Database, query: str) -> Callable[[], bool]:
    """Return whether the job is at a statement, as a function."""
    return lambda: bool(database.one(WORKING, query))


def test_vacuum(database: Database, tmp_path: Path) -> None:
    """In the middle of a table: its dead rows are gone after the next run."""
    # A vacuum that sleeps after each page.
    database.run(f"ALTER DATABASE {database.name} SET vacuum_cost_limit = 1")
    database.run(f"ALTER DATABASE {database.name} SET vacuum_cost_delay = '100ms'")
    progress = "SELECT count(*) FROM pg_stat_progress_vacuum WHERE heap_blks_scanned > 0"
    with killed(tmp_path, "postgres.vacuum", {"dsn": DSN}):
        until(lambda: database.one(progress) == 1, "pages are vacuumed")

    database.run(f"ALTER DATABASE {database.name} SET vacuum_cost_delay = 0")
    again(tmp_path)

    dead = "SELECT n_dead_tup FROM pg_stat_user_tables WHERE relname = 'orders'"
    assert 0 == database.one(dead)


def test_vacuum_full(database: Database, tmp_path: Path) -> None:
    """While it waits for the table: nobody waits behind it once it is gone."""
    before = database.one("SELECT pg_total_relation_size('orders')")
    parameters = {"dsn": DSN, "full": True, "lock_timeout_seconds": 60}
    with database.connect() as reader:
        reader.execute("SELECT 1 FROM orders LIMIT 1")
        with killed(tmp_path, "postgres.vacuum", parameters):
            until(works(database, "VACUUM%"), "it waits")
        database.wait_until_left()
        with database.connect() as other:
            other.execute("SET lock_timeout = '1s'")
            other.execute("SELECT 1 FROM orders LIMIT 1")
    again(tmp_path)

    assert database.one("SELECT pg_total_relation_size('orders')") < before * 0.6


def test_analyze(database: Database, tmp_path: Path) -> None:
    """In the middle of a table: its statistics are there after the next run."""
    database.run(f"ALTER DATABASE {database.name} SET vacuum_cost_limit = 1")
    database.run(f"ALTER DATABASE {database.name} SET vacuum_cost_delay = '100ms'")
    progress = "SELECT count(*) FROM pg_stat_progress_analyze WHERE sample_blks_scanned > 0"
    with killed(tmp_path, "postgres.analyze", {"dsn": DSN}):
        until(lambda: database.one(progress) == 1, "pages are sampled")
    database.wait_until_left()

    statistics = "SELECT count(*) FROM pg_stats WHERE tablename = 'orders'"
    assert 0 == database.one(statistics)

    database.run(f"ALTER DATABASE {database.name} SET vacuum_cost_delay = 0")
    again(tmp_path)

    assert 3 == database.one(statistics)


@pytest.mark.slow
def test_reindex(database: Database, tmp_path: Path) -> None:
    """With an index half built: the next run drops what is left of it, and builds them all."""
    half_built = ("orders_code_ccnew", False)
    with database.connect() as writer:
        writer.execute("INSERT INTO orders VALUES (0, now(), 'zero')")
        with killed(tmp_path, "postgres.reindex", {"dsn": DSN}):
            until(lambda: half_built in database.run(INDEXES), "it waits for the writer")
        database.wait_until_left()

        assert half_built in database.run(INDEXES)

    said = again(tmp_path)

    assert "dropped 1 that were left over" in said
    assert [("orders_code", True), ("orders_pkey", True)] == database.run(INDEXES)
    with database.connect() as reader:
        reader.execute("SET enable_seqscan = off")
        found = reader.execute("SELECT id FROM orders WHERE code = 'zero'").fetchall()

    assert [(0,)] == found


def test_reindex_that_is_started_again_at_once(database: Database, tmp_path: Path) -> None:
    """While the server still works for the killed one: it is waited for, and nothing is left."""
    with database.connect() as writer:
        writer.execute("INSERT INTO orders VALUES (0, now(), 'zero')")
        with killed(tmp_path, "postgres.reindex", {"dsn": DSN}):
            until(works(database, "REINDEX%"), "it waits for the writer")
        writer.commit()
        again(tmp_path)

    assert [("orders_code", True), ("orders_pkey", True)] == database.run(INDEXES)


def test_bloat(database: Database, tmp_path: Path) -> None:
    """While it waits for a table: the next run reports."""
    database.run("CREATE EXTENSION pgstattuple")
    parameters = {"dsn": DSN, "measured": True, "lock_timeout_seconds": 60}
    with database.connect() as holder:
        holder.execute("LOCK TABLE orders")
        with killed(tmp_path, "postgres.bloat", parameters):
            until(works(database, "%pg_relation_size%"), "it looks at the table")
        database.wait_until_left()

    assert "measured: " in again(tmp_path)


def test_rows_that_expire(database: Database, tmp_path: Path) -> None:
    """Between two batches: what went is gone for good, the rest goes in the next run."""
    database.run("CREATE TABLE notes (id int PRIMARY KEY, of_order int REFERENCES orders)")
    database.run("INSERT INTO notes SELECT id, id FROM orders")
    rows = {
        "dsn": DSN,
        "table": "orders",
        "column": "at",
        "older_than_seconds": 3600 * 10_000 + 1800,
        "dependents": {"notes": {}},
        "batch": 100,
    }
    count = "SELECT (SELECT count(*) FROM orders), (SELECT count(*) FROM notes)"
    with killed(tmp_path, "data.expire", {"rows": {**rows, "pause_seconds": 0.05}}):
        until(lambda: 5000 < database.run(count)[0][1] < 9000, "batches went")
    database.wait_until_left()
    orders, notes = database.run(count)[0]

    assert 5000 < notes < 9000
    assert (10_000, 0) == (orders, notes % 100)

    plans.write(tmp_path, plans.job({"it": {"kind": "data.expire", "parameters": {"rows": rows}}}))
    again(tmp_path)

    assert [(5000, 5000)] == database.run(count)


@pytest.mark.slow
def test_objects_that_expire(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two pages: what is young and what lies elsewhere is there after the next run."""
    monkeypatch.setenv("S3_ID", KEY_ID)
    monkeypatch.setenv("S3_KEY", KEY)
    with s3() as storage:
        client = storage.client()
        client.create_bucket(Bucket="exports")
        for number in range(1200):
            client.put_object(Bucket="exports", Key=f"old/{number:04}", Body=b"")
        client.put_object(Bucket="exports", Key="older/1", Body=b"")
        storage.age("exports", 31)
        storage.put("exports", "old/young")
        objects = {
            "bucket": "exports",
            "prefix": "old/",
            "older_than_seconds": 30 * 86_400,
            "endpoint": storage.endpoint,
            "ca": str(storage.ca),
            "access_key": {"env": "S3_ID"},
            "secret_key": {"env": "S3_KEY"},
        }
        storage.gate = Gate(passes=1)
        with killed(tmp_path, "data.expire", {"objects": objects}):
            until(storage.gate.reached.is_set, "the second page is about to go")

        assert 202 == len(storage.keys("exports"))

        storage.gate.passes = 9
        storage.gate.opened.set()
        again(tmp_path)

        assert ["old/young", "older/1"] == storage.keys("exports")
