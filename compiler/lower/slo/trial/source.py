"""What an SLO counts: its queries and the catalogue become what is to be played for it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import promql_parser

from compiler.lower.drive.values import accepted, refused
from compiler.lower.drive.world import Selector, Unforeseeable, selector_of_tree
from compiler.lower.slo.trial.course import Phase
from compiler.lower.slo.trial.players import (
    Counter,
    Counters,
    Gauge,
    Level,
    Role,
    Source,
    Stamp,
    Unison,
)
from compiler.promql.parse import parse
from compiler.promql.tree import Query, selectors
from compiler.promql.window import WINDOW
from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from compiler.lower.slo.plan import SloPlan
    from compiler.model.metrics import Metric

INSTANCE: Final = "instance"
INSTANCES: Final = {"one": 0.75, "two": 0.25}
"""Where events are counted, and how many of them: what is not summed rightly shows."""
RANGE: Final = "5m"
"""What stands for the range where an expression is read."""
AVERAGES: Final = frozenset(("avg_over_time", "max_over_time", "min_over_time", "last_over_time"))
"""Functions that leave a level as it is."""
EQUAL: Final = frozenset(("avg", "max", "min", "sum"))
"""Aggregations that leave the value of a single series as it is."""

SIDES: Final = {">": (1, -1), ">=": (1, -1), "<": (-1, 1), "<=": (-1, 1), "==": (0, 1)}
"""On which side of its limit a value is good, and bad, by the comparison."""


@frozen(kw_only=False)
class Unplayable(Frozen):
    """Why the series of an SLO cannot be made up."""

    reason: str


def source_of(
    slo: SloPlan,
    metrics: Mapping[str, Metric],
    values: Mapping[str, str],
    others: Mapping[str, SloPlan],
) -> Source | Unplayable:
    """Given an SLO, the catalogue, values of the labels of `by` and the service's SLOs by name.

    Return what to play.
    """
    try:
        if slo.entry.composite is not None:
            return _unison(slo, metrics, values, others)
        return _source(slo, metrics, values)
    except Unforeseeable as error:
        return Unplayable(str(error))


def excess_of(source: Source) -> Level | Counters | Unplayable | None:
    """Given a source, return one that counts more good or bad events than there are.

    Or return why there is none; None where counting does not allow more than all.
    """
    if isinstance(source, Level):
        return source
    if isinstance(source, Gauge):
        return Unplayable("a comparison without `bool` gives more than one and zero")
    if not isinstance(source, Counters) or source.beyond is None:
        return None
    if not source.beyond:
        return Unplayable("no labels are known of events that are counted, but not in the total")
    return replace(source, series=source.beyond)


def _unison(
    slo: SloPlan,
    metrics: Mapping[str, Metric],
    values: Mapping[str, str],
    others: Mapping[str, SloPlan],
) -> Source | Unplayable:
    composite = slo.entry.composite
    names = (composite.worst_of or tuple(composite.weighted or ())) if composite else ()
    sources = [_source(others[name], metrics, values) for name in names if name in others]
    played: dict[str, str] = {}
    for source in sources:
        for each in source.play((Phase(2, 0.25),), 1, 60):
            if played.setdefault(each.series, each.values) != each.values:
                return Unplayable("its parts ask one series for different things")
    return Unison(tuple(sources))


def _source(slo: SloPlan, metrics: Mapping[str, Metric], values: Mapping[str, str]) -> Source:
    entry = slo.entry
    if entry.freshness is not None:
        return Stamp(_one(entry.freshness.of, metrics, values), entry.freshness.under_seconds)
    if entry.boolean is not None:
        return _gauge(entry.boolean.of, metrics, values)
    if entry.ratio is not None:
        query = str(entry.ratio.good if entry.ratio.bad is None else entry.ratio.bad)
        return _share(query, metrics, values, is_good=entry.ratio.bad is None)
    sli = slo.sli
    part = sli.bad if sli.bad is not None else str(sli.good)
    return _counters(sli.total, part, metrics, values, is_good=sli.good is not None)


def _gauge(query: str, metrics: Mapping[str, Metric], values: Mapping[str, str]) -> Gauge | Level:
    """Return what to play for a gauge of one and zero, or one that is compared with a number.

    The former is played in parts, as the average of many gauges is: each share that is bad is had
    at once, where ones and zeros need thousands of evaluations for a share of a thousandth.
    """
    read = parse(query)
    if not isinstance(read, Query):
        raise Unforeseeable("its query cannot be read")
    tree, sides = _plain(read.tree), None
    if isinstance(tree, promql_parser.BinaryExpr) and str(tree.op) in SIDES:
        limit = tree.rhs
        if not isinstance(limit, promql_parser.NumberLiteral):
            raise Unforeseeable("it is compared with something else than a number")
        near = 0.05 * (abs(limit.val) or 1)
        sides = [float(f"{limit.val + near * side:.6g}") for side in SIDES[str(tree.op)]]
        tree = _plain(tree.lhs)
    if not isinstance(tree, promql_parser.VectorSelector):
        raise Unforeseeable("its query is more than a gauge that may be compared with a number")
    labels = _labels([selector_of_tree(tree)], metrics, values)
    return Level(labels, is_good=True) if sides is None else Gauge(labels, sides[0], sides[1])


def _plain(tree: Any) -> Any:
    """Return what is inside of parentheses, and of aggregations that leave a value as it is."""
    while isinstance(tree, promql_parser.ParenExpr) or (
        isinstance(tree, promql_parser.AggregateExpr) and str(tree.op) in EQUAL
    ):
        tree = tree.expr
    return tree


def _share(
    query: str, metrics: Mapping[str, Metric], values: Mapping[str, str], *, is_good: bool
) -> Source:
    """Return what to play for a share: a gauge, or a counter divided by another one."""
    read = parse(query.replace(WINDOW, RANGE))
    if not isinstance(read, Query):
        raise Unforeseeable("its query cannot be read")
    tree, is_turned = _turned(read.tree)
    if isinstance(tree, promql_parser.BinaryExpr) and str(tree.op) == "/":
        total, part = str(tree.rhs), str(tree.lhs)
        return _counters(total, part, metrics, values, is_good=is_good ^ is_turned)
    if isinstance(tree, promql_parser.Call) and tree.func.name in AVERAGES:
        tree = next(iter(tree.args)).vector_selector
    if not isinstance(tree, promql_parser.VectorSelector):
        raise Unforeseeable("its share is more than a gauge, or one counter by another")
    labels = _labels([selector_of_tree(tree)], metrics, values)
    return Level(labels, is_good=is_good ^ is_turned)


def _turned(tree: Any) -> tuple[Any, bool]:
    """Return what is inside of parentheses, averages and ``1 - …``, and whether it is turned."""
    is_turned = False
    while True:
        tree = _plain(tree)
        if (
            isinstance(tree, promql_parser.BinaryExpr)
            and str(tree.op) == "-"
            and isinstance(tree.lhs, promql_parser.NumberLiteral)
            and tree.lhs.val == 1
        ):
            tree, is_turned = tree.rhs, not is_turned
        else:
            return tree, is_turned


def _counters(
    whole: str,
    share: str,
    metrics: Mapping[str, Metric],
    values: Mapping[str, str],
    *,
    is_good: bool,
) -> Counters:
    """Return the counters of two expressions: of all events, and of the bad or the good ones."""
    total, part = _counted(whole), _counted(share)
    if not total or len(part) != 1:
        raise Unforeseeable("its queries are more than counters that are rated and summed")
    inside = [each for each in total if each.name == part[0].name]
    chosen = _labels([*part, *inside[:1]], metrics, values)
    is_inside = any(each.accepts(dict(chosen)) for each in total)
    others = _labels(total[:1], metrics, values, against=part[0] if inside else None)
    rest: Role = "rest" if is_inside else "whole"
    series = (*_spread("part", chosen), *_spread(rest, others))
    beyond: tuple[Counter, ...] | None = series
    if is_inside:
        beyond = _beyond(part[0], inside, metrics, values)
        beyond = beyond and (*beyond, *_spread("whole", others))
    return Counters(series, is_good=is_good, beyond=beyond)


def _beyond(
    part: Selector,
    inside: Sequence[Selector],
    metrics: Mapping[str, Metric],
    values: Mapping[str, str],
) -> tuple[Counter, ...] | None:
    """Return counters that a selector finds and those of the whole do not, if any are known.

    None where it finds no more than one of them.
    """
    if any(set(each.matchers) <= set(part.matchers) for each in inside):
        return None
    try:
        labels = _labels([part], metrics, values, against=inside[0])
    except Unforeseeable:
        return ()
    is_found = any(each.accepts(dict(labels)) for each in inside)
    return () if is_found else tuple(_spread("part", labels))


def _spread(role: Role, labels: Mapping[str, str]) -> Iterator[Counter]:
    """Yield the counters of two unlike instances, or one where the label is taken."""
    if INSTANCE in labels:
        yield Counter(role, labels)
        return
    for instance, weight in INSTANCES.items():
        yield Counter(role, {**labels, INSTANCE: instance}, weight)


def _counted(expression: str) -> list[Selector]:
    """Return the counters of an expression that rates and sums them; none if it does more."""
    query = parse(expression.replace(WINDOW, RANGE))
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


def entry_of(metric: str, metrics: Mapping[str, Metric]) -> Metric | None:
    """Given a series' name, return what the catalogue says of its metric, if anything."""
    stems = (metric, metric.removesuffix("_bucket"), metric.removesuffix("_count"))
    return next((metrics[stem] for stem in stems if stem in metrics), None)


def _known(metric: str, label: str, metrics: Mapping[str, Metric]) -> list[str]:
    """Return the values that the catalogue declares for a label."""
    entry = entry_of(metric, metrics)
    declared = entry.labels.get(label) if entry is not None else None
    return list(declared) if isinstance(declared, tuple) else []
