"""Sections ``metrics`` and ``signals``: what the service measures, and values said once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import ClassVar, Literal

from compiler.model.scrape import Category
from compiler.model.types import LabelName, Name, Number, Query, Text
from compiler.model.values import LabelValues
from runtime.contract.entry import Entry, entry

Unit = Literal[
    "ratio",
    "seconds",
    "timestamp",
    "bytes",
    "bytes_per_second",
    "per_second",
    "count",
    "boolean",
    "score",
]
"""What a number measures. A share is a ratio, written with a per cent sign."""

Measure = Literal[
    "http_requests",
    "http_request_duration",
    "http_requests_active",
    "errors",
    "runs",
    "run_duration",
    "runs_active",
]
"""What the compiled instrumentation measures by itself: requests are seen by its middleware, errors
by what watches a handler, and runs of an activity by what is put around them."""


@entry
class Metric(Entry):
    """One metric of the service; its key is the metric's name, and its type holds the help text."""

    exactly_one: ClassVar = (("counter", "gauge", "histogram", "summary"),)

    counter: Text | None = None
    """Help text of a value that only grows, until a restart."""
    gauge: Text | None = None
    """Help text of a value that goes up and down."""
    histogram: Text | None = None
    """Help text of a distribution, counted in buckets."""
    summary: Text | None = None
    """Help text of a distribution, without buckets."""
    unit: Unit | None = None
    """What the value measures."""
    category: Category | None = None
    """What the metric tells about."""
    labels: Mapping[LabelName, LabelValues] = field(default_factory=dict)
    """Labels with the values they take, or about how many there are."""
    buckets: tuple[Number, ...] | None = None
    """Upper bounds of a histogram's buckets, ascending, without infinity."""
    measures: Measure | None = None
    """What is counted or timed in it, so that no code of the service need do so: HTTP requests,
    errors, or the runs of an `activity`. Without it, code does, by the metric's own functions. A
    status of HTTP that its label does not declare is counted as its class (`5xx`), where that is
    declared; else a 5xx as `500`, or as the first 5xx of the list, a 4xx alike, and any other as
    `other`."""
    activity: Name | None = None
    """Whose `runs`, `run_duration` or `runs_active` the metric measures; metrics of one activity
    are measured together."""
    produced_by: Text | None = None
    """What writes the metric, where it is not the service's own code; such a metric is left out of
    the compiled instrumentation."""

    @property
    def type(self) -> Literal["counter", "gauge", "histogram", "summary"]:
        """The metric's type."""
        if self.counter is not None:
            return "counter"
        if self.gauge is not None:
            return "gauge"
        return "histogram" if self.histogram is not None else "summary"


@entry
class Signal(Entry):
    """A value with its query and unit, said once and named everywhere else."""

    description: Text | None = None
    """What the value tells."""
    query: Query
    """PromQL expression of the value."""
    unit: Unit
    """What the value measures."""
