from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from runtime.errors import Exit
from tests.runtime.kinds.carried import DSN, Carried, carried

if TYPE_CHECKING:
    from tests.servers.database import Database

WITH_STATISTICS = "SELECT attname::text FROM pg_stats WHERE tablename = %s ORDER BY attname"


def analyze(*, dry_run: bool = False, **parameters: Any) -> Carried:
    """Analyze tables of the test's database."""
    return carried("postgres.analyze", {"dsn": DSN, **parameters}, dry_run=dry_run)


@pytest.fixture
def tables(database: Database) -> None:
    """Two tables with rows, and no statistics."""
    database.run("CREATE TABLE generation_metadata (created_at date, status text, note text)")
    database.run(
        "INSERT INTO generation_metadata SELECT '2026-01-01', 'done', n"
        " FROM generate_series(1, 500) n"
    )
    database.run("CREATE TABLE synthetic_data (data_size int)")
    database.run("INSERT INTO synthetic_data SELECT generate_series(1, 300)")


def test_every_table_is_analyzed_when_none_is_named(database: Database, tables: None) -> None:
    """The planner knows all columns after it."""
    done = analyze().result

    assert Exit.OK is done.exit_code
    assert {
        "public.generation_metadata": {"rows": 500},
        "public.synthetic_data": {"rows": 300},
    } == done.facts["by_table"]
    assert [("created_at",), ("note",), ("status",)] == database.run(
        WITH_STATISTICS, "generation_metadata"
    )


def test_only_the_named_columns_are_looked_at(database: Database, tables: None) -> None:
    """The others, and other tables, have no statistics after it."""
    done = analyze(tables={"generation_metadata": ["status", "created_at"]})

    assert [
        "analyzed public.generation_metadata (status, created_at), about 500 rows"
    ] == done.lines
    assert [("created_at",), ("status",)] == database.run(WITH_STATISTICS, "generation_metadata")
    assert [] == database.run(WITH_STATISTICS, "synthetic_data")


def test_what_the_server_says_is_kept_when_it_is_asked_to_be_verbose(
    database: Database, tables: None
) -> None:
    """Pages and rows that were looked at are in the output."""
    done = analyze(tables={"synthetic_data": []}, verbose=True)

    assert Exit.OK is done.result.exit_code
    assert '  analyzing "public.synthetic_data"' in done.lines
    assert any("containing 300 live rows" in line for line in done.lines)


def test_a_column_that_is_not_there_is_refused_before_anything_is_done(
    database: Database, tables: None
) -> None:
    """The table and the column are named."""
    done = analyze(tables={"synthetic_data": [], "generation_metadata": ["status", "nosuch"]})

    assert "`public.generation_metadata` has no column `nosuch`" == done.result.summary
    assert Exit.FAILED is done.result.exit_code
    assert [] == database.run(WITH_STATISTICS, "synthetic_data")


def test_a_dry_run_changes_nothing(database: Database, tables: None) -> None:
    """It says which tables and columns."""
    done = analyze(tables={"synthetic_data": ["data_size"]}, dry_run=True)

    assert ["would analyze public.synthetic_data (data_size) (about 0 rows)"] == done.lines
    assert {"tables": 1, "rows": 0} == done.result.facts
    assert [] == database.run(WITH_STATISTICS, "synthetic_data")


def test_a_partitioned_table_is_analyzed_as_a_whole_with_its_parts(database: Database) -> None:
    """Autovacuum never does it."""
    database.run("CREATE TABLE logs (at int) PARTITION BY RANGE (at)")
    database.run("CREATE TABLE logs_1 PARTITION OF logs FOR VALUES FROM (0) TO (10)")
    database.run("INSERT INTO logs SELECT n % 10 FROM generate_series(1, 100) n")
    done = analyze().result

    assert ["public.logs"] == list(done.facts["by_table"])
    assert [("at",)] == database.run(WITH_STATISTICS, "logs")
    assert [("at",)] == database.run(WITH_STATISTICS, "logs_1")
