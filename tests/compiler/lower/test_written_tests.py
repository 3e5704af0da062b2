"""Written tests: what the rule sets is known, what the value gives is stated."""

from __future__ import annotations

from compiler.lower.alert_test import Expectation, Firing, InputSeries
from compiler.lower.written_tests import written_tests
from tests.compiler.lower.specs import plan_of, shop

SPEC = """
alert_groups: {system: {every: 30s}}
alerts:
  LinkDown:
    group: system
    value: node_network_up
    equals: 0
    for: 5m
    no_data: alert
    severity: critical
    summary: Link {{ $labels.device }} is down
    tests:
      two-links:
        every: 2m
        series:
          node_network_up{device="eth0"}: 1x10 0x20
          node_network_up{device="eth1"}: 0+1x2
        fires:
          - {at: 30m, labels: {device: eth0}, annotations: {summary: Link eth0 is down}}
          - {at: 30m, labels: {device: eth1}}
        silent: [20m, 0s]
"""


def test_a_written_test_is_lowered() -> None:
    """Labels and annotations without templates are the rule's; moments are in order, joined."""
    [group] = plan_of(shop(SPEC)).groups
    alert, no_data = group.alerts

    [test] = written_tests(alert, group)
    known = {"owner": "ops", "service": "shop", "severity": "critical"}
    runbook = {"runbook_url": "https://ops.example.org/LinkDown"}
    assert test.origin.path == ("alerts", "LinkDown", "tests", "two-links")
    assert (test.alert, test.shows, test.service) == ("LinkDown", "two-links", "shop")
    assert (test.evaluation_interval_seconds, test.sample_interval_seconds) == (30, 120)
    assert test.series == (
        InputSeries(series='node_network_up{device="eth0"}', values="1+0x10 0+0x20"),
        InputSeries(series='node_network_up{device="eth1"}', values="0+1x2"),
    )
    assert test.expectations == (
        Expectation(at_seconds=0),
        Expectation(at_seconds=1200),
        Expectation(
            at_seconds=1800,
            firing=(
                Firing(
                    labels={"device": "eth0", **known},
                    annotations={**runbook, "summary": "Link eth0 is down"},
                ),
                # Its summary is a template that the test does not fill in.
                Firing(labels={"device": "eth1", **known}, annotations=None),
            ),
        ),
    )
    assert written_tests(no_data, group) == ()
