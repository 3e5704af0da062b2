"""The lowering of the section `dashboards`: a site enters, one plan for each dashboard leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compiler.lower.dashboards.names import uid_of
from compiler.lower.dashboards.panels import Panels, words_of
from compiler.lower.dashboards.plan import DashboardPlan, EventPlan, RowPlan, VariablePlan
from compiler.lower.plan import Origin

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from compiler.lower.plan import AlertPlan, GroupPlan
    from compiler.lower.slo.plan import SloPlan
    from compiler.model.dashboards import Dashboard, Row, Variable
    from compiler.model.service import Service
    from compiler.model.site import Member, Site

INTERVAL: Final = VariablePlan(
    name="interval",
    title="Interval",
    description="Time over which rates are taken",
    values=("1m", "5m", "15m", "1h"),
    default="5m",
    is_interval=True,
)
"""The variable that every dashboard has, unless it says another one."""


def lower_dashboards(
    site: Site, groups: Iterable[GroupPlan], slos: Iterable[SloPlan]
) -> tuple[DashboardPlan, ...]:
    """Given a site, its alerts and its SLOs, return the plans of the dashboards that it says."""
    alerts = [alert for group in groups for alert in group.alerts if not alert.is_no_data]
    promised = list(slos)
    return tuple(
        _dashboard(
            member,
            service,
            name,
            entry,
            alerts=[alert for alert in alerts if alert.service == service.name],
            slos={slo.name: slo for slo in promised if slo.service == service.name},
        )
        for member, service in site.services
        for name, entry in member.spec.dashboards.items()
    )


def _dashboard(
    member: Member,
    service: Service,
    name: str,
    entry: Dashboard,
    *,
    alerts: Sequence[AlertPlan],
    slos: Mapping[str, SloPlan],
) -> DashboardPlan:
    origin = Origin(member.document, ("dashboards", name))
    panels = Panels(member.spec, entry.variables, alerts=alerts, slos=slos)
    return DashboardPlan(
        origin=origin,
        service=service.name,
        name=name,
        uid=uid_of(service.name, name),
        title=entry.title or f"{service.title} {words_of(name).lower()}",
        description=entry.description,
        tags=entry.tags,
        range_seconds=entry.range_seconds,
        refresh_seconds=entry.refresh_seconds,
        variables=tuple(_variables(entry.variables)),
        events=(
            firing(f'service="{service.name}"'),
            *(
                EventPlan(name=what, expression=query, colour="blue", title=what)
                for what, query in entry.events.items()
            ),
        ),
        links={**service_links(service), **entry.links},
        rows=tuple(_row(panels, origin, row, said) for row, said in entry.rows.items()),
    )


def firing(matcher: str) -> EventPlan:
    """Given a matcher of alerts, return the moments at which one of them fires."""
    return EventPlan(
        name="Alerts",
        expression=f'ALERTS{{alertstate="firing", {matcher}}}',
        colour="red",
        title="{{alertname}}",
        text="{{severity}}",
    )


def service_links(service: Service) -> Mapping[str, str]:
    """Given a service, return the addresses that each of its dashboards leads to."""
    said = {"Runbooks": service.links.runbooks, "Repository": service.links.repository}
    return {shown: url for shown, url in said.items() if url is not None}


def _variables(entries: Mapping[str, Variable]) -> Iterator[VariablePlan]:
    if INTERVAL.name not in entries:
        yield INTERVAL
    for name, entry in entries.items():
        yield VariablePlan(
            name=name,
            title=entry.title or words_of(name),
            description=entry.description,
            label=entry.label,
            of=entry.of,
            values=entry.values or (),
            default=entry.default,
            is_multiple=entry.multiple and entry.label is not None,
            is_interval=name == INTERVAL.name and entry.values is not None,
        )


def _row(panels: Panels, above: Origin, name: str, entry: Row) -> RowPlan:
    origin = Origin(above.document, (*above.path, "rows", name))
    found = (
        panels.panel(Origin(origin.document, (*origin.path, "panels", key)), key, said)
        for key, said in entry.panels.items()
    )
    return RowPlan(
        origin=origin,
        name=name,
        title=entry.title or words_of(name),
        level=entry.level,
        is_collapsed=entry.collapsed,
        repeat=entry.repeat,
        panels=tuple(panel for panel in found if panel is not None),
    )
