from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import psycopg
import pytest

from runtime.contract.secret import Secret
from runtime.errors import Exit
from runtime.kinds.diagnostics.database import QUERIES, without_literals
from tests.runtime.kinds.diagnostics.canaries import CANARIES, SETTINGS
from tests.runtime.kinds.diagnostics.collected import Collected, collected
from tests.runtime.kinds.diagnostics.test_redaction import pieces
from tests.servers.postgres import PASSWORD, postgres
from tests.servers.process import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.servers.postgres import Postgres


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    """A server with tables, and a connection string to another one in its settings."""
    with postgres(
        shared_preload_libraries="pg_stat_statements",
        max_connections="100",
        primary_conninfo="host=db2 password=canary-of-a-setting",
        archive_command="curl -H 'X-Api-Key: canary-of-a-command' x",
    ) as running:
        running.run("CREATE EXTENSION pg_stat_statements")
        for number in range(25):
            running.run(f"CREATE TABLE t{number:02} AS SELECT generate_series(1, {number * 100}) x")
        running.run("ANALYZE")
        yield running


@contextlib.contextmanager
def busy(server: Postgres, statement: str) -> Iterator[int]:
    """Run a statement in a connection of its own meanwhile; return the process's id."""
    with contextlib.closing(psycopg.connect(server.dsn(), autocommit=True)) as connection:
        connection.pgconn.send_query(statement.encode())
        pid = connection.info.backend_pid
        active = "SELECT pid FROM pg_stat_activity WHERE state = 'active'"
        until(lambda: (pid,) in server.run(active), "the statement runs")
        yield pid
        server.run(f"SELECT pg_terminate_backend({pid})")


def database(tmp_path: Path, dsn: str) -> Collected:
    """Collect of a database."""
    secret = tmp_path / "dsn"
    secret.write_text(dsn)
    return collected(tmp_path / "state", "database", databases={"db": Secret(file=str(secret))})


def test_a_database_tells_all_that_is_asked(server: Postgres, tmp_path: Path) -> None:
    """Every statement has rows of its own; the largest tables come first; secrets stay there."""
    found = database(tmp_path, server.dsn())

    assert (Exit.OK, "ok") == (found.result.exit_code, found.collector("database")["status"])
    expected = {f"database/db/{name}.txt" for name in (*QUERIES, "statements")}
    assert expected == {name for name in found.files if name.startswith("database/")}
    tables = found.files["database/db/tables.txt"].splitlines()
    assert 21 == len(tables)
    assert "t24" in tables[1]
    assert "PostgreSQL 15" in found.files["database/db/server.txt"]
    assert "shared_preload_libraries" in found.files["database/db/settings.txt"]
    assert "total_milliseconds" in found.files["database/db/statements.txt"]
    assert "CREATE TABLE" in found.files["database/db/statements.txt"]
    assert PASSWORD not in found.everything
    assert "canary" not in found.everything


def test_who_waits_for_whom_is_seen_first(server: Postgres, tmp_path: Path) -> None:
    """A chain of locks."""
    with psycopg.connect(server.dsn()) as holder:
        holder.execute("LOCK TABLE t01 IN ACCESS EXCLUSIVE MODE")
        with busy(server, "SELECT count(*) FROM t01") as pid:
            found = database(tmp_path, server.dsn())
        blocker = holder.info.backend_pid

    assert any(
        line.startswith(f"db: process {pid} waits for {blocker}")
        for line in found.index["striking"]
    )
    assert "t01" in found.files["database/db/locks.txt"]
    assert str(blocker) in found.files["database/db/blocked.txt"]


def test_no_secret_of_a_running_statement_is_left(server: Postgres, tmp_path: Path) -> None:
    """Neither in what it compares, nor in its remarks."""
    canaries = [x for x in CANARIES if x.name not in SETTINGS]
    with contextlib.ExitStack() as stack:
        for canary in canaries:
            remark = canary.text.replace("*/", "")
            stack.enter_context(busy(server, f"SELECT pg_sleep(600) -- {remark}\n, 'canary-text'"))
        found = database(tmp_path, server.dsn())

    everything = found.everything
    left = [x.name for x in canaries if any(piece in everything for piece in pieces(x.secret))]
    assert [] == left
    assert "canary-text" not in everything
    assert everything.count("pg_sleep(600)") >= len(canaries)


@pytest.mark.parametrize(
    ("dsn", "fault"),
    [
        ("postgresql://postgres:canary-wrong@127.0.0.1:{port}/postgres", "the password is refused"),
        ("postgresql://postgres:canary-wrong@127.0.0.1:1/postgres", "the connection is refused"),
        ("not a connection string canary-wrong", "its connection string is malformed"),
    ],
)
def test_a_database_that_cannot_be_asked_is_a_fault_of_its_own(
    server: Postgres, tmp_path: Path, dsn: str, fault: str
) -> None:
    """In our words, without the connection string."""
    found = database(tmp_path, dsn.format(port=server.port))

    assert (Exit.PARTLY, "failed") == (
        found.result.exit_code,
        found.collector("database")["status"],
    )
    assert [f"db: {fault}"] == found.collector("database")["faults"]
    assert "canary-wrong" not in found.everything


def test_a_user_without_rights_is_told_what_may_be_told(server: Postgres, tmp_path: Path) -> None:
    """What is refused is a fault of that part alone."""
    server.run("CREATE ROLE watcher LOGIN PASSWORD 'canary-watcher'")
    found = database(tmp_path, server.dsn(user="watcher", password="canary-watcher"))

    assert found.collector("database")["status"] in ("ok", "partly")
    assert "database/db/tables.txt" in found.files
    assert "canary-watcher" not in found.everything


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("SELECT 'it''s', 1", "SELECT ?, 1"),
        ("ALTER USER x\n  PASSWORD 'cut off", "ALTER USER x PASSWORD ?"),
        (r"SELECT E'it\'s, ''so', e'\\', 'x\', 1", "SELECT ?, ?, ?, 1"),
        ("DO $$ it's $1 $$, $b_1$ $$ $b$ $b_1$, $1", "DO ?, ?, $1"),
        ("ALTER USER x PASSWORD $a$cut $off", "ALTER USER x PASSWORD ?"),
        ("""SELECT "it's" AS "a$$b", 'secret'""", """SELECT "it's" AS "a$$b", ?"""),
        (
            "SELECT 1 -- it's \"so\n, 'secret' /* 'a' it's */, 'b'",
            "SELECT 1 -- it? , ? /* ? it?, ?",
        ),
        ("SELECT a$$b, c$$d, true'x'", "SELECT a$$b, c$$d, true?"),
        ("SELECT 1 -- " + "x" * 979 + " postgresql:", "SELECT 1 -- " + "x" * 979 + " …"),
    ],
)
def test_quoted_texts_of_statements_are_left_out(statement: str, expected: str) -> None:
    """Also when the server has cut the statement off."""
    assert expected == without_literals(statement)
