"""What an SLO counts, played: shares of bad events become the samples of raw series."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import promql_parser

from compiler.lower.alert_test import InputSeries
from compiler.lower.drive.series import Run, Series, selector_of
from compiler.lower.drive.values import accepted, refused
from compiler.lower.drive.world import Selector, Unforeseeable, selector_of_tree
from compiler.lower.slo.plan import WINDOW
from compiler.promql.parse import parse
from compiler.promql.tree import Query, selectors

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from compiler.lower.slo.plan import SloPlan
    from compiler.lower.slo.trial.course import Course
    from compiler.model.metrics import Metric

EVENTS: Final = 1_000_000
"""Events between two samples: shares of them are whole numbers."""

Role: TypeAlias = Literal["part", "rest", "whole"]
"""What a counter counts: the bad or the good events, the others, or all of them."""


@dataclass(frozen=True, slots=True)
class Counters:
    """Counters of events. `is_good` says that the part that is counted is the good one."""

    series: tuple[tuple[Role, Mapping[str, str]], ...]
    is_good: bool
    is_fine: bool = True

    @property
    def can_exceed(self) -> bool:
        """Whether the part and the whole are counted apart, so that one may be above the other."""
        return any(role == "whole" for role, _labels in self.series)

    def play(
        self, course: Course, samples: int, seconds: float, *, events: float = EVENTS
    ) -> tuple[InputSeries, ...]:
        """Given a course, the samples in a step and the events in a sample, return the series."""
        return tuple(
            _input(labels, self._growing(course, samples, role, events))
            for role, labels in self.series
        )

    def interrupted(self, share: float, steps: int) -> tuple[InputSeries, ...]:
        """Return the series of events that cease, and of counters that then begin anew."""
        found = []
        for role, labels in self.series:
            slope = self._slope(role, share, EVENTS)
            runs = [
                Run(0.0, slope, steps + 1),
                Run(slope * steps, 0, steps),
                Run(0.0, slope, steps),
            ]
            found.append(_input(labels, runs))
        return tuple(found)

    def _growing(self, course: Course, samples: int, role: Role, events: float) -> list[Run]:
        """Return the runs of a counter, which begins at zero."""
        runs, value = [Run(0.0, 0, 1)], 0.0
        for phase in course:
            slope = self._slope(role, phase.share, events)
            count = phase.steps * samples
            runs.append(Run(value + slope, slope, count))
            value += slope * count
        return runs

    def _slope(self, role: Role, share: float, events: float) -> float:
        """Return how much a counter grows from sample to sample."""
        bad = round(share * events) if events == EVENTS else share * events
        part = events - bad if self.is_good else bad
        return {"part": part, "rest": events - part, "whole": events}[role]


@dataclass(frozen=True, slots=True)
class Gauge:
    """A gauge that is 1 while all is well, else 0."""

    labels: Mapping[str, str]
    is_fine: bool = False

    def play(self, course: Course, samples: int, seconds: float) -> tuple[InputSeries, ...]:
        """Given a course and the samples in a step, return the series."""
        runs = [
            Run(1 - phase.share, 0, count)
            for phase, count in zip(course, _counts(course, samples), strict=True)
        ]
        return (_input(self.labels, runs),)


@dataclass(frozen=True, slots=True)
class Stamp:
    """The time of the last renewal: now while all is well, else too long ago."""

    labels: Mapping[str, str]
    limit_seconds: float
    is_fine: bool = False

    def play(self, course: Course, samples: int, seconds: float) -> tuple[InputSeries, ...]:
        """Given a course, the samples in a step and their distance, return the series."""
        runs, begin = [], 0.0
        for phase, count in zip(course, _counts(course, samples), strict=True):
            late = 2 * self.limit_seconds if phase.share else 0
            runs.append(Run(begin - late, seconds, count))
            begin += count * seconds
        return (_input(self.labels, runs),)


Source: TypeAlias = Counters | Gauge | Stamp


@dataclass(frozen=True, slots=True)
class Unplayable:
    """Why the series of an SLO cannot be made up."""

    reason: str


def source_of(
    slo: SloPlan, metrics: Mapping[str, Metric], values: Mapping[str, str]
) -> Source | Unplayable:
    """Given an SLO, the catalogue and the values of the labels of `by`, return what to play."""
    try:
        return _source(slo, metrics, values)
    except Unforeseeable as error:
        return Unplayable(str(error))


def _source(
    slo: SloPlan, metrics: Mapping[str, Metric], values: Mapping[str, str]
) -> Source | Unplayable:
    entry, sli = slo.entry, slo.sli
    if entry.freshness is not None:
        return Stamp(_one(entry.freshness.of, metrics, values), entry.freshness.under_seconds)
    if entry.boolean is not None:
        return Gauge(_one(entry.boolean.of, metrics, values))
    if entry.ratio is not None or entry.composite is not None or sli.is_sampled:
        return Unplayable("it asks for a share, not for events")
    total = _counted(sli.total)
    part = _counted(sli.bad or sli.good or "")
    if not total or len(part) != 1:
        return Unplayable("its queries are more than counters that are rated and summed")
    chosen = _labels([part[0]], metrics, values)
    inside = [each for each in total if each.name == part[0].name]
    if inside:
        chosen = _labels([part[0], inside[0]], metrics, values)
    is_inside = any(each.accepts(dict(chosen)) for each in total)
    others = _labels([total[0]], metrics, values, against=part[0] if inside else None)
    roles: tuple[tuple[Role, Mapping[str, str]], ...] = (
        ("part", chosen),
        ("rest" if is_inside else "whole", others),
    )
    return Counters(roles, is_good=sli.good is not None)


def _counted(expression: str) -> list[Selector]:
    """Return the counters of an expression that rates and sums them; none if it does more."""
    query = parse(expression.replace(WINDOW, "5m"))
    if not isinstance(query, Query) or not _is_sum(query.tree):
        return []
    return [selector_of_tree(each) for each in selectors(query.tree)]


def _is_sum(tree: Any) -> bool:
    if isinstance(tree, promql_parser.ParenExpr):
        return _is_sum(tree.expr)
    if isinstance(tree, promql_parser.AggregateExpr):
        return str(tree.op) == "sum" and _is_sum(tree.expr)
    if isinstance(tree, promql_parser.BinaryExpr):
        return str(tree.op) == "or" and _is_sum(tree.lhs) and _is_sum(tree.rhs)
    return isinstance(tree, promql_parser.Call) and tree.func.name in ("rate", "increase")


def _one(query: str, metrics: Mapping[str, Metric], values: Mapping[str, str]) -> Mapping[str, str]:
    """Return the labels of the one series that a selector asks for."""
    read = parse(query)
    if not isinstance(read, Query) or not isinstance(read.tree, promql_parser.VectorSelector):
        raise Unforeseeable("its query is more than a selector")
    return _labels([selector_of_tree(read.tree)], metrics, values)


def _labels(
    wanted: Sequence[Selector],
    metrics: Mapping[str, Metric],
    values: Mapping[str, str],
    against: Selector | None = None,
) -> Mapping[str, str]:
    """Return the labels of a series that some selectors take, and another one does not."""
    matchers = [matcher for selector in wanted for matcher in selector.matchers]
    labels = {"__name__": wanted[0].name}
    for name in dict.fromkeys((*values, *(matcher.label for matcher in matchers))):
        own = [matcher for matcher in matchers if matcher.label == name]
        known = [values[name]] if name in values else _known(wanted[0].name, name, metrics)
        found = accepted(own, known)
        if not found or (name in values and found[0] != values[name]):
            raise Unforeseeable(f"no value of `{name}` is known that its matchers accept")
        if found[0]:
            labels[name] = found[0]
    if against is not None and against.accepts(labels):
        labels = _outside(labels, matchers, against, metrics, values)
    return labels


def _outside(
    labels: dict[str, str],
    matchers: Iterable[Any],
    against: Selector,
    metrics: Mapping[str, Metric],
    values: Mapping[str, str],
) -> dict[str, str]:
    """Return the labels with one value changed, so that a selector does not take them."""
    for matcher in against.matchers:
        if matcher.label in values:
            continue
        own = [each for each in matchers if each.label == matcher.label]
        value = refused(matcher, own, _known(labels["__name__"], matcher.label, metrics))
        if value is not None:
            changed = {**labels, matcher.label: value}
            return {name: text for name, text in changed.items() if text}
    raise Unforeseeable("good and bad events cannot be told apart by their labels")


def _known(metric: str, label: str, metrics: Mapping[str, Metric]) -> list[str]:
    """Return the values that the catalogue declares for a label."""
    stems = (metric, metric.removesuffix("_bucket"), metric.removesuffix("_count"))
    entry = next((metrics[stem] for stem in stems if stem in metrics), None)
    declared = entry.labels.get(label) if entry is not None else None
    return list(declared) if isinstance(declared, tuple) else []


def _counts(course: Course, samples: int) -> Iterator[int]:
    """Yield the samples of each phase; the first begins at time zero, a sample before its steps."""
    for number, phase in enumerate(course):
        yield phase.steps * samples + (number == 0)


def _input(labels: Mapping[str, str], runs: Sequence[Run]) -> InputSeries:
    series = Series(dict(labels))
    series.play(tuple(runs))
    return InputSeries(series=selector_of(labels), values=series.notation())
