"""Routing: who is told, who is mute while another speaks, and when notices wait."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.lower.alerts import SCALE, comparison_of, severity_of
from compiler.lower.objects import object_labels
from compiler.lower.plan import Inhibition, Origin, RoutePlan, RoutingPlan, WindowPlan
from compiler.lower.slo.lower import names_of
from compiler.lower.windows import slots
from compiler.model.values import Matcher
from compiler.promql.labels import labels_of
from compiler.promql.parse import parse
from compiler.promql.tree import Query

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from compiler.lower.slo.names import Names
    from compiler.model.routing import Route, Routing
    from compiler.model.site import Member, Site


def lower_routing(site: Site) -> RoutingPlan | None:
    """Given a site, return its routing, or None when nobody says it."""
    found = site.routing
    if found is None:
        return None
    member, routing = found
    return RoutingPlan(
        origin=Origin(member.document, ("routing",)),
        default=routing.default,
        group_by=routing.group_by,
        group_wait_seconds=routing.group_wait_seconds,
        group_interval_seconds=routing.group_interval_seconds,
        repeat_interval_seconds=routing.repeat_interval_seconds,
        smtp=routing.smtp,
        receivers=routing.receivers,
        routes=_all_routes(site, member, routing),
        inhibitions=(
            *_severity_inhibitions(site, routing),
            *_named_inhibitions(site, routing),
            *_slo_inhibitions(site),
        ),
        windows=tuple(_windows(site)),
    )


def _all_routes(site: Site, member: Member, routing: Routing) -> tuple[RoutePlan, ...]:
    """Return the written routes, then the teams'; a last one for the default where it is needed.

    Alertmanager gives an alert to the default receiver only when no route at all fits. Here a
    route that continues does not take an alert, so that the default is a route of its own then.
    """
    routes = [*_routes(site, member, routing), *_team_routes(site, routing)]
    if any(route.is_continued for route in routes):
        origin = Origin(member.document, ("routing", "default"))
        routes.append(
            RoutePlan(origin=origin, name="default", matchers=(), receiver=routing.default)
        )
    return tuple(routes)


def _routes(site: Site, member: Member, routing: Routing) -> Iterator[RoutePlan]:
    for name, route in routing.routes.items():
        if route.to in routing.receivers:
            yield _route(site, Origin(member.document, ("routing", "routes", name)), name, route)


def _route(site: Site, origin: Origin, name: str, route: Route) -> RoutePlan:
    severities = [severity_of(site, word) for word in route.severities]
    wanted = [word for word in SCALE if word in severities]
    matchers = []
    if wanted and len(wanted) < len(SCALE):
        matchers.append(("severity", _one_of(wanted)))
    if route.teams:
        matchers.append(("owner", _one_of(route.teams)))
    matchers.extend(sorted(route.match.items()))
    return RoutePlan(
        origin=origin,
        name=name,
        matchers=tuple(matchers),
        receiver=route.to,
        is_continued=route.continue_,
        group_by=route.group_by,
        group_wait_seconds=route.group_wait_seconds,
        group_interval_seconds=route.group_interval_seconds,
        repeat_interval_seconds=route.repeat_interval_seconds,
    )


def _team_routes(site: Site, routing: Routing) -> Iterator[RoutePlan]:
    """Yield, behind the written routes, one for each team that has a receiver of its own."""
    for member in site.members:
        for name, team in member.spec.teams.items():
            if team.receiver in routing.receivers and team.receiver != routing.default:
                yield RoutePlan(
                    origin=Origin(member.document, ("teams", name, "receiver")),
                    name=f"team-{name}",
                    matchers=(("owner", Matcher("=", name)),),
                    receiver=str(team.receiver),
                )


def _one_of(values: Iterable[str]) -> Matcher:
    """Return the matcher of any of some names, which hold no characters of a pattern."""
    names = list(values)
    return Matcher("=", names[0]) if len(names) == 1 else Matcher("=~", "|".join(names))


def _severity_inhibitions(site: Site, routing: Routing) -> Iterator[Inhibition]:
    """Yield, for each signal with alerts of both kinds, how a critical one mutes the warnings."""
    for member, service in site.services:
        for name, signal in member.spec.signals.items():
            severities = {
                severity_of(site, alert.severity)
                for alert in member.spec.alerts.values()
                if alert.signal == name
            }
            if not {"critical", "warning"} <= severities:
                continue
            same = (("service", Matcher("=", service.name)), ("signal", Matcher("=", name)))
            kept = object_labels(site, routing, signal.query)
            yield Inhibition(
                origin=Origin(member.document, ("signals", name)),
                source=(("severity", Matcher("=", "critical")), *same),
                target=(("severity", Matcher("=", "warning")), *same),
                equal=tuple(sorted({*site.labels, "service", *kept})),
            )


def _named_inhibitions(site: Site, routing: Routing) -> Iterator[Inhibition]:
    """Yield the rules of alerts that name others, which say nothing while they fire."""
    for member, service in site.services:
        for name, alert in member.spec.alerts.items():
            for target in alert.mutes:
                if target not in member.spec.alerts:
                    continue
                same = ("service", Matcher("=", service.name))
                shared = [
                    label
                    for label in routing.inhibit.equal
                    if _has(member, name, label) and _has(member, target, label)
                ]
                yield Inhibition(
                    origin=Origin(member.document, ("alerts", name, "mutes")),
                    source=(("alertname", Matcher("=", name)), same),
                    target=(("alertname", Matcher("=", target)), same),
                    equal=tuple(sorted({*site.labels, "service", *shared})),
                )


def _slo_inhibitions(site: Site) -> Iterator[Inhibition]:
    """Yield how the page of an SLO mutes its ticket, for the same values of the labels of `by`.

    One rule serves all SLOs that name their labels alike: where both alerts lack a label of
    another SLO, Alertmanager takes it for equal.
    """
    said: dict[Names, tuple[Origin, set[str]]] = {}
    for member, _service in site.services:
        for name, slo in member.spec.slos.items():
            origin = Origin(member.document, ("slos", name))
            said.setdefault(names_of(slo), (origin, set()))[1].update(slo.by)
    for names, (origin, labels) in said.items():
        yield Inhibition(
            origin=origin,
            source=((names.severity, Matcher("=", "page")),),
            target=((names.severity, Matcher("=", "ticket")),),
            equal=tuple(sorted({*site.labels, names.id, *labels})),
        )


def _has(member: Member, name: str, label: str) -> bool:
    """Whether an alert can have a label: its expression keeps it. What is unreadable may."""
    comparison = comparison_of(member, name)
    query = None if comparison is None else parse(comparison.query)
    return not isinstance(query, Query) or labels_of(query.tree).has(label)


def _windows(site: Site) -> Iterator[WindowPlan]:
    for member in site.members:
        maintenance = member.spec.maintenance
        if maintenance is None:
            continue
        for name, window in maintenance.windows.items():
            times = slots(window)
            severities = {severity_of(site, word) for word in window.severities}
            if times:
                yield WindowPlan(
                    origin=Origin(member.document, ("maintenance", "windows", name)),
                    service=member.spec.service.name if member.spec.service else None,
                    name=name,
                    severities=tuple(word for word in SCALE if word in severities),
                    slots=times,
                )
