from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from runtime.errors import Exit
from tests.runtime.kinds.carried import DSN, Carried, carried

if TYPE_CHECKING:
    from tests.servers.database import Database


def bloat(*, dry_run: bool = False, **parameters: Any) -> Carried:
    """Report what tables and indexes of the test's database waste."""
    return carried("postgres.bloat", {"dsn": DSN, **parameters}, dry_run=dry_run)


def fill(database: Database, *, kept: int, columns: str = "") -> None:
    """Make a table of 50,000 rows, and delete all but each `kept`-th."""
    database.run(
        "CREATE TABLE orders (id bigint PRIMARY KEY, at timestamptz, paid bool, name text, note"
        f" text{columns})"
    )
    database.run(
        "INSERT INTO orders SELECT n, now(), n % 2 = 0, md5(n::text),"
        " CASE WHEN n % 3 = 0 THEN repeat('x', 40) END FROM generate_series(1, 50000) n"
    )
    database.run("CREATE INDEX orders_name ON orders (name)")
    if kept > 1:
        database.run("DELETE FROM orders WHERE id %% %s <> 0", kept)
    database.run("VACUUM ANALYZE orders")


@pytest.mark.parametrize("kept", [1, 2, 10])
def test_the_estimate_comes_near_what_is_measured(database: Database, kept: int) -> None:
    """Within a tenth of the size, of the table and of both its indexes."""
    database.run("CREATE EXTENSION pgstattuple")
    fill(database, kept=kept)
    estimated = bloat().result.facts
    measured = bloat(measured=True).result.facts

    assert ("estimated", "measured") == (estimated["method"], measured["method"])
    for what in ("by_table", "by_index"):
        for name, found in estimated[what].items():
            difference = abs(found["wasted_ratio"] - measured[what][name]["wasted_ratio"])
            assert difference < 0.1, (name, found, measured[what][name])


def test_what_is_written_anew_wastes_next_to_nothing(database: Database) -> None:
    """The estimate falls with the truth."""
    fill(database, kept=10)
    before = bloat().result.facts["by_table"]["public.orders"]
    database.run("VACUUM FULL ANALYZE orders")
    after = bloat().result.facts["by_table"]["public.orders"]

    assert before["wasted_ratio"] > 0.8
    assert after["wasted_ratio"] < 0.1


def test_dead_rows_are_told(database: Database) -> None:
    """Those that no vacuum has seen yet."""
    fill(database, kept=1)
    database.run("DELETE FROM orders WHERE id <= 500")
    done = bloat()

    assert 500 == done.result.facts["by_table"]["public.orders"]["dead_rows"]
    assert 500 == done.result.facts["dead_rows"]


def test_what_wastes_more_than_it_may_is_a_finding(database: Database) -> None:
    """The step has not ended well, and says what it was."""
    fill(database, kept=10)
    done = bloat(above_ratio=0.5, from_bytes=1024)
    fine = bloat(above_ratio=0.99, from_bytes=1024)
    small = bloat(above_ratio=0.5, from_bytes=2**30)

    assert Exit.PARTLY is done.result.exit_code
    assert 3 == done.result.facts["findings"]
    assert any(
        line.startswith("finding: public.orders: ") and line.endswith("no more than 50% may")
        for line in done.lines
    )
    assert [Exit.OK] * 2 == [fine.result.exit_code, small.result.exit_code]


def test_only_those_are_listed_that_waste_most(database: Database) -> None:
    """Sums are over all of them."""
    fill(database, kept=10)
    database.run("CREATE TABLE tidy AS SELECT generate_series(1, 100) AS id")
    database.run("ANALYZE tidy")
    done = bloat(top=1).result

    assert ["public.orders"] == list(done.facts["by_table"])
    assert 1 == len(done.facts["by_index"])
    assert (2, 2) == (done.facts["tables"], done.facts["indexes"])


def test_what_was_never_analyzed_is_not_known(database: Database) -> None:
    """Nothing is made up; and an index that is no B-tree is not estimated."""
    database.run("CREATE TABLE raw AS SELECT generate_series(1, 1000) AS id")
    database.run("CREATE TABLE tagged (tags int[])")
    database.run("CREATE INDEX tagged_tags ON tagged USING gin (tags)")
    database.run("ANALYZE tagged")
    done = bloat()

    assert {"size_bytes", "dead_rows"} == set(done.result.facts["by_table"]["public.raw"])
    assert 2 == done.result.facts["unknown"]
    assert any("wasted is not known" in line for line in done.lines)


def test_an_index_on_an_expression_has_statistics_of_its_own(database: Database) -> None:
    """It is estimated as any other."""
    fill(database, kept=10)
    database.run("CREATE INDEX orders_upper ON orders (upper(name))")
    database.run("ANALYZE orders")
    found = bloat().result.facts["by_index"]["public.orders_upper"]

    assert 0 <= found["wasted_ratio"] < 0.2


def test_a_table_that_somebody_holds_hides_no_other(database: Database) -> None:
    """What is known of the others is told; the job has not ended well."""
    fill(database, kept=10)
    database.run("CREATE TABLE held AS SELECT generate_series(1, 100) AS id")
    with database.connect() as holder:
        holder.execute("LOCK TABLE held")
        done = bloat(lock_timeout_seconds=0.1)

    assert Exit.PARTLY is done.result.exit_code
    assert ["public.orders"] == list(done.result.facts["by_table"])
    assert "public.held: others hold it, longer than was waited" in done.lines


def test_to_measure_needs_the_extension(database: Database) -> None:
    """The way out is said."""
    done = bloat(measured=True).result

    assert Exit.FAILED is done.exit_code
    assert "the extension pgstattuple is not there: create it, or leave `measured` out" == (
        done.summary
    )


def test_a_dry_run_says_how_much_would_be_looked_at(database: Database) -> None:
    """Reading all of it is something that one wants to know before."""
    fill(database, kept=1)
    size = database.one(
        "SELECT pg_relation_size('orders') + pg_relation_size('orders_pkey')"
        " + pg_relation_size('orders_name')"
    )
    done = bloat(measured=True, dry_run=True).result

    assert f"would measure, reading all of it, 3 tables and indexes, {size} bytes" == done.summary
