"""The tests of pages and tickets: how fast the budget burns, idle traffic, and few events."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from compiler.lower.alert_test import Expectation
from compiler.lower.slo.trial.course import Phase, turning_points
from compiler.lower.slo.trial.courses import OVER, UNDER, course_of, rounded
from compiler.lower.slo.trial.players import EVENTS
from compiler.lower.slo.trial.told import firing_of, made, played
from compiler.lower.slo.trial.trial import SAMPLES, excluded_steps, freed, pace, step_of, watch_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from compiler.lower.alert_test import AlertTest
    from compiler.lower.slo.burn import Branch
    from compiler.lower.slo.plan import SloAlert, SloPlan
    from compiler.lower.slo.trial.course import Watch
    from compiler.lower.slo.trial.players import Counters
    from compiler.lower.slo.trial.trial import Trial


def burning(trial: Trial, alert: SloAlert, branch: Branch) -> Iterator[AlertTest]:
    """Yield the test of one pair of windows, unless it fires nowhere between excluded moments."""
    step = step_of(trial, branch)
    watches = tuple(watch_of(trial, each, step) for each in alert.branches)
    watch = watches[alert.branches.index(branch)]
    pending = math.ceil(alert.for_seconds / step)
    kept = math.ceil((alert.keep_firing_for_seconds or 0) / step)
    course = freed(trial, course_of(trial, watch, watches, pending, kept), step)
    found = turning_points(course, watches, pending, kept, excluded_steps(trial, course, step))
    if found:
        yield played(trial, alert, course, step, found, f"burns {branch.name}")


def quiet(trial: Trial, alert: SloAlert, source: Counters) -> AlertTest:
    """Return the test of traffic that ends, and of counters that begin anew."""
    step, steps = trial.sample_seconds, 6 * SAMPLES
    share = rounded(float(trial.stratum.budget) / 2)
    return made(
        trial,
        alert,
        source.interrupted(share, steps),
        step,
        "is silent while idle and after a restart",
        tuple(
            Expectation(at_seconds=number * steps * step + extra * step)
            for number in (1, 2)
            for extra in (2, steps)
        ),
    )


def few_events(
    trial: Trial, alert: SloAlert, branch: Branch, source: Counters
) -> Iterator[AlertTest]:
    """Yield the test of a few events: one too few for the floor, then enough.

    As many of them are bad as fire this pair of windows, and none of a higher threshold. There is
    no test where a pair of longer windows, which has seen more of them, would fire.
    """
    step = pace(trial, branch.short_seconds)
    watches = tuple(watch_of(trial, each, step) for each in alert.branches)
    watch = watches[alert.branches.index(branch)]
    longer = [each.long for each in watches if each.long > watch.long]
    full = watch.long + watch.smear + 2
    steps = 2 * full + math.ceil(alert.for_seconds / step) + 1
    lead = min(longer, default=steps + watch.long) - steps
    share = _between(watch, watches)
    asked = _asked(trial.slo, share)
    if lead < watch.smear + 3 or not asked:
        return
    samples = round(step / trial.sample_seconds)
    few = asked / (watch.long * samples)
    if not trial.slo.is_counted(branch.long_seconds):
        # Sums of records take each for what happened since the one before it.
        few *= step / trial.slo.interval_seconds
    course = (
        Phase(lead, 0, EVENTS / few),
        Phase(full, share, UNDER),
        Phase(steps - full, share, OVER),
    )
    yield made(
        trial,
        alert,
        source.play(course, samples, trial.sample_seconds, events=few),
        step,
        f"asks for enough events in {branch.name}",
        (
            Expectation(at_seconds=(lead + full) * step),
            Expectation(
                at_seconds=(lead + steps) * step, firing=(firing_of(trial.values, alert, share),)
            ),
        ),
    )


def _between(watch: Watch, others: Sequence[Watch]) -> float:
    """Return a share of bad events above a threshold and below the next higher one."""
    higher = [each.threshold for each in others if each.threshold > watch.threshold]
    return min(1.0, rounded(math.sqrt(watch.threshold * min(higher)))) if higher else 1.0


def _asked(slo: SloPlan, share: float) -> float:
    """Return how many events, a share of them bad, are half a one too few for the floor."""
    floor = slo.entry.alerts.floor
    if floor is None:
        return 0
    return max((floor.events or 0.5) - 0.5, ((floor.errors or 0.5) - 0.5) / share)
