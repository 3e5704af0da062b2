"""Where alerts and SLOs lead to: a dashboard, or a panel, that a spec names becomes its address.

An SLO that names none leads to the dashboard that follows from it, an alert that names none to the
first panel that shows it or its signal.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from compiler.lower.alerts import is_dashboard_name
from compiler.lower.dashboards.names import SLOS, address_of, uid_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from compiler.lower.plan import AlertPlan, GroupPlan
    from compiler.lower.slo.plan import SloPlan
    from compiler.model.service import Service
    from compiler.model.site import Site
    from compiler.model.spec import Spec


def linked_groups(site: Site, groups: Iterable[GroupPlan]) -> tuple[GroupPlan, ...]:
    """Given the groups of a site, return them with the dashboards that their alerts lead to."""
    pages = {service.name: _Pages(member.spec, service) for member, service in site.services}
    return tuple(
        replace(group, alerts=tuple(map(pages[group.service].linked, group.alerts)))
        for group in groups
    )


def linked_slos(site: Site, slos: Iterable[SloPlan]) -> tuple[SloPlan, ...]:
    """Given the SLOs of a site, return them with the dashboards that their alerts lead to."""
    services = {service.name: service for _member, service in site.services}
    return tuple(_linked(services[slo.service], slo) for slo in slos)


def _linked(service: Service, slo: SloPlan) -> SloPlan:
    written = SLOS if slo.entry.dashboard is None else slo.entry.dashboard
    url = _address(service, written)
    return slo if url is None else replace(slo, dashboard_url=url)


class _Pages:
    """The dashboards of one service, by what their panels show."""

    def __init__(self, spec: Spec, service: Service) -> None:
        self.service = service
        self.shown: dict[tuple[str, str], str] = {}
        for what, panel in panels_shown(spec):
            self.shown.setdefault(what, panel)

    def linked(self, alert: AlertPlan) -> AlertPlan:
        """Return an alert with the address of what it names, or of what shows it."""
        written = alert.entry.dashboard
        if written is None:
            by_signal = self.shown.get(("signal", alert.entry.signal or ""))
            written = self.shown.get(("alert", alert.name), by_signal)
        url = None if written is None else _address(self.service, written)
        if url is None:
            return alert
        return replace(alert, annotations=_with_url(alert.annotations, url))


def panels_shown(spec: Spec) -> Iterator[tuple[tuple[str, str], str]]:
    """Given a spec, yield what its panels show, and how each is named: ``system/cpu``."""
    for name, dashboard in spec.dashboards.items():
        for row in dashboard.rows.values():
            for key, panel in row.panels.items():
                if panel.signal is not None:
                    yield ("signal", panel.signal), f"{name}/{key}"
                if panel.alert is not None:
                    yield ("alert", panel.alert), f"{name}/{key}"


def _address(service: Service, written: str) -> str | None:
    """Return the address of what is named; None for what is an address already, or nowhere."""
    base = service.links.dashboards
    if base is None or not is_dashboard_name(written):
        return None
    name, _, panel = written.partition("/")
    return address_of(base, uid_of(service.name, name), panel or None)


def _with_url(annotations: Mapping[str, str], url: str) -> Mapping[str, str]:
    return dict(sorted({**annotations, "dashboard_url": url}.items()))
