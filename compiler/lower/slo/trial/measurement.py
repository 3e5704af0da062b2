"""The tests of the other alerts: the budget's steps, missing data, and wrong counting."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from compiler.lower.alert_test import AlertTest, Expectation, InputSeries
from compiler.lower.drive.series import Run, notation, selector_of
from compiler.lower.slo.rules import SETTLED_SECONDS
from compiler.lower.slo.trial.course import Phase, Watch, turning_points
from compiler.lower.slo.trial.courses import OVER, UNDER, outage, rounded
from compiler.lower.slo.trial.told import BUDGET, firing_of, made, named, played
from compiler.lower.slo.trial.trial import SAMPLES, excluded_steps, pace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from compiler.lower.slo.plan import SloAlert, SloPlan
    from compiler.lower.slo.trial.course import Course
    from compiler.lower.slo.trial.trial import Trial


EXCESS: Final = 1.2
"""Share of bad events where more are bad than there are."""
WAITED: Final = 0.6
"""Share of `for` after which an alert is still pending."""
LASTED: Final = 1.4
"""How many times `for` an alert is asked for after which it fires, and not after twice that."""
BUDGET_POINTS: Final = 60
"""Evaluations in the SLO's own window."""
HELD_SECONDS: Final = 60
"""How often rules are evaluated where only what is recorded of the budget is asked."""


def spending(trial: Trial, alert: SloAlert) -> Iterator[AlertTest]:
    """Yield the test of a step of the budget's policy."""
    slo = trial.slo
    sample = trial.sample_seconds
    step = max(sample, slo.window_seconds / BUDGET_POINTS // sample * sample)
    spent = 1 - float(alert.remaining or 0)
    limit = float(trial.stratum.budget) * spent
    if limit <= 0:
        return
    length = round(slo.window_seconds / step)
    watch = Watch(short=length, long=length, threshold=limit)
    pending = math.ceil(alert.for_seconds / step)
    rest = math.ceil(length / 3)
    if trial.source.is_fine and OVER * limit < 1:
        course: Course = (
            Phase(length, rounded(UNDER * limit)),
            Phase(math.ceil(length * 1.1) + pending + 3, rounded(OVER * limit)),
            Phase(rest, 0),
        )
    else:
        course = outage(watch, pending, rest)
    found = turning_points(course, (watch,), pending, 0, excluded_steps(trial, course, step))
    if found:
        yield played(trial, alert, course, step, found, "spends the budget", is_valued=False)


def held(slo: SloPlan, values: Mapping[str, str], alert: SloAlert) -> AlertTest:
    """Return the test of what is recorded of the budget: enough of it, then too little for long."""
    limit = float(alert.remaining or 0)
    near = (1 - UNDER) * (limit or 1)
    pending = math.ceil(alert.for_seconds / HELD_SECONDS)
    asked = [2, *([3 + math.floor(WAITED * pending)] if pending > 1 else [])]
    last = 3 + math.ceil(LASTED * pending)
    labels = {"__name__": BUDGET, slo.names.id: slo.id, slo.names.service: slo.service}
    of = {**labels, slo.names.slo: slo.name, **values}
    runs = (Run(limit + near, 0, 3), Run(limit - near, 0, last - 2))
    other = selector_of({**of, slo.names.id: "stranger"})
    return AlertTest(
        origin=slo.origin,
        service=slo.service,
        alert=alert.name,
        shows=f"waits until the budget is spent for long{named(values)}",
        evaluation_interval_seconds=HELD_SECONDS,
        sample_interval_seconds=HELD_SECONDS,
        series=(
            InputSeries(series=selector_of(of), values=notation(runs)),
            InputSeries(series=other, values=notation((Run(-1, 0, last + 1),))),
        ),
        expectations=(
            *(Expectation(at_seconds=number * HELD_SECONDS) for number in asked),
            Expectation(at_seconds=last * HELD_SECONDS, firing=(firing_of(values, alert, None),)),
        ),
        among=slo.among(alert),
    )


def exceeding(trial: Trial, alert: SloAlert, *, is_good: bool) -> AlertTest:
    """Return the test of more good events than events, or of more bad ones."""
    windows = trial.slo.windows
    seconds = next((each for each in windows if each >= SETTLED_SECONDS), windows[-1])
    step = pace(trial, seconds)
    length = round(seconds / step)
    pending = math.ceil(alert.for_seconds / step)
    smear = 1 if trial.slo.is_counted(seconds) else max(1, round(trial.grain_seconds / step))
    watch = Watch(short=length, long=length, threshold=1, smear=smear)
    course: Course = (Phase(length, 0), Phase(2 * length + pending, EXCESS), Phase(length, 0))
    found = turning_points(course, (watch,), pending, 0, excluded_steps(trial, course, step))
    if is_good:
        # It is the good ones that are more than all: what is said of bad ones holds for them.
        course = tuple(replace(phase, share=1 - phase.share) for phase in course)
    return played(trial, alert, course, step, found, "tells of wrong counting", is_valued=False)


def missing(trial: Trial, alert: SloAlert) -> AlertTest:
    """Return the test of missing data: all is well, then nothing is there any more."""
    slo = trial.slo
    step = trial.sample_seconds
    steps = 4 * SAMPLES
    course = (Phase(steps, 0),)
    after = math.ceil((slo.base_seconds + alert.for_seconds) / step) + 4
    # What is asked without a range is missed at once, a rate when its range has no samples left.
    is_asked = slo.sli.presence is not None or slo.sli.is_sampled
    gone = 0.0 if is_asked else slo.base_seconds
    waits = math.floor((gone + WAITED * alert.for_seconds) / step)
    series = tuple(
        InputSeries(series=each.series, values=f"{each.values} stale _x{after}")
        for each in trial.source.play(course, 1, step)
    )
    # A value that has gone is told by its labels, unless a query of the spec is asked as a whole.
    expected = firing_of(trial.values if slo.sli.presence is None else {}, alert, None)
    return made(
        trial,
        alert,
        series,
        step,
        "tells of missing data",
        (
            Expectation(at_seconds=steps * step),
            *([Expectation(at_seconds=(steps + waits) * step)] if waits else []),
            Expectation(at_seconds=(steps + after) * step, firing=(expected,)),
        ),
    )
