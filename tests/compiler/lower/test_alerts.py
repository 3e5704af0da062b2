"""Alerts: expressions, labels, annotations, and the alert about missing data."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from compiler.lower.alerts import number
from tests.compiler.lower.specs import plan_of, shop

if TYPE_CHECKING:
    from compiler.lower.plan import AlertPlan


def alerts_of(alert: str, rest: str = "") -> tuple[AlertPlan, ...]:
    """Return the plans of one alert, written as a flow mapping's inside."""
    (group,) = plan_of(
        shop(
            f"{rest}\nalert_groups: {{g: {{}}}}\n"
            f"alerts:\n  Odd: {{group: g, severity: warning, {alert}}}\n"
        )
    ).groups
    return group.alerts


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("up", "up > 0.8"),
        ("a / b", "a / b > 0.8"),
        ("a and b", "(a and b) > 0.8"),
        ("a == 1", "(a == 1) > 0.8"),
        ("sum(a) # all of it", "(sum(a) # all of it\n) > 0.8"),
    ],
)
def test_a_comparison_is_of_the_whole_query(query: str, expected: str) -> None:
    """Brackets stand where a comparison would bind to a part of the query alone."""
    (plan,) = alerts_of(f'value: "{query}", unit: ratio, above: 80%')

    assert expected == plan.expression


@pytest.mark.parametrize(
    ("key", "operator"),
    [
        ("above", ">"),
        ("below", "<"),
        ("at_least", ">="),
        ("at_most", "<="),
        ("equals", "=="),
        ("not_equals", "!="),
    ],
)
def test_every_threshold_has_its_operator(key: str, operator: str) -> None:
    """The key under which a threshold is written decides how it is compared."""
    (plan,) = alerts_of(f"value: up, {key}: 3")

    assert f"up {operator} 3" == plan.expression


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0.80", "0.8"),
        ("100", "100"),
        ("1E+3", "1000"),
        ("0.0000001", "0.0000001"),
        ("-0.5", "-0.5"),
    ],
)
def test_numbers_are_exact_and_plain(value: str, expected: str) -> None:
    """No exponent, no float noise, no needless zeros."""
    assert expected == number(Decimal(value))


def test_labels_say_who_answers_and_for_what() -> None:
    """Severity, owner, service and signal are labels, sorted; the alert's own come with them."""
    (plan,) = alerts_of(
        "signal: load, above: 3, labels: {zone: a}", "signals: {load: {query: x, unit: count}}"
    )

    assert [
        ("owner", "ops"),
        ("service", "shop"),
        ("severity", "warning"),
        ("signal", "load"),
        ("zone", "a"),
    ] == list(plan.labels.items())


def test_the_compiled_page_is_the_runbook_unless_another_is_named() -> None:
    """The runbook's address follows from the service's links."""
    (plain,) = alerts_of("value: up, equals: 0")
    (named,) = alerts_of("value: up, equals: 0, runbook: https://wiki.example.org/up")

    assert plain.annotations["runbook_url"] == "https://ops.example.org/Odd"
    assert named.annotations["runbook_url"] == "https://wiki.example.org/up"


def test_a_dashboard_below_an_unknown_grafana_is_left_out() -> None:
    """A path without a base is no address."""
    (plan,) = alerts_of("value: up, equals: 0, dashboard: /d/x")

    assert "dashboard_url" not in plan.annotations


def test_missing_data_has_an_alert_of_its_own_where_it_is_asked_for() -> None:
    """`no_data: alert` adds an alert on the absence of the value, without the signal's label."""
    _odd, missing = alerts_of("value: up, equals: 0, no_data: alert, for: 2m")

    assert missing.name == "OddNoData"
    assert missing.expression == "absent(up)"
    assert missing.for_seconds == 120
    assert missing.is_no_data
    assert missing.annotations["runbook_url"] == "https://ops.example.org/OddNoData"


def test_other_scales_of_severity_are_mapped() -> None:
    """A word that `routing.severities` maps becomes one of the scale."""
    routing = """
        routing:
          default: x
          severities: {high: critical}
          receivers: {x: {webhook: {url: "https://hook.example.org"}}}
        """
    plan = plan_of(
        shop(
            "alert_groups: {g: {}}\nalerts: {Odd: {group: g, severity: high, value: up, equals: 0}}"
        ),
        "opsc: 1" + "\n".join(line[8:] for line in routing.splitlines()),
    )

    assert plan.groups[0].alerts[0].severity == "critical"


def test_a_group_carries_the_service_and_its_interval() -> None:
    """Groups of several services never meet under one name."""
    plan = plan_of(
        shop(
            "alert_groups: {g: {every: 30s}}\n"
            "alerts: {Odd: {group: g, severity: info, value: up, equals: 0}}"
        )
    )

    assert [("shop-g", 30)] == [(group.name, group.interval_seconds) for group in plan.groups]
