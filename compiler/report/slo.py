"""An SLO explained: its numbers enter, a table for a terminal or JSON leaves. Pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from compiler.lower.slo.table import HEADS, cells, single_error
from compiler.lower.slo.words import percent
from runtime.contract.units import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from decimal import Decimal
    from fractions import Fraction

    from compiler.lower.slo.detection import Detection
    from compiler.lower.slo.explanation import Explanation, Promise


def text(explained: Explanation, environment: str) -> str:
    """Given an explanation, return it as a page of text, less than 80 columns wide."""
    return "".join(f"{line}\n" for line in _lines(explained, environment))


def as_json(explained: Explanation, environment: str) -> str:
    """Given an explanation, return it as JSON: times in seconds, shares as parts of one."""
    slo, cost = explained.slo, explained.cost
    said = {
        "slo": slo.id,
        "service": slo.service,
        "name": slo.name,
        "environment": environment,
        "window_seconds": slo.window_seconds,
        "lag_seconds": explained.lag_seconds,
        "policies": [
            {
                "alert": policy.name,
                "for_seconds": policy.for_seconds,
                "branches": [
                    {
                        "name": branch.name,
                        "short_seconds": branch.short_seconds,
                        "long_seconds": branch.long_seconds,
                        "factor": float(branch.factor),
                    }
                    for branch in policy.branches
                ],
            }
            for policy in explained.policies
        ],
        "promises": [_promise(each) for each in explained.promises],
        "cost": {
            "series_recorded": cost.recorded,
            "alert_rules": cost.alerts,
            "interval_seconds": slo.interval_seconds,
            "recorded_samples_read": cost.own_samples,
            "measured_samples_read": cost.raw_samples,
            "budget_interval_seconds": slo.budget_interval_seconds,
            "budget_samples_read": cost.budget_samples,
            "total_of": cost.total_of,
        },
    }
    return json.dumps(said, indent=2) + "\n"


def _promise(promise: Promise) -> dict[str, Any]:
    return {
        "value": promise.value,
        "objective": float(promise.objective),
        "rows": [
            {
                "error_ratio": float(row.error_ratio),
                "first": row.first.policy if row.first else None,
                "alerts": {each.policy: _detection(each) for each in row.detections},
                "exhausted_seconds": _number(row.exhausted_seconds),
            }
            for row in promise.rows
        ],
        "least_traffic_per_second": {
            name: _number(least) for name, least in promise.least_traffic.items()
        },
    }


def _detection(found: Detection) -> dict[str, Any]:
    return {
        "branch": found.branch,
        "after_seconds": _number(found.after_seconds),
        "budget_spent": _number(found.spent),
        "resets_seconds": _number(found.resets_seconds),
    }


def _number(exact: Fraction | None) -> float | None:
    """Return a number as JSON has it, rounded to what a double surely holds."""
    return None if exact is None else float(f"{float(exact):.12g}")


def _lines(explained: Explanation, environment: str) -> Iterator[str]:
    slo = explained.slo
    yield f"{slo.id}, {environment}: {slo.title}"
    yield ""
    for policy in explained.policies:
        for branch in policy.branches:
            lengths = (branch.short_seconds, branch.long_seconds)
            short, long = (format_duration(seconds) for seconds in lengths)
            wait = f" for {format_duration(policy.for_seconds)}" if policy.for_seconds else ""
            yield (
                f"{policy.name:<6} {branch.name:<8} above {_factor(branch.factor)} times the budget"
                f" in {short} and {long}{wait}"
            )
    for promise in explained.promises:
        yield from _table(explained, promise)
    yield ""
    yield from _legend(explained)
    yield ""
    yield from _cost(explained)


def _factor(factor: Decimal) -> str:
    return f"{factor.normalize():f}"


def _table(explained: Explanation, promise: Promise) -> Iterator[str]:
    window = format_duration(explained.slo.window_seconds)
    where = f" for {explained.slo.by[0]}={promise.value}" if promise.value is not None else ""
    yield ""
    yield (
        f"{percent(promise.objective)} good in {window}{where}:"
        f" a budget of {percent(1 - promise.objective)}"
    )
    yield ""
    heads = [head.upper() for head in HEADS]
    yield from aligned([heads, *(cells(row, 1 - promise.objective) for row in promise.rows)])
    if promise.least_traffic:
        yield ""
    for name, least in promise.least_traffic.items():
        yield from _single(explained, name, least)


def _single(explained: Explanation, name: str, least: Fraction) -> Iterator[str]:
    """Yield what a single bad event does."""
    yield single_error(name, least)
    usual = explained.usual_traffic
    if least and usual is not None and explained.slo.entry.traffic is not None:
        word = "It does" if usual < least else "It does not"
        yield f"{word} at the usual {explained.slo.entry.traffic.text}."


def _legend(explained: Explanation) -> Iterator[str]:
    slo = explained.slo
    yield "ERRORS begin at once where there were none, with even traffic; * is the budget."
    yield "SPENT is of the budget when the first alert fires, OVER its end after theirs."
    if slo.sli.is_sampled:
        yield f"Every {format_duration(slo.interval_seconds)} is one event, good or bad in part."
    yield f"Samples and rules come up to {format_duration(explained.lag_seconds)} later."
    windows = [each for each in slo.windows if not slo.is_counted(each)]
    if windows and not slo.sli.is_sampled:
        base = format_duration(slo.base_seconds)
        yield (
            f"Windows from {format_duration(windows[0])} on are sums of {base},"
            f" and up to {base} late."
        )
    floor = slo.entry.alerts.floor
    if floor is not None:
        said = [
            f"{number} {what}"
            for number, what in ((floor.events, "events"), (floor.errors, "bad ones"))
            if number is not None
        ]
        yield f"No alert without {' and '.join(said)} in the long window."


def _cost(explained: Explanation) -> Iterator[str]:
    slo, cost = explained.slo, explained.cost
    each = f" for each {', '.join(slo.by)}" if slo.by else ""
    yield f"Cost{each}: {cost.recorded} series recorded, {cost.alerts} alert rules."
    yield (
        f"Every {format_duration(slo.interval_seconds)}: {cost.own_samples:,} recorded samples"
        f" read, and {cost.raw_samples:,} of each series measured."
    )
    yield (
        f"Every {format_duration(slo.budget_interval_seconds)}: {cost.budget_samples:,} recorded"
        " samples read for the budget."
    )
    if cost.total_of is not None:
        yield f"Its total is that of {cost.total_of}, and is not counted again."


def aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Given rows of as many cells each, yield them as lines, cells below each other."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()
