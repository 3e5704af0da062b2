"""`postgres.bloat`: report how much of tables and indexes is dead or empty, and change nothing.

It is estimated from the statistics, or measured where that is asked; the report says which. What
is wasted by more than the threshold is a finding: the step has not ended well, later ones run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runtime.errors import Exit, RunError
from runtime.kinds.postgres.session import DatabaseError, Patience, connected
from runtime.kinds.postgres.tables import stored
from runtime.kinds.postgres.waste import wastes
from runtime.kinds.result import Result

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runtime.contract.postgres_bloat import PostgresBloat
    from runtime.kinds.postgres.waste import Waste
    from runtime.kinds.result import Context


def carry_out(parameters: PostgresBloat, context: Context) -> Result:
    """Report what is wasted; PARTLY when something is above the threshold.

    A dry run estimates, also where it is to be measured, and finds nothing.
    """
    patience = Patience(
        lock_timeout_seconds=parameters.lock_timeout_seconds,
        statement_timeout_seconds=parameters.statement_timeout_seconds,
    )
    is_measured = parameters.measured and not context.dry_run
    try:
        with connected(parameters.dsn, patience) as connection:
            tables = stored(connection, parameters.tables)
            found = wastes(connection, tables, is_measured=is_measured)
    except (DatabaseError, RunError) as error:
        return Result(exit_code=Exit.FAILED, summary=str(error))
    if context.dry_run:
        return _foretold(parameters, found, context)
    return _reported(parameters, found, context)


def _foretold(parameters: PostgresBloat, found: Sequence[Waste], context: Context) -> Result:
    how = "measure, reading all of it," if parameters.measured else "estimate"
    size = sum(one.size_bytes for one in found)
    context.say(f"would {how} what {len(found)} tables and indexes waste")
    return Result(
        exit_code=Exit.OK,
        summary=f"would {how} {len(found)} tables and indexes, {size} bytes",
        facts={"size_bytes": size},
    )


def _reported(parameters: PostgresBloat, found: Sequence[Waste], context: Context) -> Result:
    tables = [one for one in found if not one.is_index]
    indexes = [one for one in found if one.is_index]
    how = "measured" if parameters.measured else "estimated"
    for what, some in (("table", tables), ("index", indexes)):
        for one in _worst(some, parameters.top):
            context.say(f"{what} {_said(one)}")
    above = [one for one in found if _is_above(one, parameters)]
    for one in above:
        context.say(f"finding: {_said(one)}, of which no more than {parameters.above_ratio:%} may")
    wasted = sum(one.wasted_bytes or 0 for one in found)
    size = sum(one.size_bytes for one in found)
    unknown = sum(one.wasted_bytes is None for one in found)
    summary = (
        f"{how}: {wasted} of {size} bytes wasted, {len(tables)} tables and {len(indexes)} indexes"
    )
    if unknown:
        summary += f", {unknown} of them not known"
    if above:
        summary += f"; {len(above)} waste more than they may, first: {_said(above[0])}"
    return Result(
        exit_code=Exit.PARTLY if above else Exit.OK,
        summary=summary,
        facts={
            "method": how,
            "tables": len(tables),
            "indexes": len(indexes),
            "size_bytes": size,
            "wasted_bytes": wasted,
            "dead_rows": sum(one.dead_rows for one in tables),
            "unknown": unknown,
            "findings": len(above),
            "by_table": _facts(_worst(tables, parameters.top)),
            "by_index": _facts(_worst(indexes, parameters.top)),
        },
    )


def _worst(found: Sequence[Waste], top: int) -> list[Waste]:
    """Return those that waste most, the largest first among those that waste the same."""
    ordered = sorted(found, key=lambda one: (-(one.wasted_bytes or 0), -one.size_bytes, one.name))
    return ordered[:top]


def _is_above(one: Waste, parameters: PostgresBloat) -> bool:
    limit, ratio = parameters.above_ratio, one.wasted_ratio
    if limit is None or ratio is None or one.size_bytes < parameters.from_bytes:
        return False
    return ratio > limit


def _said(one: Waste) -> str:
    if one.wasted_bytes is None:
        return f"{one.name}: {one.size_bytes} bytes, what of it is wasted is not known"
    dead = "" if one.is_index else f", about {one.dead_rows} dead rows"
    ratio = one.wasted_ratio or 0
    return f"{one.name}: {one.wasted_bytes} of {one.size_bytes} bytes wasted ({ratio:.0%}){dead}"


def _facts(found: Sequence[Waste]) -> dict[str, dict[str, Any]]:
    facts: dict[str, dict[str, Any]] = {}
    for one in found:
        said: dict[str, Any] = {"size_bytes": one.size_bytes}
        facts[one.name] = said
        if one.wasted_bytes is not None:
            said["wasted_bytes"] = one.wasted_bytes
            said["wasted_ratio"] = round(one.wasted_ratio or 0, 4)
        if not one.is_index:
            said["dead_rows"] = one.dead_rows
    return facts
