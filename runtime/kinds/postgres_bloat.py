"""`postgres.bloat`: report how much of tables and indexes is dead or empty, and change nothing.

It is estimated from the statistics, or measured where that is asked; the report says which. What
is wasted by more than the threshold is a finding: the step is partly done, later ones run.

A replica can be asked as well: it has the sizes and the statistics of columns of its primary, but
no count of dead rows, which is 0 there.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from runtime.errors import Exit, RunError
from runtime.kinds.faults import Faults
from runtime.kinds.postgres.session import DatabaseError, RefusedError, connected
from runtime.kinds.postgres.tables import stored
from runtime.kinds.postgres.waste import measuring_schema, wastes
from runtime.kinds.result import Result, exit_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from runtime.contract.postgres_bloat import PostgresBloat
    from runtime.kinds.postgres.waste import Waste
    from runtime.kinds.result import Context


def carry_out(parameters: PostgresBloat, context: Context) -> Result:
    """Report what is wasted; PARTLY, too, when something is above the threshold.

    A dry run estimates, also where it is to be measured, and finds nothing.
    """
    found: list[Waste] = []
    faults = Faults()
    why: Exception | None = None
    try:
        with connected(parameters, writes=False) as connection:
            is_measured = parameters.measured and not context.dry_run
            measuring = measuring_schema(connection) if is_measured else None
            for table in stored(connection, parameters.tables):
                try:
                    found += wastes(connection, table, measuring)
                except RefusedError as error:
                    said = f"{table.shown}: {error}"
                    faults.refuse(said)
                    context.say(said)
    except (DatabaseError, RunError) as error:
        why = error
    if why is not None and not found:
        return Result(exit_code=Exit.FAILED, summary=str(why))
    if context.dry_run:
        result = _foretold(parameters, found, faults, context)
    else:
        result = _reported(parameters, found, faults, context)
    if why is None:
        return result
    return replace(result, exit_code=Exit.PARTLY, summary=f"{why}; until then {result.summary}")


def _foretold(
    parameters: PostgresBloat, found: Sequence[Waste], faults: Faults, context: Context
) -> Result:
    how = "measure, reading all of it," if parameters.measured else "estimate"
    size = sum(one.size_bytes for one in found)
    context.say(f"would {how} what {len(found)} tables and indexes waste")
    return Result(
        exit_code=faults.exit_code(done=len(found)),
        summary=f"would {how} {len(found)} tables and indexes, {size} bytes{faults.said()}",
        facts={"size_bytes": size},
    )


def _reported(
    parameters: PostgresBloat, found: Sequence[Waste], faults: Faults, context: Context
) -> Result:
    tables = [one for one in found if not one.is_index]
    indexes = [one for one in found if one.is_index]
    above = [one for one in found if _is_above(one, parameters)]
    for what, some in (("table", tables), ("index", indexes)):
        for one in _worst(some, parameters.top):
            context.say(f"{what} {_said(one)}")
    for one in above:
        context.say(f"finding: {_said(one)}, of which no more than {parameters.above_ratio:%} may")
    facts = {
        "method": "measured" if parameters.measured else "estimated",
        "tables": len(tables),
        "indexes": len(indexes),
        "size_bytes": sum(one.size_bytes for one in found),
        "wasted_bytes": sum(one.wasted_bytes or 0 for one in found),
        "dead_rows": sum(one.dead_rows for one in tables),
        "unknown": sum(one.wasted_bytes is None for one in found),
        "findings": len(above),
        "faults": len(faults),
        "by_table": _facts(_worst(tables, parameters.top)),
        "by_index": _facts(_worst(indexes, parameters.top)),
    }
    code = exit_of(done=len(found), refused=len(faults), left=len(above))
    return Result(exit_code=code, summary=_summary(facts, above, faults), facts=facts)


def _summary(facts: Mapping[str, Any], above: Sequence[Waste], faults: Faults) -> str:
    summary = (
        "{method}: {wasted_bytes} of {size_bytes} bytes wasted,"
        " {tables} tables and {indexes} indexes"
    ).format(**facts)
    if facts["unknown"]:
        summary += f", {facts['unknown']} of them not known"
    if above:
        summary += f"; {len(above)} waste more than they may, first: {_said(above[0])}"
    if faults:
        summary += f"; {len(faults)} could not be asked, first: {faults.first}"
    return summary


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
