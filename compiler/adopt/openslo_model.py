"""OpenSLO's documents as they come in, `openslo/v1`. Source: the OpenSLO specification, v1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from compiler.adopt.shape import Anything, Camel
from compiler.model.types import Flag, Number, Query, Text
from runtime.contract.entry import entry


@entry
class Metadata(Camel):
    """What an object is called."""

    name: Text
    display_name: Text | None = None
    labels: Mapping[Text, Anything] | None = None
    annotations: Mapping[Text, Anything] | None = None


@entry
class MetricSource(Camel):
    """Where a query is asked; what stands in `spec` is the source's own."""

    metric_source_ref: Text | None = None
    type: Text | None = None
    spec: Anything


@entry
class Source(Camel):
    """What stands in `spec` when the source is Prometheus."""

    query: Query


@entry
class Metric(Camel):
    """One query."""

    metric_source: MetricSource


@entry
class Ratio(Camel):
    """Good or bad events with all events, or a share that something else computes."""

    counter: Flag | None = None
    good: Metric | None = None
    bad: Metric | None = None
    total: Metric | None = None
    raw_type: Literal["success", "failure"] | None = None
    raw: Metric | None = None


@entry
class SliSpec(Camel):
    """What is measured."""

    description: Text | None = None
    threshold_metric: Metric | None = None
    ratio_metric: Ratio | None = None


@entry
class Indicator(Camel):
    """An SLI that stands within an SLO."""

    metadata: Metadata | None = None
    spec: SliSpec


@entry
class Calendar(Camel):
    """Where a calendar window begins."""

    start_time: Text
    time_zone: Text


@entry
class TimeWindow(Camel):
    """The window of an SLO."""

    duration: Text
    is_rolling: Flag | None = None
    calendar: Calendar | None = None


@entry
class Objective(Camel):
    """What is promised."""

    display_name: Text | None = None
    op: Literal["lte", "gte", "lt", "gt"] | None = None
    value: Number | None = None
    target: Number | None = None
    target_percent: Number | None = None
    time_slice_target: Number | None = None
    time_slice_window: Anything = None
    indicator: Indicator | None = None
    indicator_ref: Text | None = None
    composite_weight: Anything = None


@entry
class ConditionParameters(Camel):
    """When an alert fires."""

    kind: Literal["burnrate"] = "burnrate"
    op: Literal["lte", "gte", "lt", "gt"] | None = None
    threshold: Number
    lookback_window: Text
    alert_after: Text | None = None


@entry
class ConditionSpec(Camel):
    """An alert's condition and severity."""

    description: Text | None = None
    severity: Text
    condition: ConditionParameters


@entry
class ConditionItem(Camel):
    """A condition in a policy: one named, or one said."""

    condition_ref: Text | None = None
    kind: Literal["AlertCondition"] | None = None
    metadata: Metadata | None = None
    spec: ConditionSpec | None = None


@entry
class TargetSpec(Camel):
    """Who is notified."""

    target: Text
    description: Text | None = None


@entry
class TargetItem(Camel):
    """A target in a policy: one named, or one said."""

    target_ref: Text | None = None
    kind: Literal["AlertNotificationTarget"] | None = None
    metadata: Metadata | None = None
    spec: TargetSpec | None = None


@entry
class PolicySpec(Camel):
    """Who is told of what."""

    description: Text | None = None
    alert_when_no_data: Flag | None = None
    alert_when_resolved: Flag | None = None
    alert_when_breaching: Flag | None = None
    conditions: tuple[ConditionItem, ...]
    notification_targets: tuple[TargetItem, ...] = ()


@entry
class PolicyItem(Camel):
    """A policy in an SLO: one named, or one said."""

    alert_policy_ref: Text | None = None
    kind: Literal["AlertPolicy"] | None = None
    metadata: Metadata | None = None
    spec: PolicySpec | None = None


@entry
class SloSpec(Camel):
    """A promise."""

    description: Text | None = None
    service: Text
    indicator: Indicator | None = None
    indicator_ref: Text | None = None
    time_window: tuple[TimeWindow, ...] = ()
    budgeting_method: Literal["Occurrences", "Timeslices", "RatioTimeslices"]
    objectives: tuple[Objective, ...]
    alert_policies: tuple[PolicyItem, ...] = ()


@entry
class ServiceSpec(Camel):
    """A service."""

    description: Text | None = None


@entry
class DataSourceSpec(Camel):
    """Where metrics are."""

    description: Text | None = None
    type: Text
    connection_details: Anything = None


@entry
class SLO(Camel):
    """A document of this kind; so the next ones."""

    api_version: Text
    kind: Text
    metadata: Metadata
    spec: SloSpec


@entry
class SLI(Camel):
    """A document of this kind."""

    api_version: Text
    kind: Text
    metadata: Metadata
    spec: SliSpec


@entry
class Service(Camel):
    """A document of this kind."""

    api_version: Text
    kind: Text
    metadata: Metadata
    spec: ServiceSpec | None = None


@entry
class DataSource(Camel):
    """A document of this kind."""

    api_version: Text
    kind: Text
    metadata: Metadata
    spec: DataSourceSpec


@entry
class AlertPolicy(Camel):
    """A document of this kind."""

    api_version: Text
    kind: Text
    metadata: Metadata
    spec: PolicySpec


@entry
class AlertCondition(Camel):
    """A document of this kind."""

    api_version: Text
    kind: Text
    metadata: Metadata
    spec: ConditionSpec


@entry
class AlertNotificationTarget(Camel):
    """A document of this kind."""

    api_version: Text
    kind: Text
    metadata: Metadata
    spec: TargetSpec


KINDS = {
    "SLO": SLO,
    "SLI": SLI,
    "Service": Service,
    "DataSource": DataSource,
    "AlertPolicy": AlertPolicy,
    "AlertCondition": AlertCondition,
    "AlertNotificationTarget": AlertNotificationTarget,
}
"""The classes of documents by their kind."""
