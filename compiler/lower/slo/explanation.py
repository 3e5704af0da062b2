"""What an SLO means in numbers: its plan enters, tables of detection and its cost leave."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from compiler.lower.slo.detection import exact, least_traffic, policies_of, rows
from compiler.lower.slo.rules import RulesOf
from compiler.model.scrape import OWN
from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from decimal import Decimal
    from fractions import Fraction

    from compiler.lower.plan import Plan
    from compiler.lower.slo.detection import Policy, Row
    from compiler.lower.slo.plan import SloPlan, Stratum

_WORD: Final = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")


@frozen
class Promise(Frozen):
    """One objective: when alerts about it fire, and with how little traffic one bad event does.

    `value` is that of the label of `by`, None where the objective holds for all others.
    `least_traffic` are events a second by the alert, empty where events are moments.
    """

    value: str | None
    objective: Decimal
    rows: tuple[Row, ...]
    least_traffic: Mapping[str, Fraction]


@frozen
class Cost(Frozen):
    """What an SLO costs the server, for each value of the labels of `by`.

    `recorded` are series, `alerts` alert rules. `own_samples` are read of what is recorded, and
    `raw_samples` of each series that is measured, at each evaluation; `budget_samples` are read of
    what is recorded each time the budget is computed.
    """

    recorded: int
    alerts: int
    own_samples: int
    raw_samples: int
    budget_samples: int
    total_of: str | None


@frozen
class Explanation(Frozen):
    """All that is worked out of an SLO; `lag_seconds` is the most by which rules see it later."""

    slo: SloPlan
    policies: tuple[Policy, ...]
    promises: tuple[Promise, ...]
    cost: Cost
    lag_seconds: float

    @property
    def usual_traffic(self) -> Fraction | None:
        """Events a second that are usual, where the spec says so."""
        said = self.slo.entry.traffic
        return None if said is None else exact(said.events) / said.seconds


def explain(plan: Plan, slo: SloPlan) -> Explanation:
    """Given a plan and one of its SLOs whose objectives leave a budget, explain it."""
    policies = policies_of(slo.entry)
    scraped = _scrape_interval(plan, slo)
    return Explanation(
        slo=slo,
        policies=policies,
        promises=tuple(_promise(slo, policies, stratum) for stratum in slo.strata),
        cost=cost_of(slo, scraped),
        lag_seconds=scraped + slo.interval_seconds,
    )


def cost_of(slo: SloPlan, scrape_interval_seconds: float) -> Cost:
    """Given an SLO and how often its series are scraped, return what it costs."""
    rules = RulesOf(slo)
    counts, budget = tuple(rules.counts()), tuple(rules.budget())
    expressions = [record.expression for record in counts]
    expressions += [rules.expression(alert) for alert in slo.alerts if alert.kind != "budget"]
    own, raw = _samples(expressions, slo.interval_seconds, scrape_interval_seconds)
    seldom, _raw = _samples(
        (record.expression for record in budget), slo.interval_seconds, scrape_interval_seconds
    )
    return Cost(
        recorded=len(counts) + len(budget),
        alerts=len(slo.alerts),
        own_samples=own,
        raw_samples=raw,
        budget_samples=seldom,
        total_of=slo.total_of,
    )


def _promise(slo: SloPlan, policies: tuple[Policy, ...], stratum: Stratum) -> Promise:
    budget = stratum.budget
    has_events = not slo.sli.is_sampled and slo.sli.is_rate and slo.entry.ratio is None
    return Promise(
        value=stratum.value,
        objective=stratum.objective,
        rows=rows(policies, budget, slo.window_seconds),
        least_traffic={each.name: least_traffic(each, budget) for each in policies}
        if has_events
        else {},
    )


def _scrape_interval(plan: Plan, slo: SloPlan) -> float:
    """Return the longest interval at which what an SLO measures is scraped, as far as is known."""
    document = slo.origin.document
    jobs = [
        scrape
        for scrape in plan.scrapes
        if scrape.origin.document == document and scrape.entry.exposes == OWN
    ]
    metrics = plan.services[slo.service].metrics
    measured = f"{slo.sli.total} {slo.sli.bad} {slo.sli.good}"
    words = {word for word in _WORD.findall(measured) if word in metrics or _stem(word) in metrics}
    categories = {(metrics.get(word) or metrics[_stem(word)]).category for word in words}
    fitting = [job for job in jobs if job.entry.category in categories] or (jobs if words else [])
    default = plan.stack.prometheus.scrape_interval_seconds
    return max((job.interval_seconds for job in fitting), default=default)


def _stem(word: str) -> str:
    """Return the name of the histogram whose part a series may be."""
    return word.removesuffix("_bucket").removesuffix("_count").removesuffix("_sum")


def _samples(
    expressions: Iterable[str], interval_seconds: float, scrape_interval_seconds: float
) -> tuple[int, int]:
    """Return how many samples expressions read: of recorded series, and of each measured one."""
    from compiler.promql.parse import parse
    from compiler.promql.tree import Query, selections

    own = raw = 0
    for expression in expressions:
        query = parse(expression)
        if not isinstance(query, Query):
            continue
        for name, range_seconds in selections(query.tree):
            if name.startswith("slo:"):
                own += _held(range_seconds, interval_seconds)
            else:
                raw += _held(range_seconds, scrape_interval_seconds)
    return own, raw


def _held(range_seconds: float, step_seconds: float) -> int:
    """Return how many samples a range holds; an instant is one."""
    return max(1, round(range_seconds / step_seconds))
