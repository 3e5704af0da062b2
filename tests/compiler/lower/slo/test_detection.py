from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from itertools import count
from typing import TYPE_CHECKING

from hypothesis import assume, given
from hypothesis import strategies as st

from compiler.lower.slo.burn import DAY, Branch, default_branches
from compiler.lower.slo.detection import Policy, exhausted_seconds, least_traffic, rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MONTH = 30 * DAY
BUDGET = Decimal("0.001")


def branch(short: int, long: int, factor: str, name: str = "quick") -> Branch:
    """Return a branch."""
    return Branch(name=name, short_seconds=short, long_seconds=long, factor=Decimal(factor))


def default(kind: str) -> Policy:
    """Return the policy of a page or a ticket of 30 days."""
    return Policy(
        name=kind,
        branches=default_branches("page" if kind == "page" else "ticket", MONTH),
    )


@st.composite
def branches(draw: st.DrawFn) -> Branch:
    """Draw a branch with windows of some seconds, so that each second can be looked at."""
    short = draw(st.integers(1, 12))
    long = draw(st.integers(short + 1, 48))
    return branch(short, long, str(draw(st.integers(1, 40)) / 4), f"b{draw(st.integers(0, 9**9))}")


BUDGETS = st.sampled_from([Decimal(text) for text in ("0.2", "0.1", "0.05", "0.01", "0.003")])
SHARES = st.integers(1, 1000).map(lambda part: Decimal(part) / 1000)


def is_above(each: Branch, budget: Decimal, bad: Callable[[int], Fraction], now: int) -> bool:
    """Whether both windows of a branch exceed it, event by event: a sum over every second."""
    threshold = Fraction(str(each.factor)) * Fraction(str(budget))
    return all(
        sum((bad(second) for second in range(now - int(width), now)), Fraction(0)) / int(width)
        > threshold
        for width in (each.short_seconds, each.long_seconds)
    )


def firing(
    policy: Policy, budget: Decimal, bad: Callable[[int], Fraction], until: int | None = None
) -> Iterator[tuple[int, bool]]:
    """Yield each second, and whether the alert fires in it."""
    since: int | None = None
    for now in count() if until is None else range(until):
        if any(is_above(each, budget, bad, now) for each in policy.branches):
            since = now if since is None else since
        else:
            since = None
        yield now, since is not None and now - since >= policy.for_seconds


@given(
    policy=st.lists(branches(), min_size=1, max_size=3),
    budget=BUDGETS,
    share=SHARES,
    wait=st.integers(0, 9),
)
def test_detection_is_what_a_simulation_sees(
    policy: list[Branch], budget: Decimal, share: Decimal, wait: int
) -> None:
    """An alert fires in the first second after the time that is worked out, or never."""
    said = Policy(name="page", branches=policy, for_seconds=wait)
    (found,) = [row for row in rows([said], budget, 1000, [share]) if row.error_ratio == share]
    end = 48 + wait + 2
    seen = next(
        (
            now
            for now, fires in firing(
                said,
                budget,
                lambda second: Fraction(str(share)) if second >= 0 else Fraction(0),
                end,
            )
            if fires
        ),
        None,
    )
    expected = None if found.first is None else math.floor(found.first.after_seconds) + 1

    assert expected == seen


@given(each=branches(), budget=BUDGETS, share=SHARES)
def test_reset_is_what_a_simulation_sees(each: Branch, budget: Decimal, share: Decimal) -> None:
    """When the errors end as the alert fires, it ends in the second that is worked out."""
    said = Policy(name="page", branches=[each])
    (found,) = [row for row in rows([said], budget, 1000, [share]) if row.error_ratio == share]
    if found.first is None:
        return
    ended = math.floor(found.first.after_seconds) + 1
    seen = next(
        now - ended
        for now, fires in firing(
            said,
            budget,
            lambda second: Fraction(str(share)) if 0 <= second < ended else Fraction(0),
        )
        if now >= ended and not fires
    )

    assert math.ceil(found.first.resets_seconds) == seen


@given(
    policy=st.lists(branches(), min_size=1, max_size=2),
    budget=BUDGETS,
    wait=st.integers(0, 9),
    events=st.integers(1, 200),
    floor=st.integers(0, 30),
)
def test_least_traffic_is_what_a_simulation_sees(
    policy: list[Branch], budget: Decimal, wait: int, events: int, floor: int
) -> None:
    """One bad event fires the alert below that traffic, unless a floor or `for` keeps it."""
    # A branch that cannot fire says nothing of traffic.
    assume(all(each.threshold(budget) < 1 for each in policy))
    said = Policy(name="page", branches=policy, for_seconds=wait, least_events=floor)
    rate = Fraction(events, 20)
    met = [each for each in policy if rate * int(each.long_seconds) >= floor]
    simulated = Policy(name="page", branches=met, for_seconds=wait)
    fires = any(
        fires
        for _now, fires in firing(
            simulated, budget, lambda second: 1 / rate if second == 0 else Fraction(0), 64
        )
    )
    least = least_traffic(said, budget)

    # Below the least traffic a floor may keep one error from firing, but never above it.
    assert not (fires and rate >= least)
    assert fires or rate >= least or floor > 0


def test_figures_of_the_workbook_are_met() -> None:
    """At 99.9% over 30 days a total outage pages after 52 s, 1% of errors after 3.6 hours."""
    found = {row.error_ratio: row for row in rows([default("page")], BUDGET, MONTH)}
    whole, slow = found[Decimal(1)].first, found[Decimal("0.01")].first

    assert whole is not None
    assert slow is not None
    assert (Fraction("51.84"), Fraction("0.02")) == (whole.after_seconds, whole.spent)
    assert (Fraction(12_960), Fraction("0.05")) == (slow.after_seconds, slow.spent)
    assert Fraction(2592) == found[Decimal(1)].exhausted_seconds


def test_service_that_keeps_its_promise_draws_no_alert() -> None:
    """An error rate that just spends the budget in its window fires nothing."""
    (found,) = [
        row
        for row in rows([default("page"), default("ticket")], BUDGET, MONTH)
        if row.error_ratio == BUDGET
    ]

    assert () == found.detections
    assert Fraction(MONTH) == found.exhausted_seconds


def test_budget_that_outlasts_its_window_is_never_exhausted() -> None:
    """Half the allowed share of errors spends half the budget."""
    assert None is exhausted_seconds(Decimal("0.01"), MONTH, Decimal("0.005"))


def test_first_alert_is_the_quicker_of_page_and_ticket() -> None:
    """A slow burn is a ticket only, a quick one a page before the ticket."""
    found = {
        row.error_ratio: row for row in rows([default("page"), default("ticket")], BUDGET, MONTH)
    }
    slow, quick = found[Decimal("0.002")].first, found[Decimal(1)].first

    assert slow is not None
    assert quick is not None
    assert ("ticket", "slow") == (slow.policy, slow.branch)
    assert ("page", "quick") == (quick.policy, quick.branch)


def test_floor_of_two_errors_lets_one_never_page() -> None:
    """However little happens."""
    floored = Policy(name="page", branches=default("page").branches, least_errors=2)

    assert Fraction(0) == least_traffic(floored, BUDGET)
    assert Fraction(1, 6 * 3600) / Fraction("0.006") < least_traffic(default("page"), BUDGET)
