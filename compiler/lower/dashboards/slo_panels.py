"""What is shown of SLOs, from the series that their rules record: plans enter, subjects leave."""

from __future__ import annotations

from dataclasses import field
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from compiler.lower.alerts import number
from compiler.lower.dashboards.plan import Asked, Step
from compiler.lower.dashboards.shown import Shown
from compiler.lower.dashboards.thresholds import COLOURS, GRAVITY
from compiler.lower.slo.series import window_name
from compiler.promql.selector import quoted
from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from compiler.lower.dashboards.plan import Colour
    from compiler.lower.slo.plan import SloPlan, Stratum

LEFT: Final = "slo:period_error_budget_remaining:ratio"
CALENDAR_LEFT: Final = "slo:calendar_error_budget_remaining:ratio"
BURN: Final = "slo:current_burn_rate:ratio"

SPENT: Final = (Step(None, "red"), Step(Decimal(0), "green"))
"""Steps of a budget that has no policy."""


@frozen(kw_only=False)
class SloView(Frozen):
    """What is shown of one SLO; `chosen` holds variables by the labels of `by` that they narrow."""

    slo: SloPlan
    chosen: Mapping[str, str] = field(default_factory=dict)

    def left(self) -> Shown:
        """Return what is left of the budget just now."""
        return Shown(
            title="Budget left",
            description=f"Of the budget of {self._window(self.slo.window_seconds)}",
            kind="stat",
            asked=(Asked(f"{LEFT}{self._own()}", self._legend()),),
            unit="ratio",
            steps=_budget_steps(self.slo),
        )

    def burning(self) -> Shown:
        """Return how fast the budget is spent just now."""
        return Shown(
            title="Burn rate",
            description="1 spends the budget just in its window",
            kind="stat",
            asked=(Asked(f"{BURN}{self._own()}", self._legend()),),
            unit="score",
            steps=self._lines(lambda factor: factor),
        )

    def shares(self) -> Shown:
        """Return the share of bad events in each window, with the alerts' thresholds."""
        is_one = len(self.slo.strata) == 1
        budget = self.slo.strata[-1].budget
        return Shown(
            title="Share of bad events",
            description="In each window; the lines are thresholds of page and ticket",
            asked=tuple(
                Asked(f"{self._share(seconds)}{self._own()}", self._legend(self._window(seconds)))
                for seconds in (*self.slo.windows, self.slo.window_seconds)
            ),
            unit="ratio",
            steps=self._lines(lambda factor: factor * budget) if is_one else (),
        )

    def burns(self) -> Shown:
        """Return how fast the budget is spent in each window, with the alerts' thresholds."""
        return Shown(
            title="Burn rate by window",
            description="1 spends the budget just in its window; the lines are the alerts'",
            asked=tuple(
                Asked(self._burned(seconds), self._legend(self._window(seconds)))
                for seconds in self.slo.windows
            ),
            unit="score",
            steps=self._lines(lambda factor: factor),
        )

    def course(self) -> Shown:
        """Return what was left of the budget over time, also that of calendar periods."""
        names = self.slo.names
        rolling = Asked(f"{LEFT}{self._own()}", self._legend(self._window(self.slo.window_seconds)))
        periods = (
            Asked(
                f"{CALENDAR_LEFT}{self._own(f'{names.window}={quoted(period)}')}",
                self._legend(period),
            )
            for period in self.slo.entry.calendar
        )
        return Shown(
            title="Budget left over time",
            asked=(rolling, *periods),
            unit="ratio",
            steps=_budget_steps(self.slo),
        )

    def events(self) -> Shown:
        """Return how much is counted, and how much of it is bad."""
        base = self._window(self.slo.base_seconds)
        sli = self.slo.sli
        is_rate = sli.is_rate and not sli.is_sampled
        return Shown(
            title="Moments" if sli.is_sampled else "Events",
            description=None if is_rate else f"In {base}",
            asked=tuple(
                Asked(f"slo:sli_{kind}:rate{base}{self._own()}", self._legend(legend))
                for kind, legend in (("total", "all"), ("bad", "bad"))
            ),
            unit="per_second" if is_rate else "count",
        )

    def _own(self, *more: str) -> str:
        narrowing = (f'{label}=~"${variable}"' for label, variable in self.chosen.items())
        return f"{{{', '.join((f'{self.slo.names.id}={quoted(self.slo.id)}', *narrowing, *more))}}}"

    def _legend(self, said: str = "") -> str:
        return " ".join([*([said] if said else []), *(f"{{{{{label}}}}}" for label in self.slo.by)])

    def _window(self, seconds: float) -> str:
        return window_name(self.slo.names, seconds)

    def _share(self, seconds: float) -> str:
        return f"slo:sli_error:ratio_rate{self._window(seconds)}"

    def _burned(self, seconds: float) -> str:
        return " or ".join(
            f"{self._share(seconds)}{self._own(*self._within(stratum))} / {number(stratum.budget)}"
            for stratum in self.slo.strata
        )

    def _within(self, stratum: Stratum) -> Iterator[str]:
        """Yield the matchers of the series that share an objective."""
        if len(self.slo.strata) == 1:
            return
        label = self.slo.by[0]
        if stratum.value is not None:
            yield f"{label}={quoted(stratum.value)}"
            return
        values = (each.value for each in self.slo.strata if each.value is not None)
        yield from (f"{label}!={quoted(value)}" for value in values)

    def _lines(self, threshold: Callable[[Decimal], Decimal]) -> tuple[Step, ...]:
        """Return a step for each burn rate that is an alert's, at the threshold made of it."""
        colours: dict[Decimal, Colour] = {}
        for alert in self.slo.alerts:
            for branch in alert.branches:
                known = colours.get(branch.factor, "green")
                mine = COLOURS[alert.severity]
                colours[branch.factor] = max(known, mine, key=GRAVITY.index)
        lines = (Step(threshold(factor), colour) for factor, colour in sorted(colours.items()))
        return (Step(None, "green"), *lines)


def _budget_steps(slo: SloPlan) -> tuple[Step, ...]:
    """Return what the error-budget policy makes of what is left."""
    limits = sorted(
        (alert.remaining, COLOURS[alert.severity])
        for alert in slo.alerts
        if alert.remaining is not None
    )
    if not limits:
        return SPENT
    colours = [
        max((colour for _limit, colour in limits[index:]), key=GRAVITY.index)
        for index in range(len(limits))
    ]
    starts = [None, *(limit for limit, _colour in limits)]
    return tuple(map(Step, starts, (*colours, "green")))
