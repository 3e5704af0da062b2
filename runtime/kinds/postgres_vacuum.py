"""`postgres.vacuum`: make the room of dead rows usable again, a table at a time.

Sizes are the server's, of a table with its indexes and what is stored aside, before and after:
what is reclaimed went back to the file system. Without `full` that is what stood empty at the end
of the table; the rest of the room is used again by the table itself.

A run that is killed leaves nothing behind, and the next one begins anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from runtime.errors import Exit, RunError
from runtime.kinds.postgres.session import DatabaseError, RefusedError, connected, run
from runtime.kinds.postgres.tables import stored
from runtime.kinds.postgres.tally import Tally
from runtime.kinds.result import Result

if TYPE_CHECKING:
    from psycopg.sql import Composed

    from runtime.contract.postgres_vacuum import PostgresVacuum
    from runtime.kinds.postgres.session import Rows
    from runtime.kinds.postgres.tables import Table
    from runtime.kinds.result import Context

_SIZE: Final = """
SELECT coalesce(pg_total_relation_size(%(oid)s::bigint::oid::regclass), 0),
       coalesce(pg_stat_get_dead_tuples(%(oid)s::bigint::oid), 0)
"""
"""Bytes of a table with all that belongs to it, and its dead rows as the statistics know them."""


def carry_out(parameters: PostgresVacuum, context: Context) -> Result:
    """Vacuum the tables, and return their sizes; a table that cannot be vacuumed is a fault."""
    tally = Tally()
    try:
        with connected(
            parameters, writes=not context.dry_run, alone="postgres.vacuum"
        ) as connection:
            tables = stored(connection, parameters.tables)
            if context.dry_run:
                return _foretold(connection, tables, parameters, context)
            _vacuum(connection, tables, parameters, context, tally)
    except (DatabaseError, RunError) as error:
        tally.why = error
    return _result(tally)


def _foretold(
    connection: Rows, tables: tuple[Table, ...], parameters: PostgresVacuum, context: Context
) -> Result:
    how = "write anew, locked," if parameters.full else "vacuum"
    total_bytes = total_dead = 0
    for table in tables:
        size, dead = _size(connection, table)
        context.say(f"would {how} {table.shown} ({size} bytes, about {dead} dead rows)")
        total_bytes, total_dead = total_bytes + size, total_dead + dead
    return Result(
        exit_code=Exit.OK,
        summary=f"would {how} {len(tables)} tables, {total_bytes} bytes,"
        f" about {total_dead} dead rows",
        facts={"tables": len(tables), "size_bytes": total_bytes, "dead_rows": total_dead},
    )


def _vacuum(
    connection: Rows,
    tables: tuple[Table, ...],
    parameters: PostgresVacuum,
    context: Context,
    tally: Tally,
) -> None:
    for table in tables:
        try:
            before, dead = _size(connection, table)
            run(connection, _statement(table, parameters))
            after, dead_after = _size(connection, table)
        except RefusedError as error:
            tally.fault(table.shown, error, context)
            continue
        context.say(
            f"{table.shown}: {before} bytes before, {after} after, {before - after} reclaimed;"
            f" about {dead} dead rows before, {dead_after} after"
        )
        tally.done[table.shown] = {
            "size_before_bytes": before,
            "size_bytes": after,
            "reclaimed_bytes": before - after,
            "dead_rows": dead_after,
        }


def _result(tally: Tally) -> Result:
    reclaimed = tally.total("reclaimed_bytes")
    facts = {
        "tables": len(tally.done),
        "size_bytes": tally.total("size_bytes"),
        "reclaimed_bytes": reclaimed,
        "by_table": tally.largest("size_before_bytes"),
    }
    summary = f"vacuumed {len(tally.done)} tables, {reclaimed} bytes reclaimed"
    return tally.result(summary, facts)


def _statement(table: Table, parameters: PostgresVacuum) -> Composed:
    from psycopg import sql

    options = sql.SQL("FULL {}, ANALYZE {}").format(
        sql.Literal(parameters.full), sql.Literal(parameters.analyze)
    )
    return sql.SQL("VACUUM ({}) {}").format(options, table.identifier)


def _size(connection: Rows, table: Table) -> tuple[int, int]:
    found = run(connection, _SIZE, {"oid": table.oid}).fetchone()
    size, dead = found if found is not None else (0, 0)
    return int(size), int(dead)
