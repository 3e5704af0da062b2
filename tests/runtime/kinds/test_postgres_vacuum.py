from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from runtime.contract.postgres_vacuum import PostgresVacuum
from runtime.errors import Exit
from runtime.kinds import postgres_vacuum
from runtime.kinds.result import Context
from tests.runtime.kinds.carried import DSN, SECRET, Carried, carried
from tests.runtime.turned_clock import TurnedClock
from tests.servers.process import free_port

if TYPE_CHECKING:
    from tests.servers.database import Database

CANARY = "canary-e1b0c5"


def vacuum(*, dry_run: bool = False, **parameters: Any) -> Carried:
    """Vacuum tables of the test's database."""
    return carried("postgres.vacuum", {"dsn": DSN, **parameters}, dry_run=dry_run)


@pytest.fixture
def orders(database: Database) -> str:
    """A table with 20,000 rows of which the last half is dead; return its name in facts."""
    database.run("CREATE TABLE orders (id int PRIMARY KEY, note text)")
    database.run("INSERT INTO orders SELECT n, repeat('x', 100) FROM generate_series(1, 20000) n")
    database.run("DELETE FROM orders WHERE id > 10000")
    return "public.orders"


def test_sizes_before_and_after_are_told_and_the_room_at_the_end_goes_back(
    database: Database, orders: str
) -> None:
    """What the facts say is what the server says."""
    before = database.one("SELECT pg_total_relation_size('orders')")
    done = vacuum()
    after = database.one("SELECT pg_total_relation_size('orders')")

    assert done.result.exit_code is Exit.OK
    assert done.result.facts["by_table"][orders] == {
        "size_before_bytes": before,
        "size_bytes": after,
        "reclaimed_bytes": before - after,
        "dead_rows": 0,
    }
    assert done.result.facts["reclaimed_bytes"] == before - after > 1_000_000
    assert database.one("SELECT reltuples FROM pg_class WHERE relname = 'orders'") == 10_000


def test_only_full_gives_back_the_room_between_rows(database: Database, orders: str) -> None:
    """Every second row is dead: no page is empty, and a plain vacuum has nothing to give back."""
    database.run("VACUUM FULL orders")
    database.run("DELETE FROM orders WHERE id % 2 = 0")
    plain = vacuum(tables=["orders"]).result
    full = vacuum(tables=["orders"], full=True).result

    assert plain.facts["reclaimed_bytes"] <= 0
    assert full.facts["reclaimed_bytes"] > 500_000


def test_a_dry_run_says_sizes_and_dead_rows_and_changes_nothing(
    database: Database, orders: str
) -> None:
    """The dead rows are still there after it."""
    database.run("ANALYZE orders")
    size = database.one("SELECT pg_total_relation_size('orders')")
    said = vacuum(dry_run=True)

    assert said.result.exit_code is Exit.OK
    assert said.result.facts == {"tables": 1, "size_bytes": size, "dead_rows": 10_000}
    assert said.lines == [f"would vacuum {orders} ({size} bytes, about 10000 dead rows)"]
    assert size == database.one("SELECT pg_total_relation_size('orders')")


def test_names_are_quoted_and_never_run(database: Database) -> None:
    """A table may be called whatever it is called."""
    name = 'Bobby"; DROP TABLE keep; --'
    database.run("CREATE TABLE keep ()")
    database.run('CREATE SCHEMA "Odd Schema"')
    quoted = name.replace('"', '""')
    database.run(f'CREATE TABLE "Odd Schema"."{quoted}" (a int)')
    done = vacuum(tables=[f"Odd Schema.{name}"])

    assert done.result.exit_code is Exit.OK
    assert list(done.result.facts["by_table"]) == [f"Odd Schema.{name}"]
    assert database.one("SELECT count(*) FROM pg_class WHERE relname = 'keep'") == 1


def test_a_table_that_is_not_there_is_refused_before_anything_is_done(
    database: Database, orders: str
) -> None:
    """The name is said; the other table is left as it was."""
    size = database.one("SELECT pg_total_relation_size('orders')")
    done = vacuum(tables=["orders", "nosuch"]).result

    assert (done.exit_code, done.summary) == (Exit.FAILED, "there is no table `public.nosuch`")
    assert size == database.one("SELECT pg_total_relation_size('orders')")


def test_the_parts_of_a_partitioned_table_are_vacuumed(database: Database) -> None:
    """The whole holds no rows of its own."""
    database.run("CREATE TABLE logs (at int) PARTITION BY RANGE (at)")
    database.run("CREATE TABLE logs_1 PARTITION OF logs FOR VALUES FROM (0) TO (10)")
    database.run("CREATE TABLE logs_2 PARTITION OF logs FOR VALUES FROM (10) TO (20)")
    done = vacuum(tables=["logs"]).result

    assert list(done.facts["by_table"]) == ["public.logs_1", "public.logs_2"]


@pytest.mark.parametrize("statement", ["SELECT count(*) FROM orders", "LOCK TABLE orders"])
def test_a_table_that_others_hold_is_a_fault_and_the_rest_is_done(
    database: Database, orders: str, statement: str
) -> None:
    """Full needs the table alone: it gives up in time, so that nobody waits behind it."""
    database.run("CREATE TABLE free (id int)")
    with database.connect() as holder:
        holder.execute(statement.encode())
        done = vacuum(full=True, lock_timeout_seconds=0.05)

    assert done.result.exit_code is Exit.PARTLY
    assert list(done.result.facts["by_table"]) == ["public.free"]
    assert f"{orders}: others hold it, longer than was waited" in done.lines


def test_what_a_user_may_not_vacuum_is_a_fault(
    database: Database, orders: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server only warns, and leaves the table out."""
    database.run("DROP ROLE IF EXISTS guest")
    database.run("CREATE ROLE guest LOGIN PASSWORD 'guest'")
    guest = database.server.dsn(user="guest", password="guest", database=database.name)
    monkeypatch.setenv("TABULAR_DSN", guest)
    done = vacuum(tables=["orders"])

    assert done.result.exit_code is Exit.FAILED
    assert "owner can vacuum it" in done.said


def test_a_connection_that_breaks_in_the_middle_leaves_it_partly_done(
    database: Database, orders: str
) -> None:
    """The tables until then are told; that the server was told to end it is said."""
    database.run("CREATE TABLE later (id int)")
    lines: list[str] = []

    def say(line: str) -> None:
        lines.append(line)
        if line.startswith("public.later: "):
            database.run(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'opsrun' AND datname = current_database()"
            )

    parameters = PostgresVacuum(dsn=SECRET)
    result = postgres_vacuum.carry_out(parameters, Context(clock=TurnedClock(), say=say))

    assert Exit.PARTLY is result.exit_code
    assert ["public.later"] == list(result.facts["by_table"])
    assert "; until then vacuumed 1 tables" in result.summary


def test_two_runs_at_once_are_refused(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second one is told that the same is under way."""
    monkeypatch.setattr("runtime.kinds.postgres.session.PREDECESSOR_SECONDS", 0.05)
    with database.connect() as other:
        other.execute("SELECT pg_advisory_lock(hashtextextended('opsrun postgres.vacuum', 0))")
        done = vacuum().result

    assert (done.exit_code, done.summary) == (
        Exit.FAILED,
        "another run does the same: postgres.vacuum",
    )


@pytest.mark.parametrize(
    ("dsn", "said"),
    [
        ("postgresql://postgres:{canary}@127.0.0.1:{port}/postgres", "the password is refused"),
        ("postgresql://postgres:{canary}@127.0.0.1:{free}/postgres", "the connection is refused"),
        ("postgresql://postgres:{canary}@no.example.invalid/x", "its host name is unknown"),
        ("host=127.0.0.1 password='{canary}", "its connection string is malformed"),
    ],
)
def test_an_error_shows_nothing_of_the_connection_string(
    database: Database, monkeypatch: pytest.MonkeyPatch, dsn: str, said: str
) -> None:
    """Wherever the driver's own text has it."""
    filled = dsn.format(canary=CANARY, port=database.server.port, free=free_port())
    monkeypatch.setenv("TABULAR_DSN", filled)
    done = vacuum()

    assert (done.result.exit_code, done.result.summary) == (
        Exit.FAILED,
        f"the database cannot be asked: {said}",
    )
    assert CANARY not in done.said


def test_a_secret_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """By its place, as in every kind."""
    monkeypatch.delenv("TABULAR_DSN", raising=False)
    done = vacuum().result

    assert (done.exit_code, done.summary) == (
        Exit.FAILED,
        "the variable TABULAR_DSN is not set",
    )
