from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Final

import psycopg
import pytest

from runtime.errors import Exit
from tests.runtime.kinds.carried import DSN, Carried, carried

if TYPE_CHECKING:
    from tests.servers.database import Database

INDEXES: Final = """
SELECT c.relname::text, i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_class t ON t.oid = i.indrelid WHERE t.relname = 'orders' ORDER BY 1
"""
WRITTEN: Final = 400


def reindex(*, dry_run: bool = False, **parameters: Any) -> Carried:
    """Build indexes of the test's database anew."""
    return carried("postgres.reindex", {"dsn": DSN, **parameters}, dry_run=dry_run)


@pytest.fixture
def orders(database: Database) -> None:
    """A table whose two indexes are mostly empty."""
    database.run("CREATE TABLE orders (id int PRIMARY KEY, code text)")
    database.run("CREATE INDEX orders_code ON orders (code)")
    database.run("INSERT INTO orders SELECT n, md5(n::text) FROM generate_series(1, 20000) n")
    database.run("DELETE FROM orders WHERE id % 10 <> 0")
    database.run("VACUUM orders")


def left_behind(database: Database, name: str) -> None:
    """Leave an invalid index as a concurrent build does that did not come to its end."""
    database.run(f"CREATE INDEX {name} ON orders (code)")
    database.run(
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = %s::text::regclass", name
    )


def test_indexes_are_smaller_after_it_and_the_sizes_are_the_servers(
    database: Database, orders: None
) -> None:
    """Before, after, reclaimed: of each index, and in all."""
    before = database.one("SELECT pg_relation_size('orders_code')")
    done = reindex().result
    after = database.one("SELECT pg_relation_size('orders_code')")

    assert Exit.OK is done.exit_code
    assert {
        "size_before_bytes": before,
        "size_bytes": after,
        "reclaimed_bytes": before - after,
    } == done.facts["by_index"]["public.orders_code"]
    assert {"public.orders_code", "public.orders_pkey"} <= set(done.facts["by_index"])
    assert before > 3 * after


@pytest.mark.parametrize("name", ["orders_code_ccnew", "orders_code_ccnew2", "orders_code_ccold"])
def test_what_a_killed_run_left_behind_is_dropped(
    database: Database, orders: None, name: str
) -> None:
    """Whatever number the server gave it."""
    left_behind(database, name)
    done = reindex()

    assert f"dropped public.{name}, which a run left behind" in done.lines
    assert (1, Exit.OK) == (done.result.facts["left_over"], done.result.exit_code)
    assert [("orders_code", True), ("orders_pkey", True)] == database.run(INDEXES)


def test_a_valid_index_of_such_a_name_is_somebodys_own(database: Database, orders: None) -> None:
    """It is built anew like any other."""
    database.run("CREATE INDEX mine_ccnew ON orders (code)")
    done = reindex()

    assert "public.mine_ccnew" in done.result.facts["by_index"]
    assert ("mine_ccnew", True) in database.run(INDEXES)


def test_an_invalid_index_of_another_name_is_left_alone(database: Database, orders: None) -> None:
    """Somebody may still look at why it failed."""
    left_behind(database, "tried")
    done = reindex()

    assert (1, Exit.OK) == (done.result.facts["skipped"], done.result.exit_code)
    assert ("tried", False) in database.run(INDEXES)


def test_what_cannot_be_built_concurrently_is_left_alone(database: Database) -> None:
    """An exclusion constraint would be built under a lock."""
    database.run("CREATE TABLE stays (during tsrange, EXCLUDE USING gist (during WITH &&))")
    done = reindex()

    assert (1, Exit.OK) == (done.result.facts["skipped"], done.result.exit_code)
    assert any("exclusion constraint" in line for line in done.lines)


def test_what_could_not_be_built_leaves_nothing_behind_for_long(
    database: Database, orders: None
) -> None:
    """A transaction that is older than the build stays open for longer than is waited."""
    with database.connect() as holder:
        holder.execute("INSERT INTO orders VALUES (0, 'zero')")
        done = reindex(lock_timeout_seconds=0.1)

    assert Exit.PARTLY is done.result.exit_code
    assert "public.orders_code: others hold it, longer than was waited" in done.lines
    assert [("orders_code", True), ("orders_pkey", True)] == [
        row for row in database.run(INDEXES) if row[1]
    ]

    again = reindex()

    assert Exit.OK is again.result.exit_code
    assert [("orders_code", True), ("orders_pkey", True)] == database.run(INDEXES)


def test_a_writer_loses_nothing_and_is_never_kept_waiting(database: Database, orders: None) -> None:
    """It writes row after row, each within a lock timeout that a lock of the table would break."""
    database.run("DELETE FROM orders")
    written: list[int] = []
    faults: list[BaseException] = []
    stop = threading.Event()

    def write() -> None:
        try:
            with psycopg.connect(database.dsn, autocommit=True) as connection:
                connection.execute("SET lock_timeout = '2s'")
                while not stop.is_set() or len(written) < WRITTEN:
                    number = len(written)
                    connection.execute(
                        "INSERT INTO orders VALUES (%s, md5(%s::text))", (number, number)
                    )
                    written.append(number)
        except psycopg.Error as error:
            faults.append(error)

    writer = threading.Thread(target=write)
    writer.start()
    done = [reindex().result.exit_code for _ in range(3)]
    stop.set()
    writer.join()

    assert ([Exit.OK] * 3, []) == (done, faults)
    found = "SET enable_seqscan = off; SELECT count(*) FROM orders WHERE code = md5(id::text)"
    with psycopg.connect(database.dsn) as connection:
        cursor = connection.execute(found)
        cursor.nextset()
        counted = cursor.fetchone()

    assert (len(written),) == counted
    assert [("orders_code", True), ("orders_pkey", True)] == database.run(INDEXES)


def test_a_dry_run_tells_what_would_be_built_and_dropped(database: Database, orders: None) -> None:
    """And does neither."""
    left_behind(database, "orders_code_ccnew")
    size = database.one("SELECT pg_relation_size('orders_code')")
    node = database.one("SELECT relfilenode FROM pg_class WHERE relname = 'orders_code'")
    done = reindex(dry_run=True)

    assert f"would build public.orders_code anew ({size} bytes)" in done.lines
    assert "would drop public.orders_code_ccnew, which a run left behind" in done.lines
    assert 1 == done.result.facts["left_over"]
    assert node == database.one("SELECT relfilenode FROM pg_class WHERE relname = 'orders_code'")
