"""Sloth's documents as they come in: ``prometheus/v1``, and the same as a Kubernetes resource.

The two differ in how their keys are written. Source: Sloth's reference of both APIs, v0.11.
"""

from __future__ import annotations

from collections.abc import Mapping

from compiler.adopt.shape import Anything, Camel, Plain
from compiler.model.types import Flag, LabelName, Number, Query, Text
from runtime.contract.entry import entry


@entry
class Events(Plain):
    """Bad and all events."""

    error_query: Query
    total_query: Query


@entry
class Raw(Plain):
    """A share of bad events that something else computes."""

    error_ratio_query: Query


@entry
class Sli(Plain):
    """What is measured: one of the three."""

    events: Events | None = None
    raw: Raw | None = None
    plugin: Anything = None


@entry
class Alert(Plain):
    """One of the two alerts; its keys are the same in both forms."""

    disable: Flag = False
    labels: Mapping[LabelName, Text] | None = None
    annotations: Mapping[LabelName, Text] | None = None


@entry
class Alerting(Plain):
    """The alerts of an SLO."""

    name: Text | None = None
    labels: Mapping[LabelName, Text] | None = None
    annotations: Mapping[LabelName, Text] | None = None
    page_alert: Alert | None = None
    ticket_alert: Alert | None = None


@entry
class Slo(Plain):
    """One SLO."""

    name: Text
    description: Text | None = None
    objective: Number
    labels: Mapping[LabelName, Text] | None = None
    sli: Sli
    alerting: Alerting
    plugins: Anything = None


@entry
class Spec(Plain):
    """The document of `prometheus/v1`."""

    version: Text
    service: Text
    labels: Mapping[LabelName, Text] | None = None
    slos: tuple[Slo, ...]
    slo_plugins: Anything = None


@entry
class ResourceEvents(Camel):
    """Bad and all events."""

    error_query: Query
    total_query: Query


@entry
class ResourceRaw(Camel):
    """A share of bad events that something else computes."""

    error_ratio_query: Query


@entry
class ResourceSli(Camel):
    """What is measured: one of the three."""

    events: ResourceEvents | None = None
    raw: ResourceRaw | None = None
    plugin: Anything = None


@entry
class ResourceAlerting(Camel):
    """The alerts of an SLO."""

    name: Text | None = None
    labels: Mapping[LabelName, Text] | None = None
    annotations: Mapping[LabelName, Text] | None = None
    page_alert: Alert | None = None
    ticket_alert: Alert | None = None


@entry
class ResourceSlo(Camel):
    """One SLO."""

    name: Text
    description: Text | None = None
    objective: Number
    labels: Mapping[LabelName, Text] | None = None
    sli: ResourceSli
    alerting: ResourceAlerting
    plugins: Anything = None


@entry
class ResourceSpec(Camel):
    """What the resource wishes for."""

    service: Text
    labels: Mapping[LabelName, Text] | None = None
    slos: tuple[ResourceSlo, ...]
    slo_plugins: Anything = None


@entry
class ResourceMetadata(Camel):
    """Whose resource it is in the cluster."""

    name: Text
    namespace: Text | None = None
    labels: Mapping[Text, Text] | None = None
    annotations: Mapping[Text, Text] | None = None


@entry
class Resource(Camel):
    """The document of `sloth.slok.dev/v1`."""

    api_version: Text
    kind: Text
    metadata: ResourceMetadata
    spec: ResourceSpec
