"""Section ``dashboards``: what people look at, from the summary down to what finds a cause."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Annotated, ClassVar, Literal

from compiler.model.health import Interval
from compiler.model.metrics import Unit
from compiler.model.types import (
    AlertName,
    Flag,
    LabelName,
    MetricName,
    Name,
    Query,
    Text,
    Url,
)
from compiler.model.values import Threshold
from runtime.contract.entry import Entry, entry
from runtime.contract.forms import whole_of

PanelKind = Literal[
    "time-series", "stat", "gauge", "bar-gauge", "table", "heatmap", "state-timeline"
]
"""How a panel shows its values: a course over time, a number, a dial, bars, a table, a
distribution over time, states over time."""

Level = Literal["summary", "key", "detail", "troubleshooting"]
"""How near to the cause a row is: what all is like, the key figures, each part, what to search."""

Columns = Annotated[int, whole_of(1, 24)]
"""Columns of a dashboard, which has 24."""


@entry
class Variable(Entry):
    """What people choose above the panels. `$instance` in a query is what was chosen.

    What is chosen of a label also narrows panels that name a metric with that label, or a signal or
    an alert whose result surely has it.
    """

    exactly_one: ClassVar = (("label", "values"),)
    all_or_none: ClassVar = (("label", "of"),)

    title: Text | None = None
    """Name for people; made of the key when none is given."""
    description: Text | None = None
    """What is chosen."""
    label: LabelName | None = None
    """Label whose values can be chosen."""
    of: Query | None = None
    """Selector of the series whose label it is."""
    values: tuple[Text, ...] | None = None
    """Values that can be chosen."""
    default: Text | None = None
    """What is chosen first; all values of a label, or the first of `values`, when none is given."""
    multiple: Flag = True
    """Whether several values of a label, and all of them, can be chosen."""


@entry
class Panel(Entry):
    """One picture: what it shows, and how."""

    exactly_one: ClassVar = (("signal", "alert", "slo", "metric", "queries"),)

    title: Text | None = None
    """Name for people; that of what is shown, or made of the key, when none is given."""
    description: Text | None = None
    """What is seen; that of what is shown when none is given."""
    kind: PanelKind | None = None
    """How it is shown: a histogram as `heatmap`, an SLO as `stat`, all else as `time-series`, when
    none is given."""
    signal: Name | None = None
    """Value that is shown, with the thresholds of its alerts; a key of `signals`."""
    alert: AlertName | None = None
    """Alert whose value is shown, with its threshold; a key of `alerts`."""
    slo: Name | None = None
    """Promise that is shown; a key of `slos`."""
    metric: MetricName | None = None
    """Metric that is shown, a counter as its rate; a key of `metrics`."""
    queries: Mapping[Text, Query] | None = None
    """What Prometheus is asked, by the legend, which may hold labels: `{{instance}}`. Variables
    may stand in a query; `$interval` is always there."""
    by: tuple[LabelName, ...] = ()
    """Labels of a `metric` by which there is one line each; all are added up when none are given,
    but for gauges, which are shown as they are."""
    legend: Text | None = None
    """What a line of a `signal`, `alert` or `metric` is called: `{{instance}}`; made of the labels
    of the result when none is given."""
    unit: Unit | None = None
    """What is measured, where what is shown does not say it."""
    min: Threshold | None = None
    """Where the axis begins."""
    max: Threshold | None = None
    """Where the axis ends."""
    axis: Text | None = None
    """What stands at the axis."""
    stacked: Flag = False
    """Whether lines are put on top of each other."""
    width: Columns | None = None
    """Columns that it takes; panels of a kind share a row evenly when none are given."""
    links: Mapping[Text, Url] = field(default_factory=dict)
    """Further addresses, by what they show. Runbooks of the alerts are there by themselves."""


@entry
class Row(Entry):
    """Panels that belong together."""

    title: Text | None = None
    """Name for people; made of the key when none is given."""
    level: Level
    """How near to the cause it is; rows stand in this order."""
    collapsed: Flag = False
    """Whether it is closed until somebody opens it."""
    repeat: LabelName | None = None
    """Variable for each chosen value of which the row is shown once; a key of `variables`."""
    panels: Mapping[Name, Panel]
    """Panels by name; names of one dashboard differ."""


@entry
class Dashboard(Entry):
    """One dashboard."""

    title: Text | None = None
    """Name for people; made of the key, behind the service's title, when none is given."""
    description: Text | None = None
    """What it is for."""
    range_seconds: Interval = 21_600
    """Time that is shown at first, up to now."""
    refresh_seconds: Interval = 10
    """How often it is drawn anew; Grafana draws every 5s at most."""
    tags: tuple[Text, ...] = ()
    """Words by which it is found, besides the service's name."""
    variables: Mapping[LabelName, Variable] = field(default_factory=dict)
    """What people choose, by the name in queries. `interval` (1m, 5m, 15m, 1h) is there, unless
    another one is given."""
    events: Mapping[Text, Query] = field(default_factory=dict)
    """Moments to mark in all panels, by what happened: queries that are above 0 just then. Firing
    alerts of the service are marked by themselves."""
    links: Mapping[Text, Url] = field(default_factory=dict)
    """Further addresses, by what they show."""
    rows: Mapping[Name, Row]
    """Rows by name, from the top."""
