"""The tests of an SLO's alerts.

Each pair of windows has a course of its own: an error rate 5% under the threshold until the long
window is full of it, 5% over, a burst, and clean traffic, with as much clean traffic before that no
pair of a lower threshold fires. Where there is a pair of a higher one, the burst makes both of them
fire, with different shares in their short windows. Each alert about the budget, about missing data
and about wrong counting has a course. Where events are moments, which are good or bad as a whole,
5% cannot be said: an outage stands for it, asked just before and after it is too long.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from compiler.lower.alert_test import AlertTest, Expectation, Firing, InputSeries
from compiler.lower.drive.render import render
from compiler.lower.drive.series import Run, notation, selector_of
from compiler.lower.slo.moments import touches
from compiler.lower.slo.rules import SETTLED_SECONDS
from compiler.lower.slo.series import window_name
from compiler.lower.slo.trial.course import MARGIN, Moment, Phase, Watch, turning_points
from compiler.lower.slo.trial.source import (
    EVENTS,
    Counters,
    Level,
    Unplayable,
    excess_of,
    source_of,
)

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

MISSED: Final = 0.1
"""By how much of itself a threshold may be wrong, and an outage not tell it."""
MOST_MOMENTS: Final = 3100
"""Moments in a long window, at most, for which an outage is to tell that..."""
SOME_MOMENTS: Final = 1000
"""... and at least, where it would take more of them. They cost their square."""

LASTED: Final = 1.4
"""How many times `for` an alert is asked for after which it fires, and not after twice that."""

FREE_SECONDS: Final = 86_400
"""How far a course is put off so that no excluded moment is in it."""

POINTS: Final = 5
"""Evaluations in the short window, at least."""
BUDGET_POINTS: Final = 60
"""Evaluations in the SLO's own window."""
HELD_SECONDS: Final = 60
"""How often rules are evaluated where only what is recorded of the budget is asked."""
BUDGET: Final = "slo:period_error_budget_remaining:ratio"
SAMPLES: Final = 5
"""Samples in the shortest window."""


_OF_NOTHING: Final = re.compile(r"\b(?:vector|absent\w*|hour|minute|month|year|day\w*)\s*\(")
"""Functions that have a value while there are no series."""


@dataclass(frozen=True, slots=True)
class Trial:
    """An SLO that is tried with the values of one stratum.

    `grain_seconds` is the shortest window in which anything is counted for it, in seconds, and
    `smear_seconds` the longest of those that its sums, and those of its parts, are made of.
    """

    slo: SloPlan
    stratum: Stratum
    values: Mapping[str, str]
    source: Source
    grain_seconds: float
    smear_seconds: float

    @property
    def sample_seconds(self) -> float:
        """The distance between samples: `SAMPLES` in the shortest window."""
        return self.grain_seconds / SAMPLES


def trials_of(
    slo: SloPlan, metrics: Mapping[str, Metric], others: Mapping[str, SloPlan]
) -> Iterator[AlertTest]:
    """Given an SLO, the service's catalogue and its SLOs by name, yield its tests.

    Where what it measures cannot be played, only what is recorded of its budget is tried, if that
    can be given.
    """
    played = played_of(slo, metrics, others)
    if not isinstance(played, Unplayable):
        bases = [each.base_seconds for each in _with_parts(slo, others)]
        for stratum, values, source in played:
            trial = Trial(slo, stratum, values, source, min(bases), max(bases))
            for alert in slo.alerts:
                yield from _tests(trial, alert)
    for alert in slo.alerts:
        if alert.kind == "budget" and can_give_budget(slo, others):
            for stratum in slo.strata:
                yield _held(slo, _values(stratum, slo, metrics), alert)


def played_of(
    slo: SloPlan, metrics: Mapping[str, Metric], others: Mapping[str, SloPlan]
) -> list[tuple[Stratum, Mapping[str, str], Source]] | Unplayable:
    """Given what `trials_of` is given, return the strata, their labels and what to play for them.

    Or return why one of them cannot be played.
    """
    found: list[tuple[Stratum, Mapping[str, str], Source]] = []
    for stratum in slo.strata:
        values = _values(stratum, slo, metrics)
        source = source_of(slo, metrics, values, others)
        if isinstance(source, Unplayable):
            return source
        found.append((stratum, values, source))
    return found


def can_give_budget(slo: SloPlan, others: Mapping[str, SloPlan]) -> bool:
    """Given an SLO and those of the service, return whether a test can say what is left.

    It cannot where that is recorded even while there are no series.
    """
    return not any(_OF_NOTHING.search(each.sli.total) for each in _with_parts(slo, others))


def _with_parts(slo: SloPlan, others: Mapping[str, SloPlan]) -> list[SloPlan]:
    """Return an SLO and what it is made of."""
    composite = slo.entry.composite
    parts = (composite.worst_of or tuple(composite.weighted or ())) if composite else ()
    return [slo, *(others[name] for name in parts)]


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
            yield from _burning(trial, alert, branch)
        if isinstance(trial.source, Counters):
            yield _quiet(trial, alert, trial.source)
            for branch in alert.branches:
                yield from _floor(trial, alert, branch, trial.source)
    elif alert.kind == "budget":
        yield from _spending(trial, alert)
    elif trial.stratum != trial.slo.strata[0]:
        return
    elif alert.kind == "no_data":
        yield _missing(trial, alert)
    elif alert.kind == "guard":
        source = excess_of(trial.source)
        if isinstance(source, Counters | Level):
            yield _exceeding(replace(trial, source=source), alert, is_good=source.is_good)


def _burning(trial: Trial, alert: SloAlert, branch: Branch) -> Iterator[AlertTest]:
    """Yield the test of one pair of windows, unless it fires nowhere between excluded moments."""
    step = _step(trial, branch)
    watches = tuple(_watch(trial, each, step) for each in alert.branches)
    watch = watches[alert.branches.index(branch)]
    pending = math.ceil(alert.for_seconds / step)
    kept = math.ceil((alert.keep_firing_for_seconds or 0) / step)
    course = _free(trial, _course(trial, watch, watches, pending, kept), step)
    found = turning_points(course, watches, pending, kept, _excluded(trial, course, step))
    if found:
        yield _test(trial, alert, course, step, found, f"burns {branch.name}")


def _step(trial: Trial, branch: Branch) -> float:
    """Return how often rules are evaluated, so that a window has some points and full samples."""
    pace = _pace(trial, branch.short_seconds)
    if not _is_moments(trial):
        return pace
    long = branch.long_seconds
    allowed = long * float(branch.threshold(trial.stratum.budget))
    steps = [each for each in _steps(trial.sample_seconds, pace) if long <= MOST_MOMENTS * each]
    sharp = (each for spare in (1, 0) for each in steps if _tells(allowed / each, spare))
    coarse = (each for each in steps if long >= SOME_MOMENTS * each)
    return next(sharp, next(coarse, steps[-1] if steps else pace))


def _excluded(trial: Trial, course: Course, step: float) -> frozenset[int]:
    """Return the steps of a course at which events do not count."""
    slo = trial.slo
    if not slo.excluded:
        return frozenset()
    return frozenset(
        number
        for number in range(sum(phase.steps for phase in course))
        if touches(slo.excluded, slo.base_seconds, (number + 1) * step)
    )


def _free(trial: Trial, course: Course, step: float) -> Course:
    """Return a course, after clean steps if that keeps it free of excluded moments."""
    if not _excluded(trial, course, step):
        return course
    length, most = sum(phase.steps for phase in course), math.ceil(FREE_SECONDS / step)
    excluded = _excluded(trial, (Phase(most, 0), *course), step)
    ends = (number + 1 for number in sorted(excluded) if number + 1 not in excluded)
    for start in ends:
        if start <= most and excluded.isdisjoint(range(start, start + length)):
            return (Phase(start, 0), *course)
    return course


def _steps(sample: float, pace: float) -> Iterator[float]:
    """Yield what evaluations may be apart: some samples, or whole seconds within one."""
    for count in range(round(pace / sample), 0, -1):
        yield count * sample
    yield from range(math.ceil(sample) - 1, 0, -1)


def _tells(allowed: float, spare: int) -> bool:
    """Whether an outage tells a threshold of so many moments from one a tenth lower or higher.

    It is asked for the last moment at which it is surely below, and the first one surely above,
    each of which may be off by some to spare.
    """
    below = math.floor((1 - MARGIN) * allowed) - spare
    above = math.floor((1 + MARGIN) * allowed) + 2 + spare
    return below > (1 - MISSED) * allowed and above < (1 + MISSED) * allowed


def _pace(trial: Trial, seconds: float) -> float:
    """Return how often rules are evaluated so that a window has some points and full samples."""
    sample = trial.sample_seconds
    return max(sample, seconds // POINTS // sample * sample)


def _is_moments(trial: Trial) -> bool:
    """Whether what is counted are evaluations, each of them good or bad, and none left out."""
    slo = trial.slo
    return slo.sli.is_sampled and not slo.excluded and not trial.source.is_fine


def _watch(trial: Trial, branch: Branch, step: float) -> Watch:
    slo = trial.slo
    is_sharp = slo.is_counted(branch.long_seconds) or _is_moments(trial)
    return Watch(
        short=max(1, round(branch.short_seconds / step)),
        long=max(1, round(branch.long_seconds / step)),
        threshold=float(branch.threshold(trial.stratum.budget)),
        smear=1 if is_sharp else max(1, round(trial.smear_seconds / step)),
    )


def _course(trial: Trial, watch: Watch, others: Sequence[Watch], pending: int, kept: int) -> Course:
    rest = 2 * watch.short + kept + watch.smear + 2
    if not trial.source.is_fine or OVER * watch.threshold >= 1:
        return _outage(watch, pending, rest)
    threshold = watch.threshold
    more = 2 + watch.smear
    phases = (
        Phase(watch.long + more, _rounded(UNDER * threshold)),
        Phase(math.ceil(0.8 * watch.long) + pending + more, _rounded(OVER * threshold)),
        *_burst(watch, others),
        # The long window is over its threshold for long: it is the short one that ends the alert.
        Phase(2 * watch.short + more, _rounded(UNDER * threshold)),
    )
    lead = _lead(trial, phases, watch, others)
    return (lead, *phases, Phase(rest, 0, lead.weight))


def _burst(watch: Watch, others: Sequence[Watch]) -> Course:
    """Return phases in which the pair of the next higher threshold, if any, fires as well."""
    higher = [each for each in others if watch.threshold < each.threshold < UNDER]
    if not higher:
        return (Phase(watch.short, _rounded(min(1.0, BURST * watch.threshold))),)
    next_one = min(higher, key=lambda each: each.threshold)
    return (
        Phase(next_one.long + next_one.smear, _rounded(UNDER * next_one.threshold)),
        Phase(watch.short, _rounded(min(1.0, BURST * next_one.threshold))),
    )


def _lead(trial: Trial, phases: Course, watch: Watch, others: Sequence[Watch]) -> Phase:
    """Return clean steps before some phases that keep the pairs of lower thresholds from firing.

    They have more events than the other steps where that is possible: what has happened since is
    then too little for a window that still knows them.
    """
    lower = [each for each in others if each.threshold < watch.threshold]
    if not lower:
        return Phase(1, 0)
    bad = sum(phase.steps * phase.share for phase in phases)
    steps = sum(phase.steps for phase in phases)
    events = max(1, math.ceil(bad / (0.97 * min(each.threshold for each in lower)) - steps))
    blurred = 2 * watch.smear + 2
    room = min(each.long for each in lower) - steps - blurred
    if not trial.source.is_weighed or room < 1:
        return Phase(events, 0)
    count = min(events, room, watch.short)
    return Phase(count + blurred, 0, math.ceil(events / count))


def _outage(watch: Watch, pending: int, rest: int) -> Course:
    """Return a course of moments that are bad as a whole, for longer than a threshold allows."""
    enough = math.ceil(watch.threshold * (watch.long + 1) * 1.02) + watch.smear + 2
    return (
        Phase(watch.long + watch.smear + 2, 0),
        Phase(max(enough, watch.short + watch.smear + 1) + pending, 1),
        Phase(rest, 0),
    )


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
        course = _outage(watch, pending, rest)
    found = turning_points(course, (watch,), pending, 0, _excluded(trial, course, step))
    if found:
        yield _test(trial, alert, course, step, found, "spends the budget", is_valued=False)


def _held(slo: SloPlan, values: Mapping[str, str], alert: SloAlert) -> AlertTest:
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
        shows=f"waits until the budget is spent for long{_named(values)}",
        evaluation_interval_seconds=HELD_SECONDS,
        sample_interval_seconds=HELD_SECONDS,
        series=(
            InputSeries(series=selector_of(of), values=notation(runs)),
            InputSeries(series=other, values=notation((Run(-1, 0, last + 1),))),
        ),
        expectations=(
            *(Expectation(at_seconds=number * HELD_SECONDS) for number in asked),
            Expectation(at_seconds=last * HELD_SECONDS, firing=(_firing(values, alert, None),)),
        ),
        among=slo.among(alert),
    )


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


def _floor(trial: Trial, alert: SloAlert, branch: Branch, source: Counters) -> Iterator[AlertTest]:
    """Yield the test of a few events: one too few for the floor, then enough.

    As many of them are bad as fire this pair of windows, and none of a higher threshold. There is
    no test where a pair of longer windows, which has seen more of them, would fire.
    """
    step = _pace(trial, branch.short_seconds)
    watches = tuple(_watch(trial, each, step) for each in alert.branches)
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
    yield _made(
        trial,
        alert,
        source.play(course, samples, trial.sample_seconds, events=few),
        step,
        f"asks for enough events in {branch.name}",
        (
            Expectation(at_seconds=(lead + full) * step),
            Expectation(
                at_seconds=(lead + steps) * step, firing=(_firing(trial.values, alert, share),)
            ),
        ),
    )


def _between(watch: Watch, others: Sequence[Watch]) -> float:
    """Return a share of bad events above a threshold and below the next higher one."""
    higher = [each.threshold for each in others if each.threshold > watch.threshold]
    return min(1.0, _rounded(math.sqrt(watch.threshold * min(higher)))) if higher else 1.0


def _asked(slo: SloPlan, share: float) -> float:
    """Return how many events, a share of them bad, are half a one too few for the floor."""
    floor = slo.entry.alerts.floor
    if floor is None:
        return 0
    return max((floor.events or 0.5) - 0.5, ((floor.errors or 0.5) - 0.5) / share)


def _exceeding(trial: Trial, alert: SloAlert, *, is_good: bool) -> AlertTest:
    """Return the test of more good events than events, or of more bad ones."""
    windows = trial.slo.windows
    seconds = next((each for each in windows if each >= SETTLED_SECONDS), windows[-1])
    step = _pace(trial, seconds)
    length = round(seconds / step)
    pending = math.ceil(alert.for_seconds / step)
    smear = 1 if trial.slo.is_counted(seconds) else max(1, round(trial.grain_seconds / step))
    watch = Watch(short=length, long=length, threshold=1, smear=smear)
    course: Course = (Phase(length, 0), Phase(2 * length + pending, EXCESS), Phase(length, 0))
    found = turning_points(course, (watch,), pending, 0, _excluded(trial, course, step))
    if is_good:
        # It is the good ones that are more than all: what is said of bad ones holds for them.
        course = tuple(replace(phase, share=1 - phase.share) for phase in course)
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
    expected = _firing(trial.values if slo.sli.presence is None else {}, alert, None)
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
    sample = min(step, trial.sample_seconds)
    series = trial.source.play(course, round(step / sample), sample)
    expectations = tuple(
        Expectation(
            at_seconds=(number + 1) * step,
            firing=(
                (_firing(trial.values, alert, moment.share if is_valued else None),)
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
    seconds = max(each.at_seconds for each in expectations)
    sample = min(step, trial.sample_seconds)
    return AlertTest(
        origin=slo.origin,
        service=slo.service,
        alert=alert.name,
        shows=shows + _named(trial.values),
        evaluation_interval_seconds=step,
        sample_interval_seconds=sample,
        series=(*series, *_strangers(trial, alert, math.ceil(seconds / sample) + 1)),
        expectations=expectations,
        among=slo.among(alert),
    )


def _named(values: Mapping[str, str]) -> str:
    """Return the group that is tried, in words."""
    return "".join(f" for {label} {value}" for label, value in values.items())


def _strangers(trial: Trial, alert: SloAlert, samples: int) -> Iterator[InputSeries]:
    """Yield what another SLO, of which all events are bad, has recorded under the same names."""
    slo, names = trial.slo, trial.slo.names
    base = window_name(names, slo.base_seconds)
    said = slo.entry.alerts.floor
    floor = [kind for kind in ("total", "bad") if said is not None]
    recorded: dict[str, tuple[float, Mapping[str, str]]] = {
        f"slo:sli_total:rate{base}": (STRANGE_RATE, {}),
        f"slo:sli_bad:rate{base}": (STRANGE_RATE, {}),
    }
    for branch in alert.branches:
        for length in (branch.short_seconds, branch.long_seconds):
            window = window_name(names, length)
            recorded[f"slo:sli_error:ratio_rate{window}"] = (1, {names.window: window})
            recorded.update(
                (f"slo:sli_{kind}:count{window}", (STRANGE_RATE, {names.window: window}))
                for kind in floor
            )
    if alert.kind == "budget":
        recorded[BUDGET] = (-1, {})
    values = {**trial.values, names.id: "stranger"}
    for name, (value, labels) in recorded.items():
        yield InputSeries(
            series=selector_of({"__name__": name, **values, **labels}),
            values=notation((Run(value, 0, samples),)),
        )


def _firing(values: Mapping[str, str], alert: SloAlert, share: float | None) -> Firing:
    """Return what fires; its annotations where the share that they show is sure."""
    labels = {**values, **alert.labels}
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
