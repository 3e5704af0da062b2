"""Panels: what a spec says one shows becomes questions to Prometheus, and how they are drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compiler.lower.alerts import contained
from compiler.lower.dashboards.plan import Asked, PanelPlan
from compiler.lower.dashboards.shown import Shown
from compiler.lower.dashboards.slo_panels import SloView
from compiler.lower.dashboards.thresholds import steps_of
from compiler.promql.labels import Known, labels_of
from compiler.promql.narrow import narrowed
from compiler.promql.parse import parse
from compiler.promql.tree import Query, selectors
from compiler.promql.variables import without_variables

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from compiler.lower.plan import AlertPlan, Origin
    from compiler.lower.slo.plan import SloPlan
    from compiler.model.dashboards import Panel, Variable
    from compiler.model.metrics import Metric, Unit
    from compiler.model.spec import Spec

QUANTILES: Final = (("p50", "0.5"), ("p95", "0.95"), ("p99", "0.99"))
"""What is shown of a histogram as a course over time."""

RATES: Final[Mapping[Unit, Unit]] = {"bytes": "bytes_per_second", "seconds": "ratio"}
"""What the rate of a counter measures, where it is no plain number."""

SCRAPED: Final = frozenset(("instance", "job"))
"""Labels that all series have, from being scraped."""

SUMMED: Final = frozenset(("bytes", "bytes_per_second", "per_second", "count", "seconds"))
"""Units of gauges that can be added up; of others the largest is shown."""


class Panels:
    """Makes the panels of one dashboard."""

    def __init__(
        self,
        spec: Spec,
        variables: Mapping[str, Variable],
        *,
        alerts: Sequence[AlertPlan],
        slos: Mapping[str, SloPlan],
    ) -> None:
        self.spec = spec
        self.alerts = alerts
        self.slos = slos
        self.matchers = {
            str(variable.label): f'{variable.label}{"=~" if variable.multiple else "="}"${name}"'
            for name, variable in variables.items()
            if variable.label is not None
        }

    def panel(self, origin: Origin, name: str, entry: Panel) -> PanelPlan | None:
        """Given what is said of a panel, return its plan; None when what it shows is unknown."""
        shown = self._shown(entry)
        if shown is None:
            return None
        title = entry.title or shown.title or words_of(name)
        unit = entry.unit or shown.unit
        return PanelPlan(
            origin=origin,
            name=name,
            title=title,
            description=entry.description or shown.description,
            kind=entry.kind or shown.kind,
            asked=tuple(
                Asked(
                    _in_milliseconds(each.expression) if unit == "timestamp" else each.expression,
                    title if each.legend == "" else each.legend,
                )
                for each in shown.asked
            ),
            unit=unit,
            minimum=entry.min.value if entry.min is not None else None,
            maximum=entry.max.value if entry.max is not None else None,
            axis=entry.axis,
            steps=shown.steps,
            columns=shown.columns,
            is_stacked=entry.stacked,
            width=entry.width,
            links={**shown.links, **entry.links},
        )

    def _shown(self, entry: Panel) -> Shown | None:
        if entry.queries is not None:
            asked = tuple(Asked(query, legend) for legend, query in entry.queries.items())
            return Shown(asked=asked, unit=entry.unit)
        if entry.signal is not None:
            return self._of_signal(entry, entry.signal)
        if entry.alert is not None:
            return self._of_alert(entry, entry.alert)
        if entry.slo is not None:
            return self._of_slo(entry, entry.slo)
        return self._of_metric(entry, str(entry.metric))

    def _of_signal(self, entry: Panel, name: str) -> Shown | None:
        signal = self.spec.signals.get(name)
        if signal is None:
            return None
        alerts = [alert for alert in self.alerts if alert.entry.signal == name]
        return self._of_query(entry, signal.query, signal.unit, signal.description, alerts)

    def _of_alert(self, entry: Panel, name: str) -> Shown | None:
        alert = next((each for each in self.alerts if each.name == name), None)
        if alert is None:
            return None
        compared = alert.comparison
        return self._of_query(entry, compared.query, compared.unit, None, [alert])

    def _of_query(
        self,
        entry: Panel,
        query: str,
        unit: Unit | None,
        description: str | None,
        alerts: Sequence[AlertPlan],
    ) -> Shown:
        """Return what is shown of a value that alerts compare."""
        return Shown(
            description=description,
            asked=(_asked(entry, self._narrowed(query, self._labels_of(query))),),
            unit=unit,
            # A time is shown in milliseconds, and its alerts compare ages as a rule.
            steps=() if unit == "timestamp" else steps_of(alerts),
            links={
                f"Runbook of {alert.name}": url
                for alert in alerts
                if (url := alert.annotations.get("runbook_url")) is not None
            },
        )

    def _of_slo(self, entry: Panel, name: str) -> Shown | None:
        slo = self.slos.get(name)
        if slo is None:
            return None
        view = SloView(slo)
        shown = view.shares() if entry.kind == "time-series" else view.left()
        runbook = runbook_of(slo)
        return Shown(
            title=f"{slo.title}: {str(shown.title).lower()}",
            description=slo.entry.description or shown.description,
            kind=shown.kind,
            asked=shown.asked,
            unit=shown.unit,
            steps=shown.steps,
            links={f"Runbook of {slo.title}": runbook} if runbook else {},
        )

    def _of_metric(self, entry: Panel, name: str) -> Shown | None:
        metric = self.spec.metrics.get(name)
        if metric is None:
            return None
        help_text = metric.counter or metric.gauge or metric.histogram or metric.summary
        kind = entry.kind or ("heatmap" if metric.type == "histogram" else "time-series")
        labels = SCRAPED.union(metric.labels)
        asked = tuple(
            _asked(entry, self._narrowed(query, labels), legend)
            for query, legend in _of_type(name, metric, entry, is_heatmap=kind == "heatmap")
        )
        unit = metric.unit
        if metric.type == "counter":
            unit = RATES.get(unit, "per_second") if unit is not None else "per_second"
        return Shown(description=help_text, kind=kind, asked=asked, unit=unit)

    def _narrowed(self, query: str, labels: Collection[str]) -> str:
        """Return a query about what is chosen of labels that its series have."""
        for label, matcher in self.matchers.items():
            if label in labels:
                query = narrowed(query, matcher)
        return query

    def _labels_of(self, query: str) -> Collection[str]:
        """Return the labels that a result surely has: others would leave nothing of it."""
        read = parse(query)
        if not isinstance(read, Query):
            return ()
        left = labels_of(read.tree)
        if isinstance(left, Known):
            return left.labels
        metrics = [self.spec.metrics.get(str(each.name)) for each in selectors(read.tree)]
        declared = [frozenset(metric.labels) if metric else frozenset() for metric in metrics]
        common = frozenset.intersection(*declared) if declared else frozenset[str]()
        return frozenset(label for label in common | SCRAPED if left.has(label))


def _in_milliseconds(query: str) -> str:
    """Return a time as Grafana counts it."""
    return f"({contained(query)}) * 1000"


def _asked(entry: Panel, query: str, legend: str | None = None) -> Asked:
    """Return a question, and what its lines are called."""
    return Asked(query, entry.legend or legend or _legend(query))


def _of_type(
    name: str, metric: Metric, entry: Panel, *, is_heatmap: bool
) -> Iterator[tuple[str, str | None]]:
    """Yield what is asked about a metric, and the legend where its labels do not say it."""
    grouped = f" by ({', '.join(entry.by)})" if entry.by else ""
    if metric.type == "gauge":
        how = "sum" if metric.unit in SUMMED else "max"
        yield f"{how}{grouped} ({name})" if entry.by else name, None
    elif metric.type == "counter":
        yield f"sum{grouped} (rate({name}[$interval]))", None
    elif metric.type == "summary":
        rate = _rate_of(grouped)
        yield f"{rate(f'{name}_sum')} / {rate(f'{name}_count')}", None
    elif is_heatmap:
        yield f"sum by (le) (increase({name}_bucket[$interval]))", "{{le}}"
    else:
        inner = f"sum by ({', '.join(('le', *entry.by))}) (rate({name}_bucket[$interval]))"
        by = "".join(f" {{{{{label}}}}}" for label in entry.by)
        for legend, quantile in QUANTILES:
            yield f"histogram_quantile({quantile}, {inner})", legend + by


def _rate_of(grouped: str) -> Callable[[str], str]:
    return lambda series: f"sum{grouped} (rate({series}[$interval]))"


def _legend(query: str) -> str | None:
    """Return a legend of the labels that a result has; empty when it has none, None if unknown."""
    read = parse(without_variables(query))
    labels = labels_of(read.tree) if isinstance(read, Query) else None
    if not isinstance(labels, Known):
        return None
    return " ".join(f"{{{{{label}}}}}" for label in sorted(labels.labels))


def runbook_of(slo: SloPlan) -> str | None:
    """Given an SLO, return the address of its runbook."""
    return slo.alerts[0].annotations.get("runbook_url") if slo.alerts else None


def words_of(name: str) -> str:
    """Given a name, return it as words for people: ``response-time`` is ``Response time``."""
    return name.replace("-", " ").replace("_", " ").capitalize()
