"""How soon an SLO's alerts fire, and what is spent by then: policies enter, exact numbers leave.

The setting: a service without errors and with even traffic, on which at one moment a constant
share of bad events `e` begins. `t` seconds later, the share of bad events in a window of `w`
seconds is ``e * min(t, w) / w``. A branch of burn rate `f` fires above ``T = f * (1 - objective)``.
Rules see that at their next evaluation, and samples at their next scrape: both come on top.

Source: the chapter "Alerting on SLOs" of The Site Reliability Workbook (Google, 2018).
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final, Literal

from compiler.lower.slo.burn import branches_of
from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from compiler.lower.slo.burn import Branch
    from compiler.model.slos import BurnAlert, Slo

ERROR_RATIOS: Final = tuple(
    map(Decimal, ("0.001", "0.002", "0.005", "0.01", "0.02", "0.05", "0.1", "0.2", "0.5", "1"))
)
"""Shares of bad events that are explained."""


@frozen
class Policy(Frozen):
    """What decides of an alert when it fires: any one of its branches, for a time.

    `least_events` and `least_errors` are the floor, within a branch's long window.
    """

    name: str
    branches: Sequence[Branch]
    for_seconds: float = 0
    keep_firing_for_seconds: float = 0
    least_events: float = 0
    least_errors: float = 0


@frozen
class Detection(Frozen):
    """An alert that fires: by which branch, how long after the errors began, what is spent then.

    `spent` is a share of the whole budget. `resets_seconds` is how long after their end the alert
    is over, when they end as it fires.
    """

    policy: str
    branch: str
    after_seconds: Fraction
    spent: Fraction
    resets_seconds: Fraction


@frozen
class Row(Frozen):
    """What one share of bad events leads to; `first` is the first of `detections`, if any.

    `exhausted_seconds` is None where the budget outlasts its window.
    """

    error_ratio: Decimal
    detections: tuple[Detection, ...]
    exhausted_seconds: Fraction | None

    @property
    def first(self) -> Detection | None:
        """The alert that fires first; of two at once the one that is named first."""
        return min(self.detections, key=lambda each: each.after_seconds, default=None)

    def of(self, policy: str) -> Detection | None:
        """Given the name of an alert, return when it fires, if it does."""
        return next((each for each in self.detections if each.policy == policy), None)


def policies_of(slo: Slo) -> tuple[Policy, ...]:
    """Given what a spec says of an SLO, return its page and its ticket, where they are."""
    floor = slo.alerts.floor
    said: tuple[tuple[Literal["page", "ticket"], BurnAlert], ...] = (
        ("page", slo.alerts.page),
        ("ticket", slo.alerts.ticket),
    )
    return tuple(
        Policy(
            name=kind,
            branches=branches_of(kind, alert, slo.window_seconds),
            for_seconds=alert.for_seconds,
            keep_firing_for_seconds=alert.keep_firing_for_seconds or 0,
            least_events=(floor and floor.events) or 0,
            least_errors=(floor and floor.errors) or 0,
        )
        for kind, alert in said
        if not alert.disabled
    )


def rows(
    policies: Sequence[Policy],
    budget: Decimal,
    window_seconds: float,
    error_ratios: Sequence[Decimal] = ERROR_RATIOS,
) -> tuple[Row, ...]:
    """Given an SLO's alerts, return a row for each share of bad events and for the budget itself.

    Rows ascend by the share.
    """
    shares = sorted({*error_ratios, budget})
    return tuple(
        Row(
            error_ratio=share,
            detections=tuple(_detections(policies, budget, window_seconds, share)),
            exhausted_seconds=exhausted_seconds(budget, window_seconds, share),
        )
        for share in shares
    )


def fires_seconds(branch: Branch, budget: Decimal, error_ratio: Decimal) -> Fraction | None:
    """Return after how many seconds both windows of a branch exceed it, or None when never.

    ``T * long / e`` where ``e > T``: the long window is the slower one to fill.
    """
    threshold, share = exact(branch.threshold(budget)), exact(error_ratio)
    if share <= threshold:
        return None
    return threshold * exact(max(branch.short_seconds, branch.long_seconds)) / share


def resets_seconds(branch: Branch, budget: Decimal, error_ratio: Decimal) -> Fraction | None:
    """Return after how many seconds without errors a branch that fires is over.

    ``short * (1 - T / e)``: the short window is the faster one to drain, however long they lasted.
    """
    threshold, share = exact(branch.threshold(budget)), exact(error_ratio)
    if share <= threshold:
        return None
    return exact(min(branch.short_seconds, branch.long_seconds)) * (1 - threshold / share)


def exhausted_seconds(
    budget: Decimal, window_seconds: float, error_ratio: Decimal
) -> Fraction | None:
    """Return after how many seconds nothing of the budget is left, or None when it never is.

    ``(1 - objective) * window / e`` where that is no longer than the window.
    """
    if error_ratio < budget or not error_ratio:
        return None
    return exact(budget) * exact(window_seconds) / exact(error_ratio)


def spent(
    budget: Decimal, window_seconds: float, error_ratio: Decimal, after: Fraction
) -> Fraction:
    """Return the share of the budget that is spent some seconds on, ``e * t / budget / window``.

    What is spent in a window is all that has been bad in it: errors older than that are forgotten.
    """
    counted = min(after, exact(window_seconds))
    return exact(error_ratio) * counted / (exact(budget) * exact(window_seconds))


def least_traffic(policy: Policy, budget: Decimal) -> Fraction:
    """Return the least events a second from which on one bad event alone does not fire an alert.

    One of ``r * long`` events is above a branch while ``r < 1 / (T * long)``. It stays in the short
    window for ``short`` seconds, so that a `for` of that length is never met, and a floor of two
    bad events, or of ``1 / T`` events, never either. Zero when no traffic is too small.
    """
    needed = [
        1 / (exact(branch.threshold(budget)) * exact(branch.long_seconds))
        for branch in policy.branches
        if _one_error_fires(policy, branch, budget)
    ]
    return max(needed, default=Fraction(0))


def exact(number: Decimal | float) -> Fraction:
    """Given a number as people write it, return it without any rounding: 0.1 is one tenth."""
    return Fraction(str(number))


def _one_error_fires(policy: Policy, branch: Branch, budget: Decimal) -> bool:
    """Whether there is traffic at which one bad event fires a branch for long enough."""
    threshold = exact(branch.threshold(budget))
    return (
        threshold < 1
        and branch.short_seconds > policy.for_seconds
        and policy.least_errors <= 1
        and exact(policy.least_events) * threshold < 1
    )


def _detections(
    policies: Sequence[Policy], budget: Decimal, window_seconds: float, error_ratio: Decimal
) -> Iterator[Detection]:
    for policy in policies:
        found = [
            (after, branch)
            for branch in policy.branches
            if (after := fires_seconds(branch, budget, error_ratio)) is not None
        ]
        if not found:
            continue
        begins, branch = min(found, key=lambda each: each[0])
        after = begins + exact(policy.for_seconds)
        yield Detection(
            policy=policy.name,
            branch=branch.name,
            after_seconds=after,
            spent=spent(budget, window_seconds, error_ratio, after),
            resets_seconds=_resets(policy, budget, error_ratio, after),
        )


def _resets(policy: Policy, budget: Decimal, error_ratio: Decimal, after: Fraction) -> Fraction:
    """Return how long an alert goes on when the errors end as it fires: its slowest branch."""
    ends = [
        over
        for branch in policy.branches
        if (began := fires_seconds(branch, budget, error_ratio)) is not None
        and began <= after
        and (over := resets_seconds(branch, budget, error_ratio)) is not None
    ]
    return max(ends, default=Fraction(0)) + exact(policy.keep_firing_for_seconds)
