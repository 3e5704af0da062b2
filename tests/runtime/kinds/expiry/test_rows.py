from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from runtime.errors import Exit
from runtime.kinds.expiry import rows
from tests.runtime.kinds.carried import DSN, Carried, carried
from tests.runtime.turned_clock import TurnedClock

if TYPE_CHECKING:
    from tests.servers.database import Database

DAY = 86_400
WRITTEN = 300
WAY_OUT = "say in `by` which columns refer"


def expire(
    *, dry_run: bool = False, clock: TurnedClock | None = None, **parameters: Any
) -> Carried:
    """Let rows of `generations` expire that are older than 90 days."""
    rows = {
        "dsn": DSN,
        "table": "generations",
        "column": "created_at",
        "older_than_seconds": 90 * DAY,
        **parameters,
    }
    return carried("data.expire", {"rows": rows}, dry_run=dry_run, clock=clock)


@pytest.fixture
def generations(database: Database) -> None:
    """100 generations, one a day back from today, with data of five rows each, and notes on it."""
    database.run("CREATE TABLE generations (id int PRIMARY KEY, created_at timestamptz)")
    database.run(
        "INSERT INTO generations SELECT n, now() - n * interval '1 day' - interval '1 hour'"
        " FROM generate_series(1, 100) n"
    )
    database.run(
        "CREATE TABLE data (id int PRIMARY KEY, generation int NOT NULL REFERENCES generations)"
    )
    database.run("INSERT INTO data SELECT n, (n - 1) / 5 + 1 FROM generate_series(1, 500) n")
    database.run("CREATE TABLE notes (id int PRIMARY KEY, data int REFERENCES data)")
    database.run("INSERT INTO notes SELECT n, n FROM generate_series(1, 500) n")


def counts(database: Database, *tables: str) -> list[int]:
    """Return how many rows tables have."""
    return [database.one(f"SELECT count(*) FROM {table}") for table in tables]  # noqa: S608  # names of tests


def test_dependents_go_first_in_the_order_of_the_foreign_keys(
    database: Database, generations: None
) -> None:
    """Whatever order they are named in."""
    done = expire(dependents={"data": {}, "notes": {}}, batch=7)

    assert Exit.OK is done.result.exit_code
    assert [
        "deleted 55 rows of public.notes",
        "deleted 55 rows of public.data",
        "deleted 11 rows of public.generations",
    ] == done.lines
    assert [89, 445, 445] == counts(database, "generations", "data", "notes")
    assert 8 + 8 + 2 == done.result.facts["batches"]
    assert {"rows": 121, "left_rows": 0, "held_rows": 0} == {
        key: done.result.facts[key] for key in ("rows", "left_rows", "held_rows")
    }


def test_a_batch_is_a_transaction_of_its_own(database: Database, generations: None) -> None:
    """No transaction deletes more rows than a batch has."""
    database.run("DROP TABLE notes, data")
    database.run("CREATE TABLE seen (transaction xid8, number int)")
    database.run(
        "CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " INSERT INTO seen SELECT pg_current_xact_id(), count(*) FROM gone; RETURN NULL; END $$"
    )
    database.run(
        "CREATE TRIGGER see AFTER DELETE ON generations REFERENCING OLD TABLE AS gone"
        " FOR EACH STATEMENT EXECUTE FUNCTION see()"
    )
    expire(batch=4)

    assert [(4,), (4,), (3,)] == database.run("SELECT number FROM seen ORDER BY transaction")
    assert 3 == database.one("SELECT count(DISTINCT transaction) FROM seen")


def test_what_a_table_refers_to_that_is_not_named_stays_with_all_of_it(
    database: Database, generations: None
) -> None:
    """Nothing of it is half gone; the finding names the table."""
    database.run("DELETE FROM notes WHERE data <> 500")
    done = expire(dependents={"data": {}})

    assert Exit.PARTLY is done.result.exit_code
    assert (1, 1) == (done.result.facts["held_rows"], done.result.facts["left_rows"])
    assert "1 old rows stay: `public.notes`, not among `dependents`, refer to them" in (
        done.result.summary
    )
    assert [90, 450, 1] == counts(database, "generations", "data", "notes")
    assert 5 == database.one("SELECT count(*) FROM data WHERE generation = 100")


@pytest.mark.parametrize("action", ["NO ACTION", "RESTRICT", "CASCADE"])
def test_nothing_is_deleted_in_a_table_that_is_not_named(
    database: Database, generations: None, action: str
) -> None:
    """A cascade would be a deletion that nobody declared, and one of any size."""
    database.run("DROP TABLE notes")
    database.run("ALTER TABLE data DROP CONSTRAINT data_generation_fkey")
    database.run(
        f"ALTER TABLE data ADD FOREIGN KEY (generation) REFERENCES generations ON DELETE {action}"
    )
    done = expire()

    assert Exit.PARTLY is done.result.exit_code
    assert [100, 500] == counts(database, "generations", "data")


def test_references_that_are_let_go_are_in_nobodys_way(
    database: Database, generations: None
) -> None:
    """`SET NULL` is the schema's own word on what becomes of them."""
    database.run("DROP TABLE notes, data")
    database.run("CREATE TABLE links (g int REFERENCES generations ON DELETE SET NULL)")
    database.run("INSERT INTO links SELECT generate_series(1, 100)")
    done = expire()

    assert Exit.OK is done.result.exit_code
    assert 11 == database.one("SELECT count(*) FROM links WHERE g IS NULL")


def test_a_dependent_goes_though_its_references_would_be_let_go(
    database: Database, generations: None
) -> None:
    """It was named: its rows go along."""
    database.run("DROP TABLE notes, data")
    database.run("CREATE TABLE links (g int REFERENCES generations ON DELETE SET NULL)")
    database.run("INSERT INTO links SELECT generate_series(1, 100)")
    done = expire(dependents={"links": {}})

    assert Exit.OK is done.result.exit_code
    assert [89, 89] == counts(database, "generations", "links")


def test_a_reference_without_a_foreign_key_is_declared(
    database: Database, generations: None
) -> None:
    """By the columns that refer."""
    database.run("CREATE TABLE exports (of_generation int)")
    database.run("INSERT INTO exports SELECT generate_series(1, 100)")
    dependents = {"data": {}, "notes": {}, "exports": {"by": {"of_generation": "id"}}}
    done = expire(dependents=dependents)

    assert Exit.OK is done.result.exit_code
    assert [89, 89] == counts(database, "generations", "exports")


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"table": "nosuch"}, "there is no table `public.nosuch`"),
        ({"column": "nosuch"}, "`public.generations` has no column `nosuch`"),
        ({"column": "id"}, "`public.generations`: the column `id` is no time, but integer"),
        ({"dependents": {"nosuch": {}}}, "there is no table `public.nosuch`"),
        (
            {"dependents": {"notes": {}}},
            f"`public.notes` has no foreign key to the others: {WAY_OUT}",
        ),
        (
            {"dependents": {"data": {}, "notes": {"of": "generations"}}},
            f"`public.notes` has no foreign key to `public.generations`: {WAY_OUT}",
        ),
        (
            {"dependents": {"data": {"of": "strange"}}},
            "`public.strange` is not among the tables that expire or go along",
        ),
        (
            {"dependents": {"notes": {"by": {"nosuch": "id"}}}},
            "`public.notes` has no column `nosuch`",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused_and_nothing_is_deleted(
    database: Database, generations: None, parameters: dict[str, Any], said: str
) -> None:
    """Each refusal names the table or the column."""
    done = expire(**parameters)

    assert (Exit.FAILED, said) == (done.result.exit_code, done.result.summary)
    assert [100, 500, 500] == counts(database, "generations", "data", "notes")


def test_tables_that_refer_to_one_another_are_refused(
    database: Database, generations: None
) -> None:
    """No order deletes their rows."""
    database.run("ALTER TABLE generations ADD best int REFERENCES data")
    done = expire(dependents={"data": {}, "notes": {}})

    assert Exit.FAILED is done.result.exit_code
    assert "refer to one another: no order deletes their rows" in done.result.summary


def test_rows_that_refer_to_others_of_their_table_go_leaf_by_leaf(database: Database) -> None:
    """An old one to which a newer one refers stays, and is no fault."""
    database.run(
        "CREATE TABLE generations (id int PRIMARY KEY, created_at timestamp,"
        " parent int REFERENCES generations)"
    )
    database.run(
        "INSERT INTO generations SELECT n, '2020-01-01', nullif(n - 1, 0)"
        " FROM generate_series(1, 5) n"
    )
    database.run("INSERT INTO generations VALUES (10, '2020-01-01', NULL), (11, now(), 10)")
    done = expire()

    assert Exit.OK is done.result.exit_code
    assert [(10,), (11,)] == database.run("SELECT id FROM generations ORDER BY id")
    assert "1 old rows stay for now" in done.result.summary


def test_rows_that_somebody_holds_are_left_for_the_next_run(
    database: Database, generations: None
) -> None:
    """Nobody is waited for, and the others go."""
    database.run("DROP TABLE notes, data")
    with database.connect() as holder:
        holder.execute("SELECT * FROM generations WHERE id = 95 FOR UPDATE")
        done = expire()

    assert (Exit.OK, 1) == (done.result.exit_code, done.result.facts["left_rows"])
    assert [(95,)] == database.run("SELECT id FROM generations WHERE id > 89")


def test_a_row_that_is_made_younger_meanwhile_stays(database: Database) -> None:
    """A writer touches old rows all the while: none that it touched in time is lost."""
    database.run("CREATE TABLE generations (id int PRIMARY KEY, created_at timestamptz)")
    database.run(
        "INSERT INTO generations SELECT n, now() - interval '1 year'"
        " FROM generate_series(1, 3000) n"
    )
    kept: list[int] = []

    def touch() -> None:
        with psycopg.connect(database.dsn, autocommit=True) as connection:
            for number in range(3000, 3000 - WRITTEN, -1):
                touched = "UPDATE generations SET created_at = now() WHERE id = %s"
                if connection.execute(touched, (number,)).rowcount:
                    kept.append(number)

    writer = threading.Thread(target=touch)
    writer.start()
    done = expire(batch=20)
    writer.join()

    assert Exit.OK is done.result.exit_code
    left = {number for (number,) in database.run("SELECT id FROM generations")}
    assert set(kept) == left & set(range(3000 - WRITTEN, 3001))


def test_a_child_that_is_written_meanwhile_keeps_its_parent(
    database: Database, generations: None
) -> None:
    """A writer adds notes to data that is about to go: none is lost, none is left alone."""
    faults: list[str] = []
    written: list[int] = []

    def write() -> None:
        with psycopg.connect(database.dsn, autocommit=True) as connection:
            for number in range(1000, 1000 + WRITTEN):
                try:
                    row = (number, 446 + number % 55)
                    connection.execute("INSERT INTO notes VALUES (%s, %s)", row)
                    written.append(number)
                except psycopg.errors.ForeignKeyViolation as error:
                    faults.append(str(error))

    database.run("DELETE FROM notes")
    writer = threading.Thread(target=write)
    writer.start()
    # `notes` are not named: what has one stays.
    done = [expire(dependents={"data": {}}, batch=2).result.exit_code for _ in range(3)]
    writer.join()

    assert set(done) <= {Exit.OK, Exit.PARTLY}
    assert WRITTEN == len(written) + len(faults)
    assert [(number,) for number in written] == database.run("SELECT id FROM notes ORDER BY id")


def test_the_clock_that_is_behind_counts(database: Database, generations: None) -> None:
    """A host whose clock runs a year ahead deletes what it would have deleted anyway."""
    database.run("DROP TABLE notes, data")
    ahead = TurnedClock(datetime.now(UTC) + timedelta(days=365))
    behind = TurnedClock(datetime.now(UTC) - timedelta(days=5))

    assert 6 == expire(clock=behind).result.facts["rows"]
    assert 5 == expire(clock=ahead).result.facts["rows"]


def test_batches_are_apart_by_the_pause(database: Database, generations: None) -> None:
    """So that replicas can follow."""
    database.run("DROP TABLE notes, data")
    began = datetime.now(UTC)
    clock = TurnedClock(began)
    expire(clock=clock, batch=4, pause_seconds=10)

    assert timedelta(seconds=30) == clock.now() - began


@pytest.mark.parametrize("kind", ["date", "timestamp", "timestamptz"])
def test_every_type_of_a_time_is_read_as_utc(database: Database, kind: str) -> None:
    """Whatever zone the database is set to; a row without a time never expires."""
    database.run(f"ALTER DATABASE {database.name} SET timezone = 'Pacific/Kiritimati'")
    database.run(f"CREATE TABLE generations (id int, created_at {kind})")
    now = datetime.now(UTC)
    young, old = now - timedelta(days=90, hours=-2), now - timedelta(days=91, hours=2)
    if kind == "date":
        young, old = now - timedelta(days=89), now - timedelta(days=91)
    for number, at in enumerate((young.replace(tzinfo=None), old.replace(tzinfo=None), None)):
        written = at if kind != "timestamptz" or at is None else at.replace(tzinfo=UTC)
        database.run("INSERT INTO generations VALUES (%s, %s)", number, written)
    expire()

    assert [(0,), (2,)] == database.run("SELECT id FROM generations ORDER BY id")


def test_rows_of_partitions_expire_with_the_whole(database: Database) -> None:
    """The same place in two parts is two rows."""
    database.run("CREATE TABLE generations (id int, created_at timestamptz) PARTITION BY LIST (id)")
    database.run("CREATE TABLE odd PARTITION OF generations FOR VALUES IN (1)")
    database.run("CREATE TABLE even PARTITION OF generations FOR VALUES IN (2)")
    database.run("INSERT INTO generations VALUES (1, '2020-01-01'), (2, now()), (2, '2020-01-01')")
    part = expire(table="odd").result

    assert (Exit.FAILED, "`public.odd` is a part of a table: name the whole") == (
        part.exit_code,
        part.summary,
    )
    assert 2 == expire().result.facts["rows"]
    assert [(2,)] == database.run("SELECT id FROM generations")


def test_a_dry_run_counts_and_deletes_nothing(database: Database, generations: None) -> None:
    """Rows of each table, in how many batches, and what would stay."""
    database.run("DELETE FROM notes WHERE data <> 500")
    done = expire(dependents={"data": {}}, batch=20, dry_run=True)

    assert [
        "would delete 50 rows of public.data, in 3 batches",
        "would delete 10 rows of public.generations, in 1 batches",
    ] == done.lines
    assert 1 == done.result.facts["held_rows"]
    assert [100, 500, 1] == counts(database, "generations", "data", "notes")


def test_a_table_that_is_locked_is_given_up_and_the_next_run_goes_on(
    database: Database, generations: None
) -> None:
    """Within the lock timeout, with what was done until then."""
    database.run("DELETE FROM notes")
    with database.connect() as holder:
        holder.execute("LOCK TABLE generations IN SHARE MODE")
        done = expire(dependents={"data": {}, "notes": {}}, lock_timeout_seconds=0.1)

    assert Exit.PARTLY is done.result.exit_code
    assert done.result.summary.startswith("others hold it, longer than was waited; deleted 55 rows")
    assert Exit.OK is expire(dependents={"data": {}, "notes": {}}).result.exit_code
    assert [89, 445, 0] == counts(database, "generations", "data", "notes")


def test_what_was_deleted_is_told_when_what_stays_cannot_be_counted(
    database: Database, generations: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A count of a large table may take longer than a batch; the numbers of those are kept."""

    def count(run: Any, *_: object) -> int:
        found: int = run.connection.execute("SELECT count(pg_sleep(60))").fetchone()[0]
        return found

    monkeypatch.setattr(rows._Run, "_count", count)
    database.run("DROP TABLE notes, data")
    done = expire(statement_timeout_seconds=1)

    assert (Exit.PARTLY, 11) == (done.result.exit_code, done.result.facts["rows"])
    assert done.result.summary.startswith("it took longer than it may; deleted 11 rows")
