"""What SLOs measure: an SLO enters, its expressions leave, and what the catalogue knows of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from compiler.promql.selector import selector
from compiler.source.fault import Place
from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.check.rule import View
    from compiler.lower.slo.burn import Branch
    from compiler.model.metrics import Metric
    from compiler.model.slos import Slo
    from compiler.model.values import Matcher
    from compiler.source.tree import Path

PARTS: Final = ("_bucket", "_count", "_sum")
"""What Prometheus appends to the names of histograms and summaries."""

Role: TypeAlias = Literal["total", "bad", "good", "histogram", "share", "gauge"]


@frozen
class Expression(Frozen):
    """A query of an SLO, where it stands, and what it is."""

    path: Path
    text: str
    role: Role


def expressions(name: str, slo: Slo) -> Iterator[Expression]:
    """Given an SLO, yield what it says as a text and Prometheus is asked."""
    path: Path = ("slos", name)
    if slo.events is not None:
        yield Expression(path=(*path, "events", "total"), text=slo.events.total, role="total")
        if isinstance(slo.events.bad, str):
            yield Expression(path=(*path, "events", "bad"), text=slo.events.bad, role="bad")
        if isinstance(slo.events.good, str):
            yield Expression(path=(*path, "events", "good"), text=slo.events.good, role="good")
    elif slo.latency is not None:
        yield Expression(path=(*path, "latency", "of"), text=slo.latency.of, role="histogram")
    elif slo.ratio is not None:
        key = "bad" if slo.ratio.bad is not None else "good"
        text = slo.ratio.bad or slo.ratio.good or ""
        yield Expression(path=(*path, "ratio", key), text=text, role="share")
    elif slo.boolean is not None:
        yield Expression(path=(*path, "boolean", "of"), text=slo.boolean.of, role="gauge")
    elif slo.freshness is not None:
        yield Expression(path=(*path, "freshness", "of"), text=slo.freshness.of, role="gauge")


def chosen(slo: Slo) -> Iterator[tuple[str, tuple[tuple[str, Matcher], ...]]]:
    """Yield `bad` or `good` where it says labels of the total, with the labels."""
    if slo.events is None:
        return
    for key in ("bad", "good"):
        said = getattr(slo.events, key)
        if isinstance(said, tuple):
            yield key, said


def metric_of(view: View, name: str) -> tuple[str, Metric] | None:
    """Given a series' name, return the metric of the service's catalogue it belongs to, if any."""
    metrics = view.member.spec.metrics
    if name in metrics:
        return name, metrics[name]
    stem = next((name.removesuffix(part) for part in PARTS if name.endswith(part)), name)
    found = metrics.get(stem)
    return (stem, found) if found is not None and found.type in ("histogram", "summary") else None


def declared(view: View, *roles: Role) -> Iterator[tuple[Expression, str, str, Metric]]:
    """Yield the expressions of some roles that are selectors of what the member's catalogue has.

    Each comes with the series' name, and with the name and the entry of its metric.
    """
    if not view.member.spec.metrics:
        return
    for name, slo in view.member.spec.slos.items():
        for expression in expressions(name, slo):
            said = selector(expression.text) if expression.role in roles else None
            found = metric_of(view, said.metric) if said else None
            if said is not None and found is not None:
                yield expression, said.metric, *found


def labels_of(view: View, metric: Metric, *, series: str = "") -> frozenset[str] | None:
    """Given a metric, return the labels that its series can have; None when that is unknown."""
    labels = {"__name__", "instance", "job", *metric.labels}
    if metric.type == "histogram" and series.endswith("_bucket"):
        labels.add("le")
    if metric.type == "summary":
        labels.add("quantile")
    for member in view.site.members:
        for job in member.spec.scrape.values():
            if job.honor_labels and metric.produced_by is not None:
                return None
            labels.update(job.labels)
            for step in (*job.relabel, *job.metric_relabel):
                if step.action == "labelmap":
                    return None
                if step.target_label is not None:
                    labels.add(step.target_label)
    return frozenset(labels)


def possible(values: tuple[str, ...], matcher: Matcher) -> bool:
    """Whether a matcher lets one of the values through, or `other`, or a series without the label.

    Instrumentation counts what is not declared as `other`.
    """
    candidates = (*values, "other", "")
    if matcher.operator == "=":
        return matcher.value in candidates
    if matcher.operator == "!=":
        return True
    try:
        pattern = re.compile(matcher.value)
    except re.error:
        # What Prometheus' own expressions can and these cannot.
        return True
    wants = matcher.operator == "=~"
    return any(bool(pattern.fullmatch(each)) is wants for each in candidates)


def branches(name: str, slo: Slo) -> Iterator[tuple[str, Path, Branch]]:
    """Yield the burn rates of an SLO's alerts: whose they are, where they stand, what they are."""
    from compiler.lower.slo.burn import branches_of

    if not slo.alerts.page.disabled:
        for branch in branches_of("page", slo.alerts.page, slo.window_seconds):
            yield "page", ("slos", name, "alerts", "page", "windows", branch.name), branch
    if not slo.alerts.ticket.disabled:
        for branch in branches_of("ticket", slo.alerts.ticket, slo.window_seconds):
            yield "ticket", ("slos", name, "alerts", "ticket", "windows", branch.name), branch


def has_windows(slo: Slo) -> bool:
    """Whether any windows of an SLO's alerts are the spec's own."""
    return bool(slo.alerts.page.windows or slo.alerts.ticket.windows)


def is_written(slo: Slo, kind: str) -> bool:
    """Whether an alert's windows are the spec's own."""
    return bool((slo.alerts.page if kind == "page" else slo.alerts.ticket).windows)


def word_at(expression: Expression, word: str) -> Place:
    """Return where a word stands in an expression for the first time, else the whole of it."""
    found = re.search(rf"(?<![\w:]){re.escape(word)}(?![\w:])", expression.text)
    return Place(expression.path, "value", found.span() if found else None)


def parts_of(name: str, slo: Slo) -> Iterator[tuple[Place, str]]:
    """Yield the parts of a composite, with where each is named."""
    composite = slo.composite
    if composite is None:
        return
    path: Path = ("slos", name, "composite")
    for index, part in enumerate(composite.worst_of or ()):
        yield Place((*path, "worst_of", index)), part
    for part in composite.weighted or ():
        yield Place((*path, "weighted", part), "key"), part
