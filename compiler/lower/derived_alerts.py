"""Alerts that nobody wrote: what follows from a health check or from a job becomes an alert rule.

They are made as if the spec said them, so that owner, runbook, routing and dashboards are those of
written alerts. A written alert of the same name stands in the place of a derived one.
"""

from __future__ import annotations

from dataclasses import field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal

from compiler.lower.alerts import alert_plan, comparison_with
from compiler.lower.plan import GroupPlan
from compiler.model.alerts import Alert
from compiler.model.values import Quantity
from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from decimal import Decimal

    from compiler.lower.plan import AlertPlan, Origin, Severity
    from compiler.model.metrics import Unit
    from compiler.model.service import Service
    from compiler.model.site import Member, Site

MANY: Final = 20_000
"""Names that are remembered: of thousands of SLOs one stage asks after the other."""


@frozen
class DerivedAlert(Frozen):
    """What is said of an alert that follows from something else.

    `name` is unique over all services, so it begins with the service's own (`alert_name`).
    `threshold` is compared in the unit of the query; `text` is how a person writes it.
    """

    origin: Origin
    name: str
    group: str
    query: str
    operator: Literal["above", "below", "at_least", "at_most", "equals", "not_equals"] = "above"
    threshold: Decimal
    text: str | None = None
    unit: Unit | None = None
    for_seconds: float
    severity: Severity
    summary: str
    description: str
    impact: str
    steps: tuple[str, ...] = ()
    queries: Mapping[str, str] = field(default_factory=dict)
    owner: str | None = None
    runbook: str | None = None


def alert_name(service: Service, *words: str) -> str:
    """Given names as a spec writes them, return them in camel case behind the service's own.

    ``shop``, ``order-queue``, ``unhealthy`` make ``ShopOrderQueueUnhealthy``.
    """
    return "".join([camel_case(word) for word in (service.name, *words)])


@lru_cache(maxsize=MANY)
def camel_case(word: str) -> str:
    """Given a name as a spec writes it, return it in camel case."""
    return "".join([part[:1].upper() + part[1:] for part in word.replace("_", "-").split("-")])


def derived_alert(
    site: Site, member: Member, service: Service, derived: DerivedAlert
) -> AlertPlan | None:
    """Given an alert that follows from something, return its rule.

    None when the service's spec has an alert of that name, which stands in its place.
    """
    if derived.name in member.spec.alerts:
        return None
    quantity = Quantity(
        value=derived.threshold,
        dimension="number",
        text=derived.text if derived.text is not None else f"{derived.threshold:f}",
    )
    compared: Any = {derived.operator: quantity}
    said = Alert(
        group=derived.group,
        value=derived.query,
        unit=derived.unit,
        for_seconds=derived.for_seconds,
        severity=derived.severity,
        owner=derived.owner,
        summary=derived.summary,
        description=derived.description,
        impact=derived.impact,
        steps=derived.steps,
        queries=derived.queries,
        runbook=derived.runbook,
        **compared,
    )
    comparison = comparison_with(said, derived.query, derived.unit)
    return alert_plan(site, service, derived.origin, derived.name, said, comparison)


def with_derived(
    site: Site, groups: tuple[GroupPlan, ...], derived: Iterable[AlertPlan]
) -> tuple[GroupPlan, ...]:
    """Given groups of alerts, return them with derived ones in the groups that those name.

    A group that is not there is made, evaluated as often as Prometheus does by default.
    """
    merged = {group.name: group for group in groups}
    for plan in derived:
        name = f"{plan.service}-{plan.group}"
        group = merged.get(name) or GroupPlan(
            origin=plan.origin,
            service=plan.service,
            name=name,
            interval_seconds=site.stack.prometheus.evaluation_interval_seconds,
            query_offset_seconds=None,
            alerts=(),
        )
        merged[name] = replace(group, alerts=(*group.alerts, plan))
    return tuple(merged.values())
