"""`postgres.analyze`: renew what the planner knows of tables, or of some of their columns.

A run that is killed leaves each table with its old statistics or its new ones, and the next run
begins anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from runtime.errors import Exit, RunError
from runtime.kinds.postgres.session import DatabaseError, RefusedError, connected, run
from runtime.kinds.postgres.tables import columns, roots
from runtime.kinds.postgres.tally import Tally
from runtime.kinds.result import Result

if TYPE_CHECKING:
    import psycopg
    from psycopg.sql import Composed

    from runtime.contract.postgres_analyze import PostgresAnalyze
    from runtime.kinds.postgres.session import Rows
    from runtime.kinds.postgres.tables import Table
    from runtime.kinds.result import Context

    Wanted = tuple[tuple[Table, tuple[str, ...]], ...]

_ROWS: Final = """
SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = %(oid)s::bigint::oid
"""
"""Rows of a table, as the statistics know them."""


def carry_out(parameters: PostgresAnalyze, context: Context) -> Result:
    """Analyze the tables; FAILED, before anything is done, when one or a column is not there."""
    tally = Tally()
    try:
        with connected(parameters, writes=not context.dry_run) as connection:
            wanted = _wanted(connection, parameters)
            if context.dry_run:
                return _foretold(connection, wanted, context)
            _analyze(connection, wanted, parameters, context, tally)
    except (DatabaseError, RunError) as error:
        tally.why = error
    return _result(tally)


def _wanted(connection: Rows, parameters: PostgresAnalyze) -> Wanted:
    """Return the tables with the columns that are meant. Raise `DatabaseError` if one is not."""
    found = roots(connection, parameters.tables)
    asked = parameters.tables.values() if parameters.tables else ((),) * len(found)
    wanted = tuple(zip(found, asked, strict=True))
    for table, names in wanted:
        missing = sorted(set(names) - columns(connection, table)) if names else []
        if missing:
            listed = ", ".join(f"`{name}`" for name in missing)
            raise DatabaseError(f"`{table.shown}` has no column {listed}")
    return wanted


def _foretold(connection: Rows, wanted: Wanted, context: Context) -> Result:
    total = 0
    for table, names in wanted:
        rows = _rows(connection, table)
        context.say(f"would analyze {_shown(table, names)} (about {rows} rows)")
        total += rows
    return Result(
        exit_code=Exit.OK,
        summary=f"would analyze {len(wanted)} tables, about {total} rows",
        facts={"tables": len(wanted), "rows": total},
    )


def _analyze(
    connection: Rows,
    wanted: Wanted,
    parameters: PostgresAnalyze,
    context: Context,
    tally: Tally,
) -> None:
    def heard(notice: psycopg.errors.Diagnostic) -> None:
        if notice.severity_nonlocalized == "INFO":
            context.say(f"  {notice.message_primary}")

    connection.add_notice_handler(heard)
    for table, names in wanted:
        try:
            run(connection, _statement(table, names, is_verbose=parameters.verbose))
        except RefusedError as error:
            tally.fault(table.shown, error, context)
            continue
        rows = _rows(connection, table)
        context.say(f"analyzed {_shown(table, names)}, about {rows} rows")
        tally.done[table.shown] = {"rows": rows}


def _result(tally: Tally) -> Result:
    summary = f"analyzed {len(tally.done)} tables, about {tally.total('rows')} rows"
    facts = {
        "tables": len(tally.done),
        "rows": tally.total("rows"),
        "by_table": tally.largest("rows"),
    }
    return tally.result(summary, facts)


def _statement(table: Table, names: tuple[str, ...], *, is_verbose: bool) -> Composed:
    from psycopg import sql

    listed = sql.SQL(", ").join(sql.Identifier(name) for name in names)
    said = sql.SQL("ANALYZE (VERBOSE {}) {}").format(sql.Literal(is_verbose), table.identifier)
    return said + sql.SQL(" ({})").format(listed) if names else said


def _shown(table: Table, names: tuple[str, ...]) -> str:
    return f"{table.shown} ({', '.join(names)})" if names else table.shown


def _rows(connection: Rows, table: Table) -> int:
    found = connection.execute(_ROWS, {"oid": table.oid}).fetchone()
    return 0 if found is None else int(found[0])
