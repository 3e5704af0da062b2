"""The golden cases: an emitter and the plan it is given, by the case's name."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from compiler.lower.plan import Origin
from compiler.model.routing import Receiver
from runtime.contract.collector import Collector, Watched
from runtime.contract.secret import Secret
from runtime.contract.serve import Serve
from tests.compiler.emit import catalogues, plans, routing_plans
from tests.compiler.lower.specs import plan_of, shop

if TYPE_CHECKING:
    from collections.abc import Mapping

    from compiler.lower.plan import Plan


def _monitored(version: str) -> Plan:
    """Return a plan whose scrape jobs and alerts use what differs between versions."""
    mixed = plans.labels(owner="storage", severity="critical")
    return plans.plan(
        labels={"cluster": "tabular-production", "price": "5$"},
        stack=plans.stack(version),
        scrapes=plans.every_scrape(),
        groups=(
            plans.group(
                plans.alert(),
                plans.alert("Quiet", keep_firing_for_seconds=900, for_seconds=0, annotations={}),
                query_offset_seconds=60,
            ),
            plans.group(
                plans.alert("DiskFull", labels=mixed, expression="# free\ndisk_free < 0.1"),
                plans.alert("Other"),
                name="disks",
                interval_seconds=90,
            ),
            plans.group(name="empty"),
        ),
    )


def _routed(version: str) -> Plan:
    """Return a plan that tells people, with alerts that take every route."""
    critical = plans.labels(severity="critical")
    return plans.plan(
        labels={"cluster": "tabular-production"},
        stack=plans.stack(alertmanager=version),
        groups=(
            plans.group(
                plans.alert(),
                plans.alert("Page", labels=critical, severity="critical"),
                plans.alert(
                    "Odd", labels={"owner": "data-x", "path": '/a.b"c', "to": "{{ $value }}"}
                ),
                plans.alert("Unsaid", labels={"owner": "storage"}),
                plans.alert("Default", labels={"owner": "data-y"}),
            ),
        ),
        routing=routing_plans.routing(),
    )


def _documented() -> Plan:
    """Return a plan whose alerts together take every branch of a page."""
    hostile = plans.alert(
        "Hostile",
        entry=replace(
            plans.alert().entry,
            signal=None,
            mutes=("Orphan", "HighCPUUsage"),
            steps=(
                "# no heading",
                "1. no list",
                "<b>no</b> [link](x) `code` *bold* a_b _c_ $x$ | y",
            ),
            queries={"Raw `text`": "x{a=~`b|c`}"},
            links={"Past [incidents]": "https://ops.example.org/a_(b)?c=d|e"},
        ),
        expression="x{a=~`b```c`} > 0.8",
        for_seconds=0,
        keep_firing_for_seconds=300,
        labels={**plans.labels(), "path": "a|b"},
        annotations={
            "description": "lines\n- of <i>text</i> {{ if true }}x{{ end }}\n\nand {{ $value }}",
            "summary": "{{ $labels.instance | title }} & {{$externalLabels.cluster}} *break*",
        },
    )
    return plans.plan(
        labels={"cluster": "tabular-production"},
        stack=plans.stack(),
        groups=(
            plans.group(
                plans.alert(),
                plans.alert(
                    "HighCPUUsageNoData",
                    origin=Origin(0, ("alerts", "HighCPUUsage")),
                    is_no_data=True,
                    labels={"owner": "data-platform", "service": "tabular", "severity": "warning"},
                ),
                hostile,
                plans.alert("Orphan", owner="nobody", labels={"owner": "x"}, annotations={}),
                plans.alert(
                    "Saturated", labels=plans.labels(severity="critical"), severity="critical"
                ),
            ),
        ),
        jobs=plans.every_job()[:2],
        routing=routing_plans.routing(
            inhibitions=(
                routing_plans.inhibition("severity", "critical", "warning", "cluster", "instance"),
                routing_plans.inhibition("alertname", "Hostile", "Orphan", "cluster"),
            )
        ),
    )


def _undocumented() -> Plan:
    """Return a plan with an alert of which nothing is said, that nobody is told of."""
    bare = replace(plans.alert().entry, steps=(), queries={}, signal=None)
    return plans.plan(
        teams={}, groups=(plans.group(plans.alert(entry=bare, annotations={}, labels={})),)
    )


def _valid(name: str) -> Plan:
    """Return the plan of a spec that has every key of a section."""
    spec = Path(__file__).parents[2] / "golden" / "valid" / f"{name}.yaml"
    return plan_of(spec.read_text(encoding="utf-8"))


def _unplayable() -> Plan:
    """Return the plan of an SLO whose alerts have tests of the spec, since opsc can make none."""
    return plan_of(
        shop("""
    slos:
      weighed:
        objective: 99%
        by: [region]
        ratio: {bad: sum by (region) (shop_errors_ratio * shop_weight)}
        alerts: {ticket: {disabled: true}}
        budget: {spent: {remaining: 0%, action: Release nothing}}
        tests:
          all-fails:
            alert: page
            every: 30s
            series:
              shop_errors_ratio{region="north"}: 0x120 1x120
              shop_errors_ratio{region="south"}: 0x120 0x120
              shop_weight{region="north"}: 1x240
              shop_weight{region="south"}: 1x240
            silent: [1h]
            fires:
              - at: 2h
                labels: {region: north}
                annotations:
                  description: >-
                    100% of the latest events of region north are bad.
                    Promised are 99% good ones in 30d.
          nothing-is-there:
            alert: no_data
            series:
              shop_errors_ratio: 0x10 stale
              shop_weight: 1x10 stale
            silent: [10m]
            fires: [{at: 40m}]
          more-than-all:
            alert: guard
            series:
              shop_errors_ratio{region="north"}: 1x90
              shop_weight{region="north"}: 2x90
            silent: [10m]
            fires: [{at: 90m, labels: {region: north}}]
    """)
    )


def _driven() -> Plan:
    """Return a plan with alerts that are driven in each way, and one that cannot be."""
    comparison = plans.alert().comparison
    free = replace(comparison, query="disk_free", operator="<", threshold=Decimal("0.1"))
    return plans.plan(
        stack=plans.stack("2.42"),
        groups=(
            plans.group(
                plans.alert(),
                plans.alert(
                    "HighCPUUsageNoData",
                    is_no_data=True,
                    expression=f"absent({comparison.query})",
                ),
                plans.alert(
                    "DiskFull",
                    comparison=free,
                    expression="disk_free < 0.1",
                    keep_firing_for_seconds=900,
                    annotations={"summary": 'at {{ $value }}, "{{ $labels.instance }}"'},
                ),
                plans.alert(
                    "Odd",
                    comparison=replace(free, query="q"),
                    expression="predict_linear(q[1h], 60) < 0.1",
                ),
            ),
            plans.group(
                plans.alert(
                    "Unforeseen",
                    comparison=free,
                    expression="disk_free < 0.1",
                    annotations={"summary": "{{ $externalURL }}"},
                ),
                name="disks",
                interval_seconds=90,
            ),
        ),
    )


def _resident() -> Plan:
    """Return a plan of hosts on which `opsrun serve` starts the jobs, and is asked from others."""
    jobs = plans.every_job()[:3]
    served = tuple(
        replace(job, scheduler="serve", contract=replace(job.contract, served=True)) for job in jobs
    )
    settings = Serve(listen="0.0.0.0:9465", token=Secret(credential="serve-token"))
    stack = plans.stack()
    stack = replace(stack, opsrun=replace(stack.opsrun, serve=settings))
    watched = Collector(disks=("/", "/srv"), processes={"api": Watched(pid_file="/run/api.pid")})
    return plans.plan(jobs=served, stack=stack, collector=watched)


def _heard() -> Plan:
    """Return a plan of hosts whose `opsrun serve` Prometheus is told to ask, with its alerts."""
    return plan_of(
        shop("""
    hosts: {small: {names: [small1.example.org, small2.example.org], scheduler: serve}}
    stack:
      opsrun:
        serve: {listen: "0.0.0.0:9465", token: {credential: serve-token}}
        collector: {thresholds: {disk: {degraded: 85%, unhealthy: 95%}}}
    jobs:
      tidy:
        run: command
        with: {argv: [/usr/bin/tidy]}
        hosts: small
        schedule: every 1h
        timeout: 5m
        alerts: false
    """)
    )


def _watching() -> Plan:
    """Return a plan of hosts whose jobs timers start, and which `opsrun serve` watches."""
    jobs = plans.every_job()[:1]
    return plans.plan(jobs=jobs, stack=plans.stack(), collector=Collector(disks=("/",)))


def cases() -> Mapping[str, tuple[str, Plan]]:
    """Return the name of an emitter and a plan for each case."""
    return {
        "promtool": ("promtool", _driven()),
        "prometheus-serve": ("prometheus", _heard()),
        "promtool-serve": ("promtool", _heard()),
        "promtool-slos": ("promtool", _unplayable()),
        "runbooks": ("runbooks", _documented()),
        "runbooks-bare": ("runbooks", _undocumented()),
        "systemd": ("systemd", plans.plan(jobs=plans.every_job())),
        "systemd-deliver": ("systemd", plans.plan(channels=plans.channels(), stack=plans.stack())),
        "systemd-serve": ("systemd", _resident()),
        "systemd-watching": ("systemd", _watching()),
        "systemd-commands": (
            "systemd",
            plans.plan(jobs=plans.commands(), stack=plans.elsewhere()),
        ),
        "cron": ("cron", plans.plan(jobs=plans.every_schedule(), stack=plans.elsewhere())),
        "instrumentation": (
            "instrumentation",
            catalogues.plan_of(catalogues.every_metric(), "shop-front"),
        ),
        "grafana": ("grafana", _valid("dashboards")),
        "grafana-bare": ("grafana", replace(_valid("slos"), slos=_valid("slos").slos[:1])),
        "jobs": ("jobs", plans.plan(jobs=plans.every_job(), windows=plans.every_window())),
        "alertmanager-0.23": ("alertmanager", _routed("0.23.0")),
        "alertmanager-0.25": ("alertmanager", _routed("0.25")),
        "alertmanager-0.27": ("alertmanager", _routed("0.27")),
        "alertmanager-bare": (
            "alertmanager",
            plans.plan(
                routing=routing_plans.routing(
                    smtp=None,
                    receivers={"platform-mail": Receiver()},
                    routes=(),
                    inhibitions=(),
                    windows=(),
                )
            ),
        ),
        "prometheus-2.42": ("prometheus", _monitored("2.42")),
        "prometheus-3.0": ("prometheus", _monitored("3.0.1")),
        "prometheus-kubernetes": ("prometheus", plans.plan(scrapes=plans.clusters())),
        "prometheus-slos": ("prometheus", _valid("slos")),
        "runbooks-slos": ("runbooks", _valid("slos")),
        "prometheus-bare": ("prometheus", plans.plan(services={})),
    }
