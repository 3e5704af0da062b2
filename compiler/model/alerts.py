"""Sections ``alert_groups`` and ``alerts``: what somebody is told about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import ClassVar, Literal

from compiler.model.alert_tests import AlertTest
from compiler.model.metrics import Unit
from compiler.model.types import AlertName, DashboardText, LabelName, Name, Query, Text, Url
from compiler.model.values import Threshold
from runtime.contract.entry import Entry, entry
from runtime.contract.units import PositiveSeconds, Seconds


@entry
class AlertGroup(Entry):
    """Alerts that are evaluated together."""

    every_seconds: PositiveSeconds | None = None
    """Evaluation interval; that of `stack.prometheus` when none is given."""
    query_offset_seconds: Seconds | None = None
    """How far in the past queries look, for metrics that arrive late."""
    description: Text | None = None
    """What the alerts have in common."""


@entry
class Alert(Entry):
    """One alert: a value that is compared with a threshold, and what to do about it."""

    exactly_one: ClassVar = (
        ("signal", "value"),
        ("above", "below", "at_least", "at_most", "equals", "not_equals"),
    )

    group: Name
    """Group that the alert is evaluated in; a key of `alert_groups`."""
    signal: Name | None = None
    """Value that is compared; a key of `signals`."""
    value: Query | None = None
    """PromQL expression of the value, where no signal says it."""
    unit: Unit | None = None
    """What `value` measures; a signal brings its own."""
    above: Threshold | None = None
    """Fires when the value is greater."""
    below: Threshold | None = None
    """Fires when the value is smaller."""
    at_least: Threshold | None = None
    """Fires when the value is equal or greater."""
    at_most: Threshold | None = None
    """Fires when the value is equal or smaller."""
    equals: Threshold | None = None
    """Fires when the value is equal."""
    not_equals: Threshold | None = None
    """Fires when the value is another."""
    for_seconds: Seconds = 0
    """How long the condition must hold before the alert fires."""
    keep_firing_for_seconds: Seconds | None = None
    """How long the alert goes on after the condition has ended."""
    no_data: Literal["ignore", "alert"] = "ignore"
    """What a missing value means: nothing, or an alert of its own."""
    severity: Name
    """`info`, `warning` or `critical`, or a word that `routing.severities` maps to one."""
    owner: Name | None = None
    """Team that answers; the service's owner when none is given."""
    summary: Text | None = None
    """One line that says what is wrong; a template of Prometheus."""
    description: Text | None = None
    """What is seen, with the value; a template of Prometheus."""
    impact: Text | None = None
    """What users notice."""
    steps: tuple[Text, ...] = ()
    """What whoever is called does first, in order."""
    queries: Mapping[Text, Query] = field(default_factory=dict)
    """First questions to ask Prometheus, by what they tell."""
    runbook: Url | None = None
    """Address of the runbook; the compiled page when none is given."""
    dashboard: DashboardText | None = None
    """What to look at: a dashboard, or a panel of one, by name, or an address."""
    links: Mapping[Text, Url] = field(default_factory=dict)
    """Further addresses, by what they show."""
    labels: Mapping[LabelName, Text] = field(default_factory=dict)
    """Further labels of the alert."""
    mutes: tuple[AlertName, ...] = ()
    """Alerts that say nothing while this one fires."""
    tests: Mapping[Name, AlertTest] = field(default_factory=dict)
    """Tests by what they show, for an expression that opsc cannot drive over its threshold."""
