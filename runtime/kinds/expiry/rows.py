"""Rows that are old: of a table, and of those that depend on it, a batch a transaction.

Rows of dependents go first, then what they refer to. Each transaction takes rows that nobody else
holds, and deletes those that still go by then; what is written meanwhile is not lost. A run that
is cut off has deleted whole batches, and the next one goes on: until it does, a row may be there
whose dependents have gone.
"""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from runtime.errors import Exit
from runtime.kinds.expiry.links import family
from runtime.kinds.postgres.session import DatabaseError, connected
from runtime.kinds.postgres.words import of_statement
from runtime.kinds.result import Result, exit_of

if TYPE_CHECKING:
    from psycopg.sql import Composed

    from runtime.contract.data_expire import ExpireRows
    from runtime.kinds.expiry.links import Family
    from runtime.kinds.postgres.session import Rows
    from runtime.kinds.postgres.tables import Table
    from runtime.kinds.result import Context

TIMES: Final = ("date", "timestamp without time zone", "timestamp with time zone")
"""Types of a column that says how old a row is; a time without a zone is taken for UTC."""
FRUITLESS: Final = 3
"""Batches in a row of which nothing could be deleted, until a table is left for the next run."""

_TYPE: Final = """
SELECT format_type(atttypid, NULL), now() FROM pg_attribute
WHERE attrelid = %(oid)s::bigint::oid AND attname = %(column)s
"""


def expire(parameters: ExpireRows, context: Context) -> Result:
    """Delete the rows and return how many, by table.

    PARTLY, too, when old rows stay since a table refers to them that is not named. Raise
    `DatabaseError`.
    """
    alone = f"data.expire {parameters.table}"
    with connected(parameters, writes=not context.dry_run, alone=alone) as connection:
        found = family(connection, parameters)
        before = _before(connection, found, parameters, context)
        run = _Run(connection, found, before, parameters, context)
        return run.foretold() if context.dry_run else run.result()


def _before(connection: Rows, found: Family, parameters: ExpireRows, context: Context) -> datetime:
    """Return the instant of which what is older goes.

    Of the clocks of this host and of the server the one that is behind counts: one that is wrong
    deletes too little, not too much.
    """
    asked = {"oid": found.head.oid, "column": parameters.column}
    row = connection.execute(_TYPE, asked).fetchone()
    kind: str
    now: datetime
    kind, now = row if row is not None else ("", context.clock.now())
    if kind not in TIMES:
        raise DatabaseError(
            f"`{found.head.shown}`: the column `{parameters.column}` is no time, but {kind}"
        )
    return min(now, context.clock.now()) - timedelta(seconds=parameters.older_than_seconds)


class _Run:
    """One run over a family of tables."""

    def __init__(
        self,
        connection: Rows,
        found: Family,
        before: datetime,
        parameters: ExpireRows,
        context: Context,
    ) -> None:
        from runtime.kinds.expiry.conditions import Conditions

        self.connection = connection
        self.family = found
        self.now = Conditions(found, parameters.column)
        # What rows of the table itself are in the way of goes later, as long as they go before.
        self.in_the_end = Conditions(replace(found, own=()), parameters.column)
        self.values: dict[str, Any] = {"before": before, "batch": parameters.batch}
        self.parameters = parameters
        self.context = context
        self.deleted = {table.shown: 0 for table in found.order}
        self.batches = 0

    def foretold(self) -> Result:
        """Return what would be deleted, and what would stay."""
        up_to = "up to " if self.family.own else ""
        counts = {}
        for table in self.family.order:
            counts[table.shown] = number = self._count(table, self.in_the_end.goes(table, "r"))
            batches = math.ceil(number / self.parameters.batch)
            self.context.say(
                f"would delete {up_to}{number} rows of {table.shown}, in {batches} batches"
            )
        held, said = self._held()
        total = sum(counts.values())
        return Result(
            exit_code=Exit.OK,
            summary=f"would delete {up_to}{total} rows of {len(counts)} tables{said}",
            facts={"rows": total, "held_rows": held, "by_table": _facts(counts)},
        )

    def result(self) -> Result:
        """Delete, and return how many rows went, and how many old ones stay."""
        import psycopg

        fault, left, held, said = None, 0, 0, ""
        try:
            # Where rows refer to others of their own table, each round frees some.
            while self._round() and self.family.own:
                pass
            left = self._count(self.family.head, self.now.is_old("r"))
            held, said = self._held()
        except psycopg.Error as error:
            fault = of_statement(error)
        for name, number in self.deleted.items():
            self.context.say(f"deleted {number} rows of {name}")
        total = sum(self.deleted.values())
        facts = {"rows": total, "batches": self.batches, "by_table": _facts(self.deleted)}
        summary = f"deleted {total} rows of {len(self.deleted)} tables"
        if fault is not None:
            summary = f"{fault}; {summary} until then, the next run goes on"
            code = exit_of(done=total, refused=1)
            return Result(exit_code=code, summary=summary, facts=facts)
        if left > held:
            said += f"; {left - held} old rows stay for now: others hold them, or refer to them"
        return Result(
            exit_code=exit_of(done=total, refused=0, left=held),
            summary=summary + said,
            facts={**facts, "left_rows": left, "held_rows": held},
        )

    def _held(self) -> tuple[int, str]:
        """Return how many old rows stay since tables that are not named refer to them, in words."""
        from psycopg import sql

        if not self.family.foreign:
            return 0, ""
        held = sql.SQL("{} AND NOT {}").format(
            self.in_the_end.is_old("r"), self.in_the_end.goes(self.family.head, "r")
        )
        number = self._count(self.family.head, held)
        if number == 0:
            return 0, ""
        names = ", ".join(sorted({f"`{link.schema}.{link.name}`" for link in self.family.foreign}))
        return number, f"; {number} old rows stay: {names}, not among `dependents`, refer to them"

    def _round(self) -> int:
        """Delete what can go now, children first; return how many rows of the head went."""
        went = 0
        for table in self.family.order:
            went = self._clear(table)
        return went

    def _clear(self, table: Table) -> int:
        """Delete what can go of one table, batch by batch; return how many rows went."""
        from psycopg import sql

        goes = sql.SQL("{} AND {}").format(self.now.goes(table, "r"), self.now.is_free(table, "r"))
        went = fruitless = 0
        while fruitless < FRUITLESS:
            if self.batches:
                self.context.clock.sleep(self.parameters.pause_seconds)
            taken, gone = self._batch(table, goes)
            if taken == 0:
                break
            went += gone
            fruitless = 0 if gone else fruitless + 1
        return went

    def _batch(self, table: Table, goes: Composed) -> tuple[int, int]:
        """Delete one batch; return how many rows were taken, and how many of them went.

        What is taken cannot be changed or referred to by others any more. What they did just
        before is seen by the second statement, which asks again.
        """
        import psycopg
        from psycopg import sql

        take = sql.SQL(
            "SELECT r.tableoid::bigint, r.ctid::text FROM {} AS r WHERE {}"
            " LIMIT %(batch)s FOR UPDATE OF r SKIP LOCKED"
        ).format(table.identifier, goes)
        delete = sql.SQL(
            "DELETE FROM {} AS r WHERE r.tableoid = %(part)s::bigint::oid"
            " AND r.ctid = ANY(%(places)s::tid[]) AND {}"
        ).format(table.identifier, goes)
        places: dict[int, list[str]] = {}
        gone = 0
        try:
            with self.connection.transaction():
                for part, place in self.connection.execute(take, self.values):
                    places.setdefault(part, []).append(place)
                for part, some in places.items():
                    asked = {**self.values, "part": part, "places": some}
                    gone += self.connection.execute(delete, asked).rowcount
        except (psycopg.errors.ForeignKeyViolation, psycopg.errors.DeadlockDetected):
            # Somebody was faster: what is still to go then is taken again.
            return 1, 0
        self.deleted[table.shown] += gone
        self.batches += 1 if places else 0
        return sum(map(len, places.values())), gone

    def _count(self, table: Table, condition: Composed) -> int:
        from psycopg import sql

        counting = sql.SQL("SELECT count(*) FROM {} AS r WHERE {}").format(
            table.identifier, condition
        )
        found = self.connection.execute(counting, self.values).fetchone()
        return 0 if found is None else int(found[0])


def _facts(counts: dict[str, int]) -> dict[str, dict[str, int]]:
    return {name: {"rows": number} for name, number in counts.items()}
