"""`postgres.reindex`: build indexes anew, one after the other, while their tables are written to.

`REINDEX CONCURRENTLY` that does not come to its end leaves an invalid index whose name ends in
`_ccnew`, or, once the new one has taken its place, `_ccold`. Each run drops those of its tables
first, and that of an index that could not be built: whatever became of the last run, the next one
converges.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from runtime.contract.frozen import frozen
from runtime.errors import Exit, RunError
from runtime.kinds.postgres.session import DatabaseError, RefusedError, connected, run
from runtime.kinds.postgres.tables import Named, stored
from runtime.kinds.postgres.tally import Tally
from runtime.kinds.result import Result

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runtime.contract.postgres_reindex import PostgresReindex
    from runtime.kinds.postgres.session import Rows
    from runtime.kinds.postgres.tables import Table
    from runtime.kinds.result import Context

_INDEXES: Final = """
WITH meant AS (
    SELECT oid FROM unnest(%(oids)s::bigint[]::oid[]) AS given (oid)
    UNION
    SELECT reltoastrelid FROM pg_class
    WHERE oid = ANY(%(oids)s::bigint[]::oid[]) AND reltoastrelid <> 0
)
SELECT n.nspname, c.relname, i.indisvalid, i.indisexclusion,
       NOT i.indisvalid AND c.relname ~ '_cc(new|old)[0-9]*$',
       EXISTS (
           SELECT FROM pg_stat_progress_create_index p
           WHERE p.datid = (SELECT oid FROM pg_database WHERE datname = current_database())
             AND p.pid <> pg_backend_pid() AND (p.relid = i.indrelid OR p.relid IS NULL)
       )
FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE i.indrelid IN (SELECT oid FROM meant) AND c.relkind = 'i'
ORDER BY n.nspname, c.relname
"""
"""Indexes of tables, and of what they store aside: whether they are valid, whether they are left
over, and whether another session builds one there (what it builds, not everybody may see)."""

_SIZE: Final = """
SELECT coalesce(
    pg_relation_size(to_regclass(format('%%I.%%I', %(schema)s::text, %(name)s::text))), 0
)
"""
"""Bytes of an index by its name: what was built anew is another one."""


@frozen
class _Index(Named):
    """One index, and how it stands."""

    is_valid: bool
    is_exclusion: bool
    is_left_over: bool
    is_being_built: bool

    @property
    def obstacle(self) -> str | None:
        """Why it is not built anew, or None."""
        if self.is_exclusion:
            return "it holds an exclusion constraint, and cannot be built concurrently"
        return None if self.is_valid else "it is invalid, and stays so until somebody looks at it"


def carry_out(parameters: PostgresReindex, context: Context) -> Result:
    """Drop what was left over, build the indexes anew, and return their sizes before and after."""
    tally = Tally()
    building = _Run(context=context, tally=tally)
    try:
        with connected(
            parameters, writes=not context.dry_run, alone="postgres.reindex"
        ) as connection:
            tables = stored(connection, parameters.tables)
            if context.dry_run:
                return _foretold(connection, tables, context)
            building.go(connection, tables)
    except (DatabaseError, RunError) as error:
        tally.why = error
    return building.result()


def _foretold(connection: Rows, tables: tuple[Table, ...], context: Context) -> Result:
    built = left_over = total = 0
    for index in _indexes(connection, tables):
        if index.is_left_over:
            left_over += 1
            context.say(f"would drop {index.shown}, which a run left behind")
        elif index.obstacle is not None:
            context.say(f"would leave {index.shown} alone: {index.obstacle}")
        else:
            size = _size(connection, index)
            built, total = built + 1, total + size
            context.say(f"would build {index.shown} anew ({size} bytes)")
    return Result(
        exit_code=Exit.OK,
        summary=f"would build {built} indexes anew, {total} bytes,"
        f" and drop {left_over} that were left over",
        facts={"indexes": built, "size_bytes": total, "left_over": left_over},
    )


class _Run:
    """One run over the indexes of some tables."""

    def __init__(self, *, context: Context, tally: Tally) -> None:
        self.context = context
        self.tally = tally
        self.dropped = 0
        self.skipped = 0

    def go(self, connection: Rows, tables: tuple[Table, ...]) -> None:
        """Carry the run out."""
        for index, why in self._drop_left_over(connection, tables):
            self.tally.fault(f"{index.shown}, left behind, stays", why, self.context)
        for index in _indexes(connection, tables):
            if not index.is_left_over:
                self._build(connection, index)
        if self.tally.faults:
            # What holds up a build may hold up this, too: then it is the next run's.
            for index, why in self._drop_left_over(connection, tables):
                self.context.say(f"{index.shown}, left behind, stays: {why}")

    def result(self) -> Result:
        """Return the result of the run, however far it came."""
        reclaimed = self.tally.total("reclaimed_bytes")
        facts = {
            "indexes": len(self.tally.done),
            "skipped": self.skipped,
            "left_over": self.dropped,
            "size_bytes": self.tally.total("size_bytes"),
            "reclaimed_bytes": reclaimed,
            "by_index": self.tally.largest("size_before_bytes"),
        }
        summary = f"built {len(self.tally.done)} indexes anew, {reclaimed} bytes reclaimed"
        if self.dropped:
            summary += f", and dropped {self.dropped} that were left over"
        return self.tally.result(summary, facts, also_done=self.dropped)

    def _drop_left_over(
        self, connection: Rows, tables: tuple[Table, ...]
    ) -> Iterator[tuple[_Index, RefusedError]]:
        """Drop what builds left behind that did not come to their end; yield what stays."""
        for index in _indexes(connection, tables):
            if index.is_left_over:
                try:
                    self._drop(connection, index)
                except RefusedError as error:
                    yield index, error

    def _drop(self, connection: Rows, index: _Index) -> None:
        from psycopg import sql

        if index.is_being_built:
            raise RefusedError("another session builds an index there")
        run(connection, sql.SQL("DROP INDEX CONCURRENTLY {}").format(index.identifier))
        self.dropped += 1
        self.context.say(f"dropped {index.shown}, which a run left behind")

    def _build(self, connection: Rows, index: _Index) -> None:
        from psycopg import sql

        if index.obstacle is not None:
            self.skipped += 1
            self.context.say(f"{index.shown}: left alone: {index.obstacle}")
            return
        building = sql.SQL("REINDEX INDEX CONCURRENTLY {}").format(index.identifier)
        try:
            before = _size(connection, index)
            run(connection, building)
            after = _size(connection, index)
        except RefusedError as error:
            self.tally.fault(index.shown, error, self.context)
            return
        self.context.say(
            f"{index.shown}: {before} bytes before, {after} after, {before - after} reclaimed"
        )
        self.tally.done[index.shown] = {
            "size_before_bytes": before,
            "size_bytes": after,
            "reclaimed_bytes": before - after,
        }


def _indexes(connection: Rows, tables: tuple[Table, ...]) -> tuple[_Index, ...]:
    found = connection.execute(_INDEXES, {"oids": [table.oid for table in tables]}).fetchall()
    return tuple(
        _Index(
            schema=schema,
            name=name,
            is_valid=is_valid,
            is_exclusion=is_exclusion,
            is_left_over=is_left_over,
            is_being_built=is_being_built,
        )
        for schema, name, is_valid, is_exclusion, is_left_over, is_being_built in found
    )


def _size(connection: Rows, index: _Index) -> int:
    found = run(connection, _SIZE, {"schema": index.schema, "name": index.name}).fetchone()
    return 0 if found is None else int(found[0])
