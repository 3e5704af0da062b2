"""The tests of an SLO's alerts.

Each pair of windows has a course of its own: an error rate 5% under the threshold until the long
window is full of it, 5% over, a burst, and clean traffic, with as much clean traffic before that no
other pair of the alert fires. Each alert about the budget, about missing data and about wrong
counting has one. Where events are moments, which are good or bad as a whole, 5% cannot be said: the
longest outage under the threshold, and the shortest over it, stand for it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from compiler.lower.alert_test import AlertTest, Expectation, Firing, InputSeries
from compiler.lower.drive.render import render
from compiler.lower.drive.series import Run, notation, selector_of
from compiler.lower.slo.rules import SETTLED_SECONDS
from compiler.lower.slo.series import window_name
from compiler.lower.slo.trial.course import Moment, Phase, Watch, turning_points
from compiler.lower.slo.trial.source import Counters, Unplayable, source_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from compiler.lower.slo.burn import Branch
    from compiler.lower.slo.plan import SloAlert, SloPlan, Stratum
    from compiler.lower.slo.trial.course import Course
    from compiler.lower.slo.trial.source import Source
    from compiler.model.metrics import Metric

OVER: Final = 1.05
UNDER: Final = 0.95
EXCESS: Final = 1.2
"""Share of bad events where more are bad than there are."""
STRANGE_RATE: Final = 50_000
"""Events a second of another SLO."""
BURST: Final = 4
"""How far over its threshold a burst is."""

WAITED: Final = 0.6
"""Share of `for` after which an alert is still pending."""

POINTS: Final = 5
"""Evaluations in the short window, at least."""
BUDGET_POINTS: Final = 60
"""Evaluations in the SLO's own window."""
SAMPLES: Final = 5
"""Samples in the shortest window."""


@dataclass(frozen=True, slots=True)
class Trial:
    """An SLO that is tried with the values of one stratum.

    `grain_seconds` is the shortest window in which anything is counted for it, in seconds.
    """

    slo: SloPlan
    stratum: Stratum
    values: Mapping[str, str]
    source: Source
    grain_seconds: float

    @property
    def sample_seconds(self) -> float:
        """The distance between samples: `SAMPLES` in the shortest window."""
        return self.grain_seconds / SAMPLES


def trials_of(
    slo: SloPlan, metrics: Mapping[str, Metric], others: Mapping[str, SloPlan]
) -> tuple[AlertTest, ...] | Unplayable:
    """Given an SLO, the service's catalogue and its SLOs by name, return its tests.

    Or return why there are none.
    """
    found: list[AlertTest] = []
    for stratum in slo.strata:
        values = _values(stratum, slo, metrics)
        source = source_of(slo, metrics, values, others)
        if isinstance(source, Unplayable):
            return source
        trial = Trial(slo, stratum, values, source, _grain(slo, others))
        found.extend(test for alert in slo.alerts for test in _tests(trial, alert))
    return tuple(found)


def _grain(slo: SloPlan, others: Mapping[str, SloPlan]) -> float:
    """Return the shortest window of an SLO, and of what it is made of, in seconds."""
    composite = slo.entry.composite
    parts = (composite.worst_of or tuple(composite.weighted or ())) if composite else ()
    return min(slo.base_seconds, *(others[name].base_seconds for name in parts), slo.base_seconds)


def _values(stratum: Stratum, slo: SloPlan, metrics: Mapping[str, Metric]) -> dict[str, str]:
    """Return values of the labels of `by`: those that the catalogue knows, where it does."""
    if stratum.value is not None:
        return {slo.by[0]: stratum.value}
    taken = {each.value for each in slo.strata}
    declared = {
        label: [value for value in values if value not in taken]
        for entry in metrics.values()
        for label, values in entry.labels.items()
        if isinstance(values, tuple)
    }
    return {label: next(iter(declared.get(label, ())), f"any-{label}") for label in slo.by}


def _tests(trial: Trial, alert: SloAlert) -> Iterator[AlertTest]:
    if alert.kind in ("page", "ticket"):
        for branch in alert.branches:
            yield _burning(trial, alert, branch)
        if isinstance(trial.source, Counters):
            yield _quiet(trial, alert, trial.source)
            if trial.slo.entry.alerts.floor is not None:
                yield from _below_floor(trial, alert, trial.source)
    elif alert.kind == "budget":
        yield from _spending(trial, alert)
    elif trial.stratum != trial.slo.strata[0]:
        return
    elif alert.kind == "no_data":
        yield _missing(trial, alert)
    elif isinstance(trial.source, Counters) and trial.source.can_exceed:
        yield _exceeding(trial, alert)


def _burning(trial: Trial, alert: SloAlert, branch: Branch) -> AlertTest:
    """Return the test of one pair of windows."""
    step = _step(trial, branch.short_seconds)
    watches = tuple(_watch(trial, each, step) for each in alert.branches)
    watch = watches[alert.branches.index(branch)]
    pending = math.ceil(alert.for_seconds / step)
    kept = math.ceil((alert.keep_firing_for_seconds or 0) / step)
    course = _course(trial, watch, watches, pending, kept)
    found = turning_points(course, watches, pending, kept)
    return _test(trial, alert, course, step, found, f"burns {branch.name}")


def _step(trial: Trial, seconds: float) -> float:
    """Return how often rules are evaluated, so that a window has some points and full samples."""
    sample = trial.sample_seconds
    return max(sample, seconds // POINTS // sample * sample)


def _watch(trial: Trial, branch: Branch, step: float) -> Watch:
    slo = trial.slo
    is_counted = slo.is_counted(branch.long_seconds)
    return Watch(
        short=max(1, round(branch.short_seconds / step)),
        long=max(1, round(branch.long_seconds / step)),
        threshold=float(branch.threshold(trial.stratum.budget)),
        smear=1 if is_counted else max(1, round(trial.grain_seconds / step)),
    )


def _course(trial: Trial, watch: Watch, others: Sequence[Watch], pending: int, kept: int) -> Course:
    rest = 2 * watch.short + kept + watch.smear + 2
    if not trial.source.is_fine or OVER * watch.threshold >= 1:
        return _outages(watch, pending, rest)
    threshold = watch.threshold
    phases = (
        Phase(watch.long + watch.smear + 2, _rounded(UNDER * threshold)),
        Phase(math.ceil(0.8 * watch.long) + pending + watch.smear + 2, _rounded(OVER * threshold)),
        Phase(watch.short, _rounded(min(1.0, BURST * threshold))),
        # The long window is over its threshold for long: it is the short one that ends the alert.
        Phase(2 * watch.short + watch.smear + 2, _rounded(UNDER * threshold)),
        Phase(rest, 0),
    )
    return (Phase(_lead(phases, watch, others), 0), *phases)


def _lead(phases: Course, watch: Watch, others: Sequence[Watch]) -> int:
    """Return how many clean steps before some phases keep the other pairs from firing."""
    lower = [each.threshold for each in others if each.threshold < watch.threshold]
    bad = sum(phase.steps * phase.share for phase in phases)
    steps = sum(phase.steps for phase in phases[:-1])
    return max(1, *(math.ceil(bad / (0.97 * limit) - steps) for limit in lower), 1)


def _outages(watch: Watch, pending: int, rest: int) -> Course:
    """Return a course of moments that are bad as a whole: too few of them, then enough."""
    clean = watch.long + watch.smear + 2
    enough = math.ceil(watch.threshold * (watch.long + 1) * 1.02) + watch.smear + 2
    few = math.floor(watch.threshold * (watch.long - 1) * 0.98) - watch.smear - 1
    phases = [Phase(clean, 0)]
    if few > 0:
        phases += [Phase(few, 1), Phase(clean, 0)]
    return (*phases, Phase(max(enough, watch.short + watch.smear + 1) + pending, 1), Phase(rest, 0))


def _rounded(share: float) -> float:
    """Return a share of four digits: it is shown as it is."""
    return float(f"{share:.4g}")


def _spending(trial: Trial, alert: SloAlert) -> Iterator[AlertTest]:
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
            Phase(length, _rounded(UNDER * limit)),
            Phase(math.ceil(length * 1.1) + pending + 3, _rounded(OVER * limit)),
            Phase(rest, 0),
        )
    else:
        course = _outages(watch, pending, rest)
    found = turning_points(course, (watch,), pending, 0)
    yield _test(trial, alert, course, step, found, "spends the budget", is_valued=False)


def _quiet(trial: Trial, alert: SloAlert, source: Counters) -> AlertTest:
    """Return the test of traffic that ends, and of counters that begin anew."""
    step, steps = trial.sample_seconds, 6 * SAMPLES
    share = _rounded(float(trial.stratum.budget) / 2)
    return _made(
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


def _below_floor(trial: Trial, alert: SloAlert, source: Counters) -> Iterator[AlertTest]:
    """Yield the test of errors in less traffic than the floor asks for."""
    floor = trial.slo.entry.alerts.floor
    limits = [limit for limit in (floor.events, floor.errors) if limit] if floor else []
    if not limits:
        return
    step = trial.sample_seconds
    longest = max(branch.long_seconds for branch in alert.branches)
    steps = math.ceil(1.2 * min(branch.long_seconds for branch in alert.branches) / step)
    events = 0.5 * min(limits) * step / longest
    yield _made(
        trial,
        alert,
        source.play((Phase(steps, 1),), 1, step, events=events),
        step,
        "is silent below the floor",
        (Expectation(at_seconds=steps * step),),
    )


def _exceeding(trial: Trial, alert: SloAlert) -> AlertTest:
    """Return the test of more good or bad events than events."""
    windows = trial.slo.windows
    seconds = next((each for each in windows if each >= SETTLED_SECONDS), windows[-1])
    step = _step(trial, seconds)
    length = round(seconds / step)
    pending = math.ceil(alert.for_seconds / step)
    watch = Watch(short=length, long=length, threshold=1)
    course = (Phase(length, 0), Phase(2 * length + pending, EXCESS), Phase(length, 0))
    found = turning_points(course, (watch,), pending, 0)
    return _test(trial, alert, course, step, found, "tells of wrong counting", is_valued=False)


def _missing(trial: Trial, alert: SloAlert) -> AlertTest:
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
    expected = _firing(trial, alert, None, with_values=slo.sli.presence is None)
    return _made(
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


def _test(
    trial: Trial,
    alert: SloAlert,
    course: Course,
    step: float,
    found: Mapping[int, Moment],
    shows: str,
    *,
    is_valued: bool = True,
) -> AlertTest:
    samples = round(step / trial.sample_seconds)
    series = trial.source.play(course, samples, trial.sample_seconds)
    expectations = tuple(
        Expectation(
            at_seconds=(number + 1) * step,
            firing=(
                (_firing(trial, alert, moment.share if is_valued else None),)
                if moment.fires
                else ()
            ),
        )
        for number, moment in found.items()
    )
    return _made(trial, alert, series, step, shows, expectations)


def _made(
    trial: Trial,
    alert: SloAlert,
    series: tuple[InputSeries, ...],
    step: float,
    shows: str,
    expectations: tuple[Expectation, ...],
) -> AlertTest:
    slo = trial.slo
    named = "".join(f" for {label} {value}" for label, value in trial.values.items())
    seconds = max(each.at_seconds for each in expectations)
    return AlertTest(
        origin=slo.origin,
        service=slo.service,
        alert=alert.name,
        shows=shows + named,
        evaluation_interval_seconds=step,
        sample_interval_seconds=trial.sample_seconds,
        series=(*series, *_strangers(trial, alert, seconds)),
        expectations=expectations,
        among=_among(slo, alert),
    )


def _strangers(trial: Trial, alert: SloAlert, seconds: float) -> Iterator[InputSeries]:
    """Yield what another SLO, of which all events are bad, has recorded under the same names."""
    slo, names = trial.slo, trial.slo.names
    base = window_name(names, slo.base_seconds)
    recorded: dict[str, tuple[float, Mapping[str, str]]] = {
        f"slo:sli_total:rate{base}": (STRANGE_RATE, {}),
        f"slo:sli_bad:rate{base}": (STRANGE_RATE, {}),
    }
    for branch in alert.branches:
        for length in (branch.short_seconds, branch.long_seconds):
            window = window_name(names, length)
            recorded[f"slo:sli_error:ratio_rate{window}"] = (1, {names.window: window})
    if alert.kind == "budget":
        recorded["slo:period_error_budget_remaining:ratio"] = (-1, {})
    values = {**trial.values, names.id: "stranger"}
    count = math.ceil(seconds / trial.sample_seconds) + 1
    for name, (value, labels) in recorded.items():
        yield InputSeries(
            series=selector_of({"__name__": name, **values, **labels}),
            values=notation((Run(value, 0, count),)),
        )


def _among(slo: SloPlan, alert: SloAlert) -> Mapping[str, str]:
    """Return the labels that tell an alert from others of the SLO: Sloth gives both one name."""
    if sum(each.name == alert.name for each in slo.alerts) == 1:
        return {}
    return {slo.names.severity: alert.kind, slo.names.id: slo.id}


def _firing(
    trial: Trial, alert: SloAlert, share: float | None, *, with_values: bool = True
) -> Firing:
    """Return what fires; its annotations where the share that they show is sure."""
    labels = {**(trial.values if with_values else {}), **alert.labels}
    shown: dict[str, str] = {}
    for name, template in alert.annotations.items():
        is_plain = "$value" not in template
        if share is None and not is_plain:
            return Firing(labels=labels, annotations=None)
        text = render(template, share or 0.0, labels)
        if text is None:
            return Firing(labels=labels, annotations=None)
        shown[name] = text
    return Firing(labels=labels, annotations=shown)
