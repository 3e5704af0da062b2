"""Alerts that follow from `opsrun serve`, for the services whose jobs it starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.emit.registry import emitters
from tests.compiler.lower.specs import plan_of, shop

if TYPE_CHECKING:
    from compiler.lower.plan import AlertPlan, Plan

SERVED = """
hosts: {small: {names: [small1.example.org], scheduler: serve}}
stack:
  opsrun:
    serve: {listen: "0.0.0.0:9465", token: {credential: serve-token}}
    collector: {every: 1m, thresholds: {disk: {unhealthy: 95%}}}
jobs:
  tidy:
    {run: command, with: {argv: [/bin/tidy]}, hosts: small, schedule: every 1h, timeout: 5m}
"""
OTHER = """
opsc: 1
service: {name: till, title: Till, owner: ops, links: {runbooks: https://ops.example.org}}
hosts: {tiny: {names: [tiny1.example.org], scheduler: serve}}
jobs:
  count:
    {run: command, with: {argv: [/bin/count]}, hosts: tiny, schedule: every 1h, timeout: 5m}
"""
SERVE = ("ShopOpsrunServeDown", "ShopOpsrunServeStalled")
HOST = ("ShopOpsrunHostUnseen", "ShopOpsrunHostUnhealthy", "ShopOpsrunHostDegraded")


def watch(plan: Plan) -> dict[str, AlertPlan]:
    """Return the alerts of a plan that follow from serve, by name."""
    found = [alert for group in plan.groups for alert in group.alerts]
    return {alert.name: alert for alert in found if alert.group == "serve"}


def test_it_is_heard_when_it_is_down_and_when_its_scheduler_is_stuck() -> None:
    """Both are critical: no job starts, and nothing else would say so."""
    found = watch(plan_of(shop(SERVED)))

    assert {*SERVE, *HOST} == set(found)
    assert 'min by (instance) (up{job="opsrun-serve"}) == 0' == found[SERVE[0]].expression
    assert found[SERVE[1]].expression == (
        'max by (instance) (opsrun_serve_silent_seconds{job="opsrun-serve"}) > 60'
    )
    assert ["critical", "critical"] == [found[name].severity for name in SERVE]


def test_the_thresholds_of_the_collector_are_alerts() -> None:
    """A host that is over one, and one whose collector hangs."""
    found = watch(plan_of(shop(SERVED)))

    assert ["warning", "critical", "warning"] == [found[name].severity for name in HOST]
    assert found["ShopOpsrunHostUnseen"].expression.endswith("> 300")
    assert 'status="unhealthy"' in found["ShopOpsrunHostUnhealthy"].expression


def test_what_is_not_watched_or_has_no_threshold_has_no_alert() -> None:
    """It could never fire."""
    bare = SERVED.replace("    collector: {every: 1m, thresholds: {disk: {unhealthy: 95%}}}\n", "")
    never = "{cpu: {}, memory: {}}"

    assert set(SERVE) == set(watch(plan_of(shop(bare))))
    assert {*SERVE, HOST[0]} == set(
        watch(plan_of(shop(SERVED.replace("{disk: {unhealthy: 95%}}", never))))
    )


def test_without_a_scrape_job_there_is_no_alert() -> None:
    """One about what nobody asks is silent for ever; a rule says so."""
    assert {} == watch(plan_of(shop(SERVED.replace("0.0.0.0", "127.0.0.1"))))


def test_written_scrape_jobs_are_those_that_are_looked_at() -> None:
    """By the names that they have."""
    written = """
scrape:
  one: {targets: ["small1.example.org:9465"], exposes: opsrun}
  two: {targets: ["small2.example.org:9465"], exposes: opsrun}
"""
    found = watch(plan_of(shop(SERVED + written)))

    assert 'up{job=~"one|two"}' in found["ShopOpsrunServeDown"].expression


def test_each_service_is_told_of_the_hosts_of_its_own_jobs() -> None:
    """Whose jobs stand still is told, and nobody else."""
    found = watch(plan_of(shop(SERVED), OTHER))

    assert r'up{job="opsrun-serve",instance=~"tiny1\\.example\\.org"}' in (
        found["TillOpsrunServeDown"].expression
    )
    assert "small1" in found["ShopOpsrunServeDown"].expression


def test_of_a_written_scrape_job_nobody_knows_how_it_names_hosts() -> None:
    """Whatever it is called: an alert that looks for other names would never fire."""
    written = """
scrape:
  opsrun-serve: {targets: ["small1.example.org:9465", "tiny1.example.org:9465"], exposes: opsrun}
"""
    found = watch(plan_of(shop(SERVED + written), OTHER))

    assert "instance=" not in found["TillOpsrunServeDown"].expression


def test_each_service_has_its_alerts_at_its_own_hosts() -> None:
    """A failing test of them is told in the file that says where its jobs run."""
    found = watch(plan_of(shop(SERVED), OTHER))

    assert (0, ("hosts", "small")) == _place(found["ShopOpsrunServeDown"])
    assert (1, ("hosts", "tiny")) == _place(found["TillOpsrunServeDown"])


def _place(alert: AlertPlan) -> tuple[int, tuple[str | int, ...]]:
    return alert.origin.document, alert.origin.path


def test_a_written_alert_of_the_name_stands_in_its_place() -> None:
    """As with all that follow."""
    written = """
alert_groups: {own: {}}
alerts:
  ShopOpsrunServeDown: {group: own, value: shop_up, equals: 0, for: 1m, severity: info}
"""
    assert "ShopOpsrunServeDown" not in watch(plan_of(shop(SERVED + written)))


def test_every_one_of_them_is_tested() -> None:
    """By tests for promtool, as all alerts are."""
    plan = plan_of(shop(SERVED))
    tests = "".join(artifact.text for artifact in emitters()["promtool"](plan))

    assert [] == [name for name in watch(plan) if f"alertname: {name}" not in tests]
