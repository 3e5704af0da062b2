"""The verdict of the truth on an SLO's alerts, evaluation by evaluation.

What the alert is to do is read from the plan (windows, burn rates, `for`, floor), whose figures
tests of their own hold; when it does is decided by `tests.slo.truth`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.slo.truth import all_of, any_of, held, read

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from compiler.lower.slo.burn import Branch
    from compiler.lower.slo.plan import SloAlert, SloPlan
    from tests.slo.truth import Reading, Stream


def verdicts(
    plan: SloPlan,
    alert: SloAlert,
    streams: Sequence[Stream],
    moments: Sequence[float],
    budget: Decimal | None = None,
) -> list[bool | None]:
    """Given an alert and what was seen of events, return at which moments it fires.

    None where that cannot be told. `budget` is the SLO's own where none is given.
    """
    share = plan.strata[-1].budget if budget is None else budget
    conditions = [
        any_of(_burns(plan, branch, streams, now, share) for branch in alert.branches)
        if alert.kind in ("page", "ticket")
        else _is_spent(plan, alert, streams, now, share)
        for now in moments
    ]
    return held(conditions, round(alert.for_seconds / plan.interval_seconds))


def reading(plan: SloPlan, streams: Sequence[Stream], now: float, window_seconds: float) -> Reading:
    """Return what can be read of a window that ends now, as the plan has it read."""
    start = now - window_seconds
    if plan.is_counted(window_seconds):
        return read(streams, start, now)
    smear = 0.0 if plan.sli.is_sampled else plan.base_seconds
    if window_seconds == plan.window_seconds:
        # Its group is evaluated before or after that of the records: those may be one older.
        smear += plan.interval_seconds
    return read(streams, start, now, smear)


def _burns(
    plan: SloPlan, branch: Branch, streams: Sequence[Stream], now: float, budget: Decimal
) -> bool | None:
    limit = float(branch.threshold(budget))
    short = reading(plan, streams, now, branch.short_seconds).exceeds(limit)
    if short is False:
        return False
    long = reading(plan, streams, now, branch.long_seconds)
    floor = plan.entry.alerts.floor
    enough = True if floor is None else long.has(floor.events or 0, floor.errors or 0)
    return all_of(short, long.exceeds(limit), enough)


def _is_spent(
    plan: SloPlan, alert: SloAlert, streams: Sequence[Stream], now: float, budget: Decimal
) -> bool | None:
    """Whether less of the budget is left than the step says."""
    left = float(alert.remaining or 0)
    return reading(plan, streams, now, plan.window_seconds).exceeds((1 - left) * float(budget))
