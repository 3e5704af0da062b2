"""Two things that would be written to one file.

## What it does
Looks for jobs whose units have one name (the service's name and the job's are joined by a hyphen),
for SLOs that are called alike in the same way, for an alert of an SLO with the name of another
alert, for an alert that is called like the one made for the missing data of another
(`no_data: alert`), for an alert whose runbook would be the index of the runbooks, `README`, for
services whose metrics compile to one module (`data-api` and `data_api`), for dashboards that
Grafana would take for one, and for panels of a dashboard that would have one number there.

## Why is this bad
One file can hold one of them, and the other would be lost without a word: a job that never runs,
an alert whose page tells of another.

## Example
```yaml
alerts:
  ApiDown:
    group: main
    value: up{job="api"}
    equals: 0
    for: 5m
    severity: critical
    no_data: alert
    summary: API is down
    impact: Users see errors
    dashboard: /d/tabular
  ApiDownNoData:
    group: main
    value: absent(up{job="api"})
    above: 0
    for: 5m
    severity: critical
    summary: Nobody asks the API
    impact: Nobody would see that users see errors
    dashboard: /d/tabular
```

## Use instead
```yaml
alerts:
  ApiDown:
    group: main
    value: up{job="api"}
    equals: 0
    for: 5m
    severity: critical
    no_data: alert
    summary: API is down
    impact: Users see errors
    dashboard: /d/tabular
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compiler.check.rule import Rule, View
from compiler.lower.dashboards.names import SLOS, panel_id, row_id, uid_of
from compiler.source.fault import Place
from compiler.targets.instrumentation import module_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.lower.dashboards.plan import DashboardPlan
    from compiler.lower.plan import AlertPlan, JobPlan, Origin, ServicePlan
    from compiler.lower.slo.plan import SloPlan
    from compiler.source.fault import Fault

RULE = Rule(id="artifact/collision")

INDEX: Final = "readme"
"""The page that lists the runbooks; some file systems do not tell capitals from small letters."""


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each job and alert of the member whose file is another's too."""
    yield from _units(view)
    yield from _alerts(view)
    yield from _slos(view)
    yield from _modules(view)
    yield from _dashboards(view)
    for dashboard in view.plan.dashboards:
        if dashboard.origin.document == view.member.document:
            yield from _panels(dashboard)


def _dashboards(view: View) -> Iterator[Fault]:
    """Yield a fault for each dashboard that is said, and whose name in Grafana is another's."""
    first = {uid_of(slo.service, SLOS): (slo.service, SLOS, slo.origin) for slo in view.plan.slos}
    for dashboard in view.plan.dashboards:
        own = (dashboard.service, dashboard.name, dashboard.origin)
        service, name, origin = first.setdefault(dashboard.uid, own)
        if (service, name) != own[:2] and dashboard.origin.document == view.member.document:
            yield RULE.fault(
                Place(dashboard.origin.path, "key"),
                f"Grafana would take the dashboard `{dashboard.name}` of `{dashboard.service}` for"
                " another's",
                label=f"both are `{dashboard.uid}`",
                help="give one of the dashboards another name",
                related=((_key(origin), f"the dashboard `{name}` of `{service}`"),),
            )


def _panels(dashboard: DashboardPlan) -> Iterator[Fault]:
    """Yield a fault for each row and panel whose number in Grafana is another one's."""
    first: dict[int, Origin] = {}
    for row in dashboard.rows:
        numbered = [(row_id(row.name), row.origin)]
        numbered += [(panel_id(panel.name), panel.origin) for panel in row.panels]
        for number, origin in numbered:
            other = first.setdefault(number, origin)
            # Panels with one name are another rule's.
            if other.path != origin.path and other.path[-1] != origin.path[-1]:
                yield RULE.fault(
                    Place(origin.path, "key"),
                    f"`{origin.path[-1]}` and `{other.path[-1]}` would have one number in Grafana",
                    label=f"both are {number}",
                    help="give one of the two another name",
                    related=((_key(other), "the other"),),
                )


def _modules(view: View) -> Iterator[Fault]:
    first: dict[str, ServicePlan] = {}
    for name, service in sorted(view.plan.services.items()):
        other = first.setdefault(module_path(name), service)
        both = service.metrics and other.metrics
        if other is not service and both and service.origin.document == view.member.document:
            yield RULE.fault(
                Place(("service", "name")),
                f"the metrics of `{name}` compile to the module of another service's",
                label=f"both are `{module_path(name)}`",
                help="give one of the services another name",
                related=(
                    (
                        Place(("service", "name"), "value", None, other.origin.document),
                        f"the service `{other.service.name}`",
                    ),
                ),
            )


def _units(view: View) -> Iterator[Fault]:
    first: dict[str, JobPlan] = {}
    for job in view.plan.jobs:
        unit = f"opsrun-{job.service}-{job.name}"
        other = first.setdefault(unit, job)
        # One service that two files describe is another rule's.
        if other.service != job.service and job.origin.document == view.member.document:
            yield RULE.fault(
                Place(job.origin.path, "key"),
                f"the units of the job `{job.name}` of `{job.service}` have the name of another's",
                label=f"both are `{unit}`",
                help="give one of the jobs another name",
                related=(
                    (
                        Place(other.origin.path, "key", None, other.origin.document),
                        f"the job `{other.name}` of `{other.service}`",
                    ),
                ),
            )


def _alerts(view: View) -> Iterator[Fault]:
    alerts = [alert for group in view.plan.groups for alert in group.alerts]
    made = {alert.name: alert for alert in alerts if alert.is_no_data}
    yield from _same_names(view, alerts)
    for alert in alerts:
        if alert.is_no_data or alert.origin.document != view.member.document:
            continue
        other = made.get(alert.name)
        if other is not None:
            yield _taken(alert, other)
        if alert.name.casefold() == INDEX:
            yield RULE.fault(
                Place(alert.origin.path, "key"),
                f"an alert cannot be called `{alert.name}`",
                label="its runbook would be the index of the runbooks",
                help="name the alert after what is wrong",
            )


def _same_names(view: View, alerts: list[AlertPlan]) -> Iterator[Fault]:
    """Yield a fault for each alert that follows from something and has the name of another one."""
    first: dict[str, AlertPlan] = {}
    for alert in alerts:
        other = first.setdefault(alert.name, alert)
        is_written = alert.origin.path[0] == other.origin.path[0] == "alerts"
        if other is alert or is_written or alert.origin.document != view.member.document:
            continue
        yield RULE.fault(
            Place(alert.origin.path, "key"),
            f"two alerts would be called `{alert.name}`",
            label="one of them follows from this",
            help="give one of the two another name",
            related=((Place(other.origin.path, "key", None, other.origin.document), "the other"),),
        )


def _slos(view: View) -> Iterator[Fault]:
    """Yield a fault for each SLO whose series or alerts would be mixed up with another's."""
    if not view.plan.slos:
        return
    first: dict[str, SloPlan] = {}
    named = {alert.name: alert.origin for group in view.plan.groups for alert in group.alerts}
    for slo in view.plan.slos:
        other = first.setdefault(slo.id, slo)
        names = slo.alert_names
        taken = [name for name in names if name in named and named[name] != slo.origin]
        # Sloth's rules are told apart by labels, and often have a name in common.
        if slo.entry.compatibility is None:
            for name in names:
                named.setdefault(name, slo.origin)
        # One service that two files describe is another rule's.
        if slo.origin.document != view.member.document:
            continue
        if other.service != slo.service:
            yield RULE.fault(
                Place(slo.origin.path, "key"),
                f"the series of the SLO `{slo.name}` of `{slo.service}` would be another's, too",
                label=f"both are `{slo.id}`",
                help="give one of the SLOs another name",
                related=((_key(other.origin), f"the SLO `{other.name}` of `{other.service}`"),),
            )
        elif taken:
            yield RULE.fault(
                Place(slo.origin.path, "key"),
                f"two alerts would be called `{taken[0]}`",
                label="one of them is of this SLO",
                help="say another `name` in its `alerts`, or give one of the two another name",
                related=((_key(named[taken[0]]), "the other"),),
            )


def _key(origin: Origin) -> Place:
    return Place(origin.path, "key", None, origin.document)


def _taken(alert: AlertPlan, other: AlertPlan) -> Fault:
    origin = other.origin
    return RULE.fault(
        Place(alert.origin.path, "key"),
        f"the alert `{alert.name}` is made by opsc already",
        label="said again here",
        help="remove it, or `no_data` of the other, or give it another name",
        related=((Place((*origin.path, "no_data"), "key", None, origin.document), "made here"),),
    )
