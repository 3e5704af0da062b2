from __future__ import annotations

from decimal import Decimal
from typing import Any

from compiler.lower.alerts import lower_groups
from compiler.lower.derived_alerts import DerivedAlert, alert_name, derived_alert, with_derived
from compiler.lower.plan import AlertPlan, GroupPlan, Origin
from tests.compiler.lower.specs import shop, site_of

WRITTEN = """\
alert_groups: {health: {every: 30s}, other: {}}
alerts:
  Late: {group: health, value: shop_late, above: 1, for: 1m, severity: warning}
  ShopApiUnhealthy: {group: other, value: shop_up, equals: 0, for: 1m, severity: info}
"""


def derived(**fields: Any) -> DerivedAlert:
    """Return an alert that follows from a check."""
    said: dict[str, Any] = {
        "origin": Origin(0, ("health", "checks", "api")),
        "name": "ShopFilesUnhealthy",
        "group": "health",
        "query": "opsrun_health_status",
        "threshold": Decimal(1),
        "operator": "equals",
        "for_seconds": 60,
        "severity": "critical",
        "summary": "Files are unhealthy",
        "description": "The check failed",
        "impact": "Nothing can be stored",
    }
    return DerivedAlert(**(said | fields))


def lowered(text: str, **fields: Any) -> AlertPlan | None:
    """Return the rule of a derived alert in a spec."""
    site = site_of(shop(text))
    ((member, service),) = site.services
    return derived_alert(site, member, service, derived(**fields))


def groups(text: str, *plans: AlertPlan | None) -> list[tuple[str, float, list[str]]]:
    """Return the groups of a spec with derived alerts: name, interval, names of alerts."""
    site = site_of(shop(text))
    merged: tuple[GroupPlan, ...] = with_derived(site, lower_groups(site), filter(None, plans))
    return [
        (group.name, group.interval_seconds, [alert.name for alert in group.alerts])
        for group in merged
    ]


def test_a_derived_alert_is_like_a_written_one() -> None:
    """Owner, runbook, labels, expression."""
    plan = lowered("")

    assert plan is not None
    assert "opsrun_health_status == 1" == plan.expression
    assert {"owner": "ops", "service": "shop", "severity": "critical"} == plan.labels
    assert "https://ops.example.org/ShopFilesUnhealthy" == plan.annotations["runbook_url"]
    assert "Nothing can be stored" == plan.annotations["impact"]


def test_a_written_alert_stands_in_the_place_of_a_derived_one() -> None:
    """Whoever wants another threshold says so under the same name."""
    assert None is lowered(WRITTEN, name="ShopApiUnhealthy")


def test_a_derived_alert_joins_the_group_that_it_names() -> None:
    """A group that is written keeps its interval."""
    expected = [("shop-health", 30, ["Late", "ShopFilesUnhealthy"])]

    assert expected == groups(WRITTEN, lowered(WRITTEN))[:1]


def test_a_group_that_is_not_written_is_made() -> None:
    """With Prometheus' own interval."""
    assert [("shop-health", 15, ["ShopFilesUnhealthy"])] == groups("", lowered(""))


def test_names_are_joined_in_camel_case_behind_the_services() -> None:
    """Alerts of several services never share a name."""
    ((_member, service),) = site_of(shop("")).services

    assert "ShopOrderQueueUnhealthy" == alert_name(service, "order-queue", "unhealthy")
