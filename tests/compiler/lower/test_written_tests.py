"""Written tests: what the rule sets is known, what the value gives is stated."""

from __future__ import annotations

from compiler.lower.alert_test import Expectation, Firing, InputSeries
from compiler.lower.written_tests import written_slo_tests, written_tests
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
    assert [] == list(written_tests(no_data, group))


SLOS = """
stack: {prometheus: {evaluation_interval: 20s}}
slos:
  it:
    objective: 99%
    ratio: {bad: a * b}
    budget:
      half: {remaining: 50%, action: Stop}
      page: {remaining: 20%, action: Stop}
    tests:
      half-is-spent: {alert: half, series: {a: 1x9}, silent: [1m]}
      all-fails:
        alert: page
        every: 2m
        series: {a: 1x9, b: 1x9}
        fires: [{at: 9m, labels: {shard: one}}]
        silent: [0s]
      of-nothing: {alert: strange, series: {a: 1x9}, silent: [1m]}
"""


def test_tests_of_an_slo_are_lowered() -> None:
    """Of the alert that each names: a kind, or else a step of the budget."""
    [slo] = plan_of(shop(SLOS)).slos

    half, page = written_slo_tests(slo)
    firing = page.expectations[1].firing[0]
    assert ("ShopItBudgetHalf", "half-is-spent") == (half.alert, half.shows)
    assert slo.budget_interval_seconds == half.evaluation_interval_seconds
    assert ("ShopItPage", "all-fails") == (page.alert, page.shows)
    assert (20, 120) == (page.evaluation_interval_seconds, page.sample_interval_seconds)
    assert ("slos", "it", "tests", "all-fails") == page.origin.path
    assert {} == page.among
    assert ("one", "shop-it", "critical") == tuple(
        firing.labels[label] for label in ("shard", "slo_id", "severity")
    )
    # What the value is, the test does not say.
    assert firing.annotations is None


def test_tests_of_an_slo_with_names_of_sloth_know_page_and_ticket_apart() -> None:
    """Both alerts may have one name."""
    said = "ratio: {bad: a * b}, compatibility: sloth"
    alerts = "alerts: {page: {name: Burns}, ticket: {name: Burns}}"
    tests = "tests: {one: {alert: ticket, series: {a: 1x9}, silent: [1m]}}"
    [slo] = plan_of(shop(f"slos:\n  it: {{objective: 99%, {said}, {alerts}, {tests}}}\n")).slos
    [test] = written_slo_tests(slo)

    assert {"sloth_severity": "ticket", "sloth_id": "shop-it"} == test.among
