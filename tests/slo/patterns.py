"""Traffic and errors by chance: a seed becomes SLOs, their targets, and what is true of them."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from tests.slo.agreement import Agreement, Part, compare, experiment
from tests.slo.compiled import compiled
from tests.slo.layouts import (
    SLIS,
    Layout,
    by_age,
    by_buckets,
    by_counters,
    by_gauge,
    by_late_status,
    by_outcome,
    by_share,
    by_status,
)
from tests.slo.promtool import Experiment, evaluate
from tests.slo.targets import Target

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.slo.targets import Series
    from tests.slo.truth import Stream

GROUPS: Final = 9
"""How many groups a grouped SLO has: each is a case of its own in one evaluation."""
ALONE: Final = 3
"""How many SLOs without groups are evaluated together."""
MINUTES: Final = 180

COUNTED: Final[tuple[Layout, ...]] = (by_status, by_late_status, by_counters, by_buckets)
SAMPLED: Final[tuple[Layout, ...]] = (by_share, by_age)
"""Asked once an evaluation: a scrape must be due at each."""

WINDOWS: Final = ("2h", "6h", "1d", "1d", "3d", "7d", "28d", "30d", "90d")
OBJECTIVES: Final = ("90%", "95%", "99%", "99.5%", "99.9%")
SHARES: Final = (0.0, 0.0, 0.2, 0.5, 2.0, 4.5, 8.0, 25.0, 100.0)
"""Shares of bad events in budgets."""
RATES: Final = (0.0, 1.0, 8.0, 60.0, 60.0, 400.0, 2000.0)
"""Events a minute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """What is evaluated together, and the truth of each case in it."""

    experiment: Experiment
    parts: tuple[Part, ...]

    def agreement(self, folder: Path) -> Agreement:
        """Return how far the rules agree with the truth."""
        (found,) = evaluate(folder, [self.experiment])
        return compare(self.experiment, found, self.parts)


def scenario(seed: int, folder: Path) -> Scenario:
    """Given a seed and a folder to compile in, return what is evaluated together."""
    chance = random.Random(seed)
    layout = chance.choice((*COUNTED, *COUNTED, by_outcome, by_gauge, *SAMPLED))
    window = chance.choice(WINDOWS)
    is_grouped = chance.random() < GROUPED and layout is not by_outcome
    names = ["a"] if is_grouped else ["a", "b", "c"][:ALONE]
    slos = {name: _slo(chance, name, layout, window, is_grouped=is_grouped) for name in names}
    made = compiled(folder, slos)
    series: list[Series] = []
    parts: list[Part] = []
    groups = [{"region": f"r{number}"} for number in range(GROUPS)] if is_grouped else [{}]
    for name, plan in made.plans.items():
        for group in groups:
            part = Part(plan=plan, streams=(), group=group)
            streams: list[Stream] = []
            for target in _targets(chance, layout, group, plan.base_seconds, float(part.budget)):
                exposed = layout(name, target, plan.base_seconds)
                series += exposed.series
                streams += exposed.streams
            parts.append(replace(part, streams=streams))
    return Scenario(experiment=experiment(made.rules, series, MINUTES), parts=tuple(parts))


GROUPED: Final = 0.8


def _slo(
    chance: random.Random, name: str, layout: Layout, window: str, *, is_grouped: bool
) -> dict[str, Any]:
    alerts: dict[str, Any] = {
        "page": {"for": chance.choice(("0s", "0s", "1m", "5m"))},
        "ticket": {"for": chance.choice(("0s", "2m"))},
    }
    if chance.random() < 0.25 and layout in COUNTED:
        alerts["floor"] = chance.choice(
            ({"events": 300}, {"errors": 20}, {"events": 100, "errors": 5})
        )
    slo: dict[str, Any] = {
        "objective": chance.choice(OBJECTIVES),
        "window": window,
        **SLIS[layout](name),
        "alerts": alerts,
        "budget": {"half": {"remaining": "50%", "action": "Look", "for": "5m"}},
    }
    if is_grouped:
        slo["by"] = ["region"]
        if chance.random() < 0.3:
            slo["objectives"] = {"r1": "80%", "r2": "99.95%"}
    return slo


def _targets(
    chance: random.Random,
    layout: Layout,
    group: dict[str, str],
    base_seconds: float,
    budget: float,
) -> Sequence[Target]:
    """Return one to three processes, of which each may begin late, restart, and be missed."""
    scrape = 15 if base_seconds <= 120 else chance.choice((30, 60))
    is_alone = layout in (by_share, by_age, by_outcome, by_gauge)
    if is_alone:
        scrape = 60
    scrapes = MINUTES * 60 // scrape + 1
    return [
        _target(chance, layout, {**group, "pod": f"p{number}"}, scrape, scrapes, budget)
        for number in range(1 if is_alone else chance.choice((1, 1, 2, 3)))
    ]


def _target(
    chance: random.Random,
    layout: Layout,
    labels: dict[str, str],
    scrape_seconds: int,
    scrapes: int,
    budget: float,
) -> Target:
    good, bad = _events(chance, scrape_seconds, scrapes, budget)
    target = Target(
        good=good,
        bad=bad,
        labels=labels,
        scrape_seconds=scrape_seconds,
        phase_seconds=0 if layout in SAMPLED else chance.randrange(1, scrape_seconds // 5) * 5,
    )
    if chance.random() < 0.3:
        target = replace(target, born=chance.randrange(scrapes // 2))
    if chance.random() < 0.2:
        target = replace(target, died=chance.randrange(scrapes // 2, scrapes))
    if chance.random() < 0.3 and layout not in SAMPLED:
        target = _restarted(target, chance.sample(range(1, scrapes), 2))
    if chance.random() < 0.3 and layout not in SAMPLED:
        target = replace(target, missed=frozenset(chance.sample(range(1, scrapes), scrapes // 40)))
    return target


def _restarted(target: Target, scrapes: Sequence[int]) -> Target:
    """Return a target with those restarts that its counters show: they fall."""
    total = [good + bad for good, bad in zip(target.good, target.bad, strict=True)]
    for scrape in sorted(scrapes):
        begun = max([target.born, *target.restarts])
        if all(
            counts[scrape] < sum(counts[begun:scrape]) / 2 or not sum(counts[begun:scrape])
            for counts in (target.good, total)
        ):
            target = replace(target, restarts=target.restarts | {scrape})
    return target


def _events(
    chance: random.Random, scrape_seconds: int, scrapes: int, budget: float
) -> tuple[list[float], list[float]]:
    """Return good and bad events before each scrape: stretches of steady or of noisy traffic."""
    good: list[float] = []
    bad: list[float] = []
    while len(good) < scrapes:
        length = chance.randrange(5, 100) * 60 // scrape_seconds
        rate = chance.choice(RATES) * scrape_seconds / 60
        share = min(1.0, chance.choice(SHARES) * budget)
        is_noisy = chance.random() < 0.5
        for _ in range(min(length, scrapes - len(good))):
            events = _drawn(chance, rate) if is_noisy else round(rate)
            errors = min(events, _drawn(chance, events * share))
            good.append(events - errors)
            bad.append(errors)
    return good, bad


def _drawn(chance: random.Random, mean: float) -> int:
    """Return a whole number around a mean."""
    spread = chance.gauss(mean, mean**0.5) if mean > 0 else 0.0
    return max(0, int(spread) + (chance.random() < spread - int(spread)))


def fixed(folder: Path) -> Scenario:
    """Given a folder to compile in, return one scenario in which every part of the rules counts."""
    slo = {
        "objective": "99%",
        "window": "1d",
        "by": ["region"],
        **SLIS[by_late_status]("a"),
        "alerts": {"page": {"for": "5m"}, "ticket": {"for": "2m"}},
        "budget": {"half": {"remaining": "50%", "action": "Look", "for": "5m"}},
    }
    made = compiled(folder, {"a": slo})
    plan = made.plans["a"]
    series: list[Series] = []
    parts: list[Part] = []
    for number, percent in enumerate((0.0, 0.8, 2.0, 4.5, 11.0, 30.0, 100.0)):
        bad = [percent * 10 if 90 <= minute < 120 else 0.0 for minute in range(MINUTES + 1)]
        group = {"region": f"r{number}"}
        target = Target(
            good=[1000 - count for count in bad], bad=bad, labels=group, phase_seconds=30
        )
        exposed = by_late_status("a", target, plan.base_seconds)
        series += exposed.series
        parts.append(Part(plan=plan, streams=exposed.streams, group=group))
    return Scenario(experiment=experiment(made.rules, series, MINUTES), parts=tuple(parts))
