"""Alerts: a value and a threshold become an expression, labels and annotations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from compiler.lower.plan import AlertPlan, Comparison, GroupPlan, Operator, Origin
from compiler.promql.shape import binds_loosely

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from decimal import Decimal

    from compiler.lower.plan import Severity
    from compiler.model.alerts import Alert
    from compiler.model.metrics import Unit
    from compiler.model.service import Service
    from compiler.model.site import Member, Site

OPERATORS: Final[Mapping[str, Operator]] = {
    "above": ">",
    "below": "<",
    "at_least": ">=",
    "at_most": "<=",
    "equals": "==",
    "not_equals": "!=",
}
"""How a threshold is compared, by the key it is written under."""

SCALE: Final = ("info", "warning", "critical")
"""The one scale of severity."""

NO_DATA_SUFFIX: Final = "NoData"


def lower_groups(site: Site) -> tuple[GroupPlan, ...]:
    """Given a site, return the groups of each service, with the alerts that could be resolved."""
    return tuple(
        _group(site, member, service, name)
        for member, service in site.services
        for name in dict.fromkeys(alert.group for alert in member.spec.alerts.values())
        if name in member.spec.alert_groups
    )


def _group(site: Site, member: Member, service: Service, name: str) -> GroupPlan:
    entry = member.spec.alert_groups[name]
    alerts = (
        plan
        for alert_name, alert in member.spec.alerts.items()
        if alert.group == name
        for plan in _alerts(site, member, service, alert_name, alert)
    )
    default = site.stack.prometheus.evaluation_interval_seconds
    return GroupPlan(
        origin=Origin(member.document, ("alert_groups", name)),
        service=service.name,
        name=f"{service.name}-{name}",
        interval_seconds=default if entry.every_seconds is None else entry.every_seconds,
        query_offset_seconds=entry.query_offset_seconds,
        alerts=tuple(alerts),
    )


def _alerts(
    site: Site, member: Member, service: Service, name: str, entry: Alert
) -> Iterator[AlertPlan]:
    """Yield the rule of an alert, and that of its missing data when the spec asks for it."""
    comparison = comparison_of(member, name)
    if comparison is None:
        return
    origin = Origin(member.document, ("alerts", name))
    plan = alert_plan(site, service, origin, name, entry, comparison)
    if plan is None:
        return
    yield plan
    if entry.no_data == "alert":
        yield _no_data(plan, service)


def alert_plan(  # what a rule is made of: where, whose, who said it, and what
    site: Site, service: Service, origin: Origin, name: str, entry: Alert, comparison: Comparison
) -> AlertPlan | None:
    """Given what an alert says and compares, return its rule; None when its severity is unknown."""
    severity = severity_of(site, entry.severity)
    if severity is None:
        return None
    owner = entry.owner or service.owner
    labels = {
        **entry.labels,
        "owner": owner,
        "service": service.name,
        "severity": severity,
        **({"signal": entry.signal} if entry.signal else {}),
    }
    return AlertPlan(
        origin=origin,
        service=service.name,
        name=name,
        group=entry.group,
        entry=entry,
        comparison=comparison,
        expression=_expression(comparison),
        for_seconds=entry.for_seconds,
        keep_firing_for_seconds=entry.keep_firing_for_seconds,
        severity=severity,
        owner=owner,
        labels=dict(sorted(labels.items())),
        annotations=_annotations(service, name, entry),
    )


def _no_data(plan: AlertPlan, service: Service) -> AlertPlan:
    """Return the alert that fires when the value of another is missing."""
    name = plan.name + NO_DATA_SUFFIX
    annotations = {
        **_annotations(service, name, plan.entry),
        "description": f"The value that {plan.name} compares is missing, so that it cannot fire.",
        "summary": f"No data for {plan.name}",
    }
    labels = {key: value for key, value in plan.labels.items() if key != "signal"}
    return AlertPlan(
        origin=plan.origin,
        service=plan.service,
        name=name,
        group=plan.group,
        entry=plan.entry,
        comparison=plan.comparison,
        expression=f"absent({contained(plan.comparison.query)})",
        for_seconds=plan.for_seconds,
        keep_firing_for_seconds=None,
        severity=plan.severity,
        owner=plan.owner,
        labels=labels,
        annotations=dict(sorted(annotations.items())),
        is_no_data=True,
    )


def comparison_of(member: Member, name: str) -> Comparison | None:
    """Given the name of an alert, return what it compares, or None when its signal is unknown."""
    entry = member.spec.alerts[name]
    signal = member.spec.signals.get(entry.signal) if entry.signal else None
    if entry.signal is not None and signal is None:
        return None
    if signal is not None:
        return comparison_with(entry, signal.query, signal.unit)
    return comparison_with(entry, str(entry.value), entry.unit)


def comparison_with(entry: Alert, query: str, unit: Unit | None) -> Comparison:
    """Given an alert, and the query that it compares, return the comparison."""
    key = next(key for key in OPERATORS if getattr(entry, key) is not None)
    quantity = getattr(entry, key)
    return Comparison(
        query=query.strip(),
        operator=OPERATORS[key],
        threshold=quantity.value,
        threshold_text=quantity.text,
        unit=unit,
    )


def severity_of(site: Site, word: str) -> Severity | None:
    """Given a severity as written, return it on the one scale, or None when nothing maps it."""
    if word in SCALE:
        return cast("Severity", word)
    routing = site.routing
    return routing[1].severities.get(word) if routing else None


def contained(query: str) -> str:
    """Return a query such that what follows it is not part of a comment at its end."""
    return f"{query}\n" if "#" in query else query


def _expression(comparison: Comparison) -> str:
    query = comparison.query
    if "#" in query or binds_loosely(query):
        query = f"({contained(query)})"
    return f"{query} {comparison.operator} {number(comparison.threshold)}"


def number(value: Decimal) -> str:
    """Given an exact number, return it without exponent and without needless zeros."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _annotations(service: Service, name: str, entry: Alert) -> Mapping[str, str]:
    links = service.links
    runbook = entry.runbook or (f"{links.runbooks.rstrip('/')}/{name}" if links.runbooks else None)
    said = {
        "dashboard_url": dashboard_url(links.dashboards, entry.dashboard),
        "description": entry.description,
        "impact": entry.impact,
        "runbook_url": runbook,
        "summary": entry.summary,
    }
    return {key: text for key, text in said.items() if text is not None}


def is_dashboard_name(written: str) -> bool:
    """Whether `dashboard` names a dashboard of the spec; else it is an address or a path."""
    return not written.startswith(("/", "http://", "https://"))


def dashboard_url(base: str | None, written: str | None) -> str | None:
    """Given Grafana's address and a dashboard's, return the latter whole; None when unknown.

    Where a dashboard that is named leads to is not known here, but to `dashboards.links`.
    """
    if written is None or is_dashboard_name(written):
        return None
    if written.startswith(("http://", "https://")):
        return written
    return f"{base.rstrip('/')}/{written.lstrip('/')}" if base else None
