"""PostgreSQL: settings, activity, locks, replication, sizes, statements, as the server tells."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from runtime.clock import SystemClock
from runtime.errors import RunError
from runtime.kinds.diagnostics.desk import table
from runtime.kinds.health.answer import CheckError, Line
from runtime.kinds.health.database import connected

if TYPE_CHECKING:
    from collections.abc import Mapping

    import psycopg

    from runtime.kinds.diagnostics.desk import Desk

STATEMENT_SECONDS: Final = 5
"""How long one of our statements may take, and 1 second for a lock."""
FULL_RATIO: Final = 0.8
"""Share of the connections from which they are worth a look."""
CELL_CHARACTERS: Final = 2000
"""Most of one value that is shown."""


# What a statement says in quotes may be anybody's data, or a password that is being set.
_ACTIVITY: Final = """
SELECT pid, datname AS database, usename AS user, application_name AS application,
    client_addr AS client, backend_type, state, wait_event_type, wait_event,
    round(extract(epoch FROM clock_timestamp() - xact_start)::numeric, 1) AS transaction_seconds,
    round(extract(epoch FROM clock_timestamp() - query_start)::numeric, 1) AS query_seconds,
    round(extract(epoch FROM clock_timestamp() - state_change)::numeric, 1) AS state_seconds,
    left(query, 1000) AS query
FROM pg_catalog.pg_stat_activity WHERE pid <> pg_backend_pid() {where}
ORDER BY {order} LIMIT 200"""

QUERIES: Final[Mapping[str, str]] = {
    "server": (
        "SELECT version(), current_database() AS database, current_user AS user,"
        " pg_is_in_recovery() AS is_replica, pg_postmaster_start_time() AS started_at,"
        " pg_conf_load_time() AS configured_at"
    ),
    "settings": (
        "SELECT name, setting, unit, source FROM pg_catalog.pg_settings"
        " WHERE source NOT IN ('default', 'override')"
        r" AND name !~ '(conninfo|passphrase|password|_command$|krb_|\.)'"
        " ORDER BY name LIMIT 500"
    ),
    "connections": (
        "SELECT datname AS database, usename AS user, state, count(*) AS number"
        " FROM pg_catalog.pg_stat_activity WHERE backend_type = 'client backend'"
        " GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 2, 3 LIMIT 100"
    ),
    "activity": (_ACTIVITY.format(where="AND state <> 'idle'", order="xact_start NULLS LAST, pid")),
    "blocked": (
        "SELECT a.pid, pg_blocking_pids(a.pid) AS blocked_by, a.usename AS user,"
        " a.wait_event_type, a.wait_event,"
        " round(extract(epoch FROM clock_timestamp() - a.query_start)::numeric, 1)"
        " AS query_seconds,"
        " left(a.query, 1000) AS query"
        " FROM pg_catalog.pg_stat_activity a WHERE cardinality(pg_blocking_pids(a.pid)) > 0"
        " ORDER BY a.query_start LIMIT 100"
    ),
    "locks": (
        "SELECT l.pid, l.locktype AS kind, l.mode, l.granted,"
        " l.relation::regclass::text AS relation, a.state,"
        " round(extract(epoch FROM clock_timestamp() - a.xact_start)::numeric, 1)"
        " AS transaction_seconds"
        " FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a USING (pid)"
        " WHERE l.pid <> pg_backend_pid() AND (NOT l.granted OR l.mode ~ 'Exclusive')"
        " ORDER BY l.granted, l.pid LIMIT 200"
    ),
    "long-transactions": (
        _ACTIVITY.format(
            where="AND xact_start < clock_timestamp() - interval '1 minute'", order="xact_start"
        )
    ),
    "replication": (
        "SELECT application_name AS application, client_addr AS client, state,"
        " sync_state,"
        " pg_wal_lsn_diff(sent_lsn, replay_lsn) AS behind_bytes, write_lag, flush_lag, replay_lag"
        " FROM pg_catalog.pg_stat_replication ORDER BY 1, 2 LIMIT 50"
    ),
    "replication-slots": (
        "SELECT slot_name, slot_type, active, pg_wal_lsn_diff(CASE WHEN"
        " pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END,"
        " restart_lsn) AS kept_bytes FROM pg_catalog.pg_replication_slots ORDER BY 1 LIMIT 50"
    ),
    "databases": (
        "SELECT datname AS database, pg_database_size(oid) AS bytes, age(datfrozenxid)"
        " AS transaction_age FROM pg_catalog.pg_database WHERE datallowconn"
        " AND has_database_privilege(oid, 'CONNECT') ORDER BY 2 DESC LIMIT 50"
    ),
    "tables": (
        "SELECT s.schemaname AS schema, s.relname AS table,"
        " pg_total_relation_size(s.relid) AS total_bytes, pg_relation_size(s.relid) AS table_bytes,"
        " pg_indexes_size(s.relid) AS index_bytes, s.n_live_tup AS live_rows,"
        " s.n_dead_tup AS dead_rows, s.seq_scan, s.idx_scan, s.last_vacuum, s.last_autovacuum,"
        " s.last_analyze, s.last_autoanalyze FROM pg_catalog.pg_stat_user_tables s"
        " ORDER BY pg_total_relation_size(s.relid) DESC LIMIT 20"
    ),
    "statistics": (
        "SELECT datname AS database, numbackends AS connections, xact_commit AS commits,"
        " xact_rollback AS rollbacks, blks_read, blks_hit, deadlocks, conflicts, temp_bytes,"
        " stats_reset FROM pg_catalog.pg_stat_database WHERE datname IS NOT NULL ORDER BY 1"
    ),
}
"""Statements by the file that their rows go to."""

# Its columns were renamed in PostgreSQL 13.
STATEMENTS: Final = """
SELECT calls, round({total}::numeric, 1) AS total_milliseconds,
    round({mean}::numeric, 2) AS mean_milliseconds, round({most}::numeric, 1) AS most_milliseconds,
    rows, shared_blks_hit, shared_blks_read, temp_blks_written, left(query, 1000) AS query
FROM {schema}.pg_stat_statements ORDER BY {total} DESC LIMIT 20"""
COLUMNS: Final = {"total": "total_exec_time", "mean": "mean_exec_time", "most": "max_exec_time"}
COLUMNS_BEFORE_13: Final = {"total": "total_time", "mean": "mean_time", "most": "max_time"}

STATEMENT_CHARACTERS: Final = 1000
"""Most of a statement that is asked for: what is as long is likely to be cut off."""

_QUOTED: Final = re.compile(
    r"""(?P<remark>--[^\n]*+|/\*.*?(?:\*/|\Z))"""
    r"""|(?P<name>"(?:[^"]|"")*+(?:"|\Z))"""
    r"""|(?<![\w$])[eE]'(?:[^'\\]|''|\\.)*+(?:'|\\?\Z)"""
    r"""|'(?:[^']|'')*+(?:'|\Z)"""
    r"""|(?<![\w$])(?P<tag>\$(?:[^\W\d]\w*)?\$).*?(?:(?P=tag)|\Z)""",
    re.DOTALL,
)
"""What is quoted in a statement, as PostgreSQL's documentation has it, chapter 4.1: a name, which
stays, or a text in one of three forms; and remarks, in which a quote ends nothing."""
_IN_REMARK: Final = re.compile(r"'[^'\n]*+(?:'|$)", re.MULTILINE)


def collect(desk: Desk) -> None:
    """Write what each database tells of itself."""
    if not desk.asked.databases:
        desk.absent("no database is named")
        return
    for name, dsn in desk.asked.databases.items():
        line = Line(clock=SystemClock(), seconds=min(desk.seconds_left, 10.0))
        try:
            with connected(dsn, line) as connection:
                _database(desk, name, connection)
        except (CheckError, RunError) as error:
            desk.fault(f"{name}: {error}")
            desk.striking(f"{name} cannot be asked: {error}")


def _database(desk: Desk, name: str, connection: psycopg.Connection[tuple[Any, ...]]) -> None:
    connection.execute(f"SET statement_timeout = '{STATEMENT_SECONDS}s'".encode())
    connection.execute(b"SET lock_timeout = '1s'")
    connection.execute(b"SET default_transaction_read_only = on")
    for file, statement in QUERIES.items():
        _query(desk, f"{name}/{file}.txt", statement, connection)
    _statements(desk, name, connection)
    _striking(desk, name, connection)


def _query(
    desk: Desk, file: str, statement: str, connection: psycopg.Connection[tuple[Any, ...]]
) -> None:
    """Write the rows of a statement; that it fails is no fault of the others."""
    import psycopg

    try:
        heads, rows = _rows(connection, statement)
    except psycopg.OperationalError as error:
        if connection.closed:
            raise
        desk.fault(f"{file}: {_words(error)}")
    except psycopg.Error as error:
        desk.fault(f"{file}: {_words(error)}")
    else:
        desk.write(file, table(heads, rows))


def _words(error: psycopg.Error) -> str:
    said = error.diag.message_primary or type(error).__name__
    return f"{said} ({error.sqlstate})" if error.sqlstate else said


def _rows(
    connection: psycopg.Connection[tuple[Any, ...]], statement: str
) -> tuple[list[str], list[list[str]]]:
    """Return the heads and the rows of a statement, as text."""
    cursor = connection.execute(statement.encode())
    heads = [column.name for column in cursor.description or ()]
    texts = [index for index, head in enumerate(heads) if head == "query"]
    rows = []
    for row in cursor.fetchall():
        cells = ["" if cell is None else str(cell)[:CELL_CHARACTERS] for cell in row]
        for index in texts:
            cells[index] = without_literals(cells[index])
        rows.append(cells)
    return heads, rows


def without_literals(statement: str) -> str:
    """Given a statement of anybody's, return it on one line with `?` for every quoted text.

    Of one that is cut off the last word goes, too: half a secret does not look like one.
    """
    if len(statement) >= STATEMENT_CHARACTERS:
        statement = re.sub(r"\S+\Z", "…", statement)
    return " ".join(_QUOTED.sub(_without_text, statement).split())


def _without_text(found: re.Match[str]) -> str:
    if found["remark"]:
        return _IN_REMARK.sub("?", found["remark"])
    return found["name"] or "?"


def _statements(desk: Desk, name: str, connection: psycopg.Connection[tuple[Any, ...]]) -> None:
    """Write the statements that took most time, where the extension is there."""
    found = connection.execute(
        b"SELECT quote_ident(n.nspname) FROM pg_catalog.pg_extension e"
        b" JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace"
        b" WHERE e.extname = 'pg_stat_statements'"
    ).fetchone()
    if found is None:
        desk.write(f"{name}/statements.txt", "the extension pg_stat_statements is not there\n")
        return
    is_recent = connection.info.server_version >= 130_000
    columns = COLUMNS if is_recent else COLUMNS_BEFORE_13
    statement = STATEMENTS.format(schema=found[0], **columns)
    _query(desk, f"{name}/statements.txt", statement, connection)


def _striking(desk: Desk, name: str, connection: psycopg.Connection[tuple[Any, ...]]) -> None:
    """Say what is worth a look: who waits for whom, what takes long, what runs out."""
    _heads, blocked = _rows(
        connection,
        "SELECT pid, pg_blocking_pids(pid)::text, round(extract(epoch FROM clock_timestamp()"
        " - query_start)) FROM pg_catalog.pg_stat_activity"
        " WHERE cardinality(pg_blocking_pids(pid)) > 0 ORDER BY query_start LIMIT 10",
    )
    for pid, others, seconds in blocked:
        desk.striking(f"{name}: process {pid} waits for {others.strip('{}')}, {seconds}s by now")
    ((long, oldest),) = _rows(
        connection,
        "SELECT count(*), round(max(extract(epoch FROM clock_timestamp() - xact_start)))"
        " FROM pg_catalog.pg_stat_activity WHERE backend_type = 'client backend'"
        " AND xact_start < clock_timestamp() - interval '5 minutes'",
    )[1]
    if long != "0":
        desk.striking(
            f"{name}: {long} transactions are open for more than 5 minutes, the oldest {oldest}s"
        )
    ((used, most),) = _rows(
        connection,
        "SELECT count(*), current_setting('max_connections') FROM pg_catalog.pg_stat_activity"
        " WHERE backend_type = 'client backend'",
    )[1]
    if int(used) >= FULL_RATIO * int(most):
        desk.striking(f"{name}: {used} of {most} connections are in use")
