"""The rules of an SLO: what is recorded, and when its alerts fire, in PromQL.

Every expression is written so that it never is NaN, and survives that a label of the spec changes:

- what is bad is counted as zero while its series are not there (``or total * 0``), joined on the
  labels of `by` alone, since the recorded total has more labels than what is counted;
- a share is taken of a total above zero, so that it is not there while nothing happens;
- long windows are sums of the recorded shortest window, summed by the labels of `by` again, so that
  records from before and after a change of labels are added up.
"""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Final

from compiler.lower.alerts import number as number_of
from compiler.lower.slo.alerts import percentage
from compiler.lower.slo.moments import during
from compiler.lower.slo.names import SLOTH
from compiler.lower.slo.series import window_name
from compiler.lower.slo.sli import grouped
from compiler.promql.selector import quoted
from compiler.promql.window import WINDOW
from runtime.contract.frozen import Frozen, frozen
from runtime.contract.units import format_duration

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from compiler.lower.slo.burn import Branch
    from compiler.lower.slo.plan import SloAlert, SloPlan, Stratum

DAY_SECONDS: Final = 86_400
SETTLED_SECONDS: Final = 1800
"""Window in which what is scraped at different times does not count as more than there is."""
LOST_WINDOW: Final = "6h"
"""How long the absence of one value of a label counts as missing data."""


@frozen(kw_only=False)
class Calendar(Frozen):
    """A calendar period: its greatest length, the sums it is made of, and its number.

    The number is another one in each period; it is that of a moment just past, so that what ended
    with a period belongs to it.
    """

    length: str
    step: str
    number: str


_YEAR, _MONTH = "year(vector(time() - 1))", "month(vector(time() - 1))"
CALENDARS: Final[Mapping[str, Calendar]] = {
    "month": Calendar("31d", "1h", f"{_YEAR} * 12 + {_MONTH}"),
    "quarter": Calendar("92d", "6h", f"{_YEAR} * 4 + floor(({_MONTH} - 1) / 3)"),
}

TOTAL: Final = "total"
BAD: Final = "bad"

SLOTH_INFO: Final[Mapping[str, str]] = {
    "sloth_mode": "opsc",
    "sloth_spec": "opsc/1",
    "sloth_version": "opsc",
}
"""What Sloth says of itself; no version, since each new one would begin another series."""


@frozen(kw_only=False)
class Record(Frozen):
    """A recording rule: its series, its expression, its labels besides those of the SLO."""

    name: str
    expression: str
    labels: Mapping[str, str]


class RulesOf:
    """Spells out the rules of one SLO."""

    def __init__(self, slo: SloPlan) -> None:
        self.slo = slo
        self.names = slo.names
        self.joined = f"on ({', '.join(slo.by)})"
        self.own = f"{{{self.names.id}={quoted(slo.id)}}}"
        base = window_name(self.names, slo.base_seconds)
        self.base = base
        self.total = f"slo:sli_total:rate{base}"
        self.bad = f"slo:sli_bad:rate{base}"

    def counts(self) -> Iterator[Record]:
        """Yield what is recorded at every evaluation: totals, bad events, shares of windows."""
        slo = self.slo
        if slo.excluded:
            yield Record("slo:excluded:bool", during(slo.excluded, slo.base_seconds), {})
        yield Record(self.total, self._total(slo.base_seconds), {})
        yield Record(self.bad, self._bad(), {})
        for seconds in slo.windows:
            if slo.is_counted(seconds) and seconds != slo.base_seconds:
                yield Record(self._total_name(seconds), self._total(seconds), {})
            yield self._share(seconds)
        yield from self._floors()

    def budget(self) -> Iterator[Record]:
        """Yield what is recorded more seldom: the whole window, the budget, what is known of it."""
        slo, names = self.slo, self.names
        whole = slo.window_seconds
        if slo.is_counted(whole) and whole not in slo.windows:
            yield Record(self._total_name(whole), self._counted(whole), {})
        yield self._share(whole)
        for stratum in slo.strata:
            labels = self._labels_of(stratum)
            yield Record("slo:objective:ratio", f"vector({number_of(stratum.objective)})", labels)
            yield Record("slo:error_budget:ratio", f"vector({number_of(stratum.budget)})", labels)
        days = f"vector({slo.window_seconds / DAY_SECONDS:.15g})"
        yield Record("slo:time_period:days", days, {})
        current, spent = (
            partial(self._burned, self._share_name(seconds))
            for seconds in (slo.base_seconds, whole)
        )
        yield Record("slo:current_burn_rate:ratio", self._each(current), {})
        yield Record("slo:period_burn_rate:ratio", self._each(spent), {})
        left = self._each(lambda stratum: f"1 - {spent(stratum)}")
        yield Record("slo:period_error_budget_remaining:ratio", left, {})
        for period in slo.entry.calendar:
            yield from self._calendar(period)
        objective = {f"{names.id[:-3]}_objective": percentage(slo.objective)}
        yield Record(
            names.info, "vector(1)", {**SLOTH_INFO, **objective} if names is SLOTH else objective
        )

    def expression(self, alert: SloAlert) -> str:
        """Given an alert of the SLO, return when it fires."""
        if alert.kind in ("page", "ticket"):
            burning = " or\n  ".join(
                self._burning(branch, stratum)
                for stratum in self.slo.strata
                for branch in alert.branches
            )
            return f"max without ({self.names.window}) (\n  {burning}\n)"
        if alert.kind == "no_data":
            return self._missing()
        if alert.kind == "guard":
            windows = self.slo.windows
            seconds = next((each for each in windows if each >= SETTLED_SECONDS), windows[-1])
            share = f"{self._share_name(seconds)}{self.own}"
            return f"max without ({self.names.window}) ({share} > 1 or {share} < 0)"
        remaining = f"slo:period_error_budget_remaining:ratio{self.own}"
        return f"{remaining} < {number_of(alert.remaining or Decimal(0))}"

    def _total(self, seconds: float) -> str:
        slo = self.slo
        if slo.total_of is not None:
            # Another SLO of the service has counted it a moment ago, in the same group.
            other = f"{self.names.id}={quoted(f'{slo.service}-{slo.total_of}')}"
            return f"sum{grouped(slo.by)} ({self._total_name(seconds)}{{{other}}})"
        return self._counted(seconds)

    def _counted(self, seconds: float) -> str:
        return self._counting(self._ranged(self.slo.sli.total, seconds))

    def _bad(self) -> str:
        part, total = self._part(self.slo.base_seconds), f"{self.total}{self.own}"
        if self.slo.sli.bad is not None:
            return f"{part} or {self.joined} {total} * 0"
        return f"{total} - {self.joined} ({part} or {self.joined} {total} * 0)"

    def _part(self, seconds: float) -> str:
        """Return the bad or the good events of a window."""
        sli = self.slo.sli
        return self._counting(self._ranged(sli.bad or sli.good or "", seconds))

    def _ranged(self, expression: str, seconds: float) -> str:
        return expression.replace(WINDOW, format_duration(seconds))

    def _counting(self, expression: str) -> str:
        """Return an expression without the moments at which events do not count."""
        if not self.slo.excluded:
            return expression
        return f"({expression}) unless on () slo:excluded:bool{self.own}"

    def _share(self, seconds: float) -> Record:
        slo = self.slo
        if seconds == slo.base_seconds and not slo.sli.is_sampled:
            expression = f"{self.bad}{self.own} / ({self.total}{self.own} > 0)"
        elif slo.is_counted(seconds):
            expression = self._counted_share(seconds)
        else:
            bad, total = self._sum(self.bad, seconds), self._sum(self.total, seconds)
            expression = f"{bad} / ({total} > 0)"
        window = window_name(self.names, seconds)
        return Record(self._share_name(seconds), expression, {self.names.window: window})

    def _counted_share(self, seconds: float) -> str:
        total, part = f"{self._total_name(seconds)}{self.own}", self._part(seconds)
        share = f"({part} or {self.joined} {total} * 0) / {self.joined} ({total} > 0)"
        return share if self.slo.sli.bad is not None else f"1 - {share}"

    def _sum(self, series: str, seconds: float) -> str:
        length = format_duration(seconds)
        return f"sum{grouped(self.slo.by)} (sum_over_time({series}{self.own}[{length}]))"

    def _burning(self, branch: Branch, stratum: Stratum) -> str:
        limit = number_of(branch.threshold(stratum.budget))
        short, long = (
            f"{self._share_name(seconds)}{self._of(stratum)} > {limit}"
            for seconds in (branch.short_seconds, branch.long_seconds)
        )
        both = f"{short} and ignoring ({self.names.window}) {long}"
        return f"({both}{self._floor(branch.long_seconds)})"

    def _floor(self, seconds: float) -> str:
        """Return the condition that enough has happened in the long window."""
        floor = self.slo.entry.alerts.floor
        limits = () if floor is None else ((TOTAL, floor.events), (BAD, floor.errors))
        # Rates are extrapolated to the ends of their range: half an event is left to that.
        return "".join(
            f" and {self.joined} {self._count_name(kind, seconds)}{self.own} > {least - 1}.5"
            for kind, least in limits
            if least is not None
        )

    def _floors(self) -> Iterator[Record]:
        """Yield how many events there were in the windows for which a floor is asked."""
        floor = self.slo.entry.alerts.floor
        if floor is None:
            return
        branches = [branch for alert in self.slo.alerts for branch in alert.branches]
        for seconds in sorted({branch.long_seconds for branch in branches}):
            labels = {self.names.window: window_name(self.names, seconds)}
            events = self._events(seconds)
            if floor.events is not None:
                yield Record(self._count_name(TOTAL, seconds), events, labels)
            if floor.errors is not None:
                share = f"sum{grouped(self.slo.by)} ({self._share_name(seconds)}{self.own})"
                bad = f"{share} * {self.joined} {events}"
                yield Record(self._count_name(BAD, seconds), bad, labels)

    def _events(self, seconds: float) -> str:
        """Return how many events there were in a window."""
        slo, is_rate = self.slo, self.slo.sli.is_rate
        if slo.is_counted(seconds):
            total = f"sum{grouped(slo.by)} ({self._total_name(seconds)}{self.own})"
            scale = seconds if is_rate else 1
        else:
            total = self._sum(self.total, seconds)
            scale = slo.interval_seconds / (1 if is_rate else slo.base_seconds)
        return f"{total} * {scale:.15g}"

    def _missing(self) -> str:
        presence = self.slo.sli.presence
        if presence is not None:
            return self._expected(f"absent({self._ranged(presence, self.slo.base_seconds)})")
        gone = self._expected(f"absent({self.total}{self.own})")
        if not self.slo.by:
            return gone
        before = f"present_over_time({self.total}{self.own}[{LOST_WINDOW}])"
        here = f"{self.total}{self.own}"
        lost = f"max{grouped(self.slo.by)} ({before}) unless {self.joined} {here}"
        return f"{self._expected(lost)} or on () {gone}"

    def _expected(self, expression: str) -> str:
        """Return a condition without the moments at which events do not count."""
        if not self.slo.excluded:
            return expression
        return f"({expression} unless on () slo:excluded:bool{self.own})"

    def _calendar(self, period: str) -> Iterator[Record]:
        """Yield the budget of a calendar period: sums of hours that lie in the one of today."""
        calendar = CALENDARS[period]
        labels = {self.names.window: period}
        chosen = f'{self.own[:-1]}, {self.names.window}="{period}"}}'
        yield Record("slo:calendar_period:number", calendar.number, labels)
        number = f"slo:calendar_period:number{chosen}"
        for kind, series in (("bad", self.bad), ("total", self.total)):
            each = f"slo:calendar_{kind}:sum{calendar.step}"
            summed = f"sum_over_time({series}{self.own}[{calendar.step}])"
            yield Record(each, f"sum{grouped(self.slo.by)} ({summed})", labels)
            # `@ end()` is the time of the evaluation, also where an earlier moment is looked at.
            within = f"{each}{chosen} and on () ({number} == on () {number} @ end())"
            whole = f"sum_over_time(({within})[{calendar.length}:{calendar.step}])"
            yield Record(f"slo:calendar_{kind}:sum", f"sum{grouped(self.slo.by)} ({whole})", labels)

        def left(stratum: Stratum) -> str:
            of = f'{self._of(stratum)[:-1]}, {self.names.window}="{period}"}}'
            share = f"slo:calendar_bad:sum{of} / (slo:calendar_total:sum{of} > 0)"
            return f"1 - {share} / {number_of(stratum.budget)}"

        yield Record("slo:calendar_error_budget_remaining:ratio", self._each(left), labels)

    def _each(self, expression: Callable[[Stratum], str]) -> str:
        """Return what an expression is for every stratum."""
        return " or ".join(expression(stratum) for stratum in self.slo.strata)

    def _burned(self, series: str, stratum: Stratum) -> str:
        """Return the burn rate of a stratum, from the series of its share of bad events."""
        return f"{self._plain(series, stratum)} / {number_of(stratum.budget)}"

    def _plain(self, series: str, stratum: Stratum) -> str:
        """Return a share of one stratum without the label of its window."""
        return f"max without ({self.names.window}) ({series}{self._of(stratum)})"

    def _of(self, stratum: Stratum) -> str:
        """Return the matchers, in braces, of the SLO's series that share an objective."""
        if len(self.slo.strata) == 1:
            return self.own
        label = self.slo.by[0]
        if stratum.value is not None:
            return f"{self.own[:-1]}, {label}={quoted(stratum.value)}}}"
        values = (each.value for each in self.slo.strata if each.value is not None)
        others = "".join(f", {label}!={quoted(value)}" for value in values)
        return f"{self.own[:-1]}{others}}}"

    def _labels_of(self, stratum: Stratum) -> Mapping[str, str]:
        return {} if stratum.value is None else {self.slo.by[0]: stratum.value}

    def _total_name(self, seconds: float) -> str:
        return f"slo:sli_total:rate{window_name(self.names, seconds)}"

    def _count_name(self, kind: str, seconds: float) -> str:
        return f"slo:sli_{kind}:count{window_name(self.names, seconds)}"

    def _share_name(self, seconds: float) -> str:
        return f"slo:sli_error:ratio_rate{window_name(self.names, seconds)}"
