"""The lowering of the section `slos`: a site enters, one plan for each SLO leaves.

An SLO whose expressions cannot be made is left out; a rule says why.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compiler.lower.alerts import severity_of
from compiler.lower.plan import Origin
from compiler.lower.slo.alerts import URGENCY, ServiceAlerts, title_of
from compiler.lower.slo.burn import branches_of, burn_alerts, default_branches
from compiler.lower.slo.families import with_families
from compiler.lower.slo.names import OPSC, SLOTH, Names
from compiler.lower.slo.plan import SloPlan, Stratum
from compiler.lower.slo.series import share_of
from compiler.lower.slo.sli import sli_of
from compiler.lower.windows import slots

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from compiler.lower.plan import TimeSlot
    from compiler.lower.slo.burn import Branch
    from compiler.model.service import Service
    from compiler.model.site import Member, Site
    from compiler.model.slos import Slo

BUDGET_POINTS: Final = 8640
"""About how many times in its window a budget is computed: every five minutes at 30d."""

_INTERVALS: Final = (60, 120, 300, 600, 900, 1800, 3600)
"""Intervals in seconds at which budgets are computed."""


def lower_slos(site: Site) -> tuple[SloPlan, ...]:
    """Given a site, return the plans of each service's SLOs, in order."""
    return tuple(
        plan
        for member, service in site.services
        for plan in with_families(list(_of_service(site, member, service)))
    )


def _of_service(site: Site, member: Member, service: Service) -> Iterator[SloPlan]:
    slos = member.spec.slos
    if not slos:
        return
    parts: Mapping[str, str] = {}
    if any(entry.composite is not None for entry in slos.values()):
        parts = {
            name: share_of(names_of(entry), f"{service.name}-{name}", base_seconds(entry))
            for name, entry in slos.items()
            if entry.composite is None
        }
    first: dict[tuple[object, ...], str] = {}
    default_interval = site.stack.prometheus.evaluation_interval_seconds
    alerting = ServiceAlerts(site, service)
    lengths: dict[tuple[object, ...], tuple[float, ...]] = {}
    for name, entry in slos.items():
        sli = sli_of(entry, service=service.name, parts=parts)
        if sli is None:
            continue
        policy = (id(entry.alerts), entry.window_seconds, entry.compatibility)
        windows = lengths.get(policy)
        if windows is None:
            windows = lengths[policy] = _windows(site, entry)
        excluded = _excluded(site, entry)
        interval = entry.every_seconds or default_interval
        plan = SloPlan(
            origin=Origin(member.document, ("slos", name)),
            service=service.name,
            name=name,
            title=title_of(name, entry),
            owner=entry.owner or service.owner,
            entry=entry,
            sli=sli,
            strata=_strata(entry),
            by=entry.by,
            window_seconds=entry.window_seconds,
            base_seconds=windows[0],
            interval_seconds=interval,
            budget_interval_seconds=_budget_interval(entry.window_seconds, interval),
            windows=windows,
            alerting=alerting,
            excluded=excluded,
            names=names_of(entry),
            family=name,
        )
        key = (sli.total, entry.by, windows, interval, excluded, entry.compatibility)
        owner = first.setdefault(key, name)
        yield plan if owner == name else plan.sharing(owner)


def names_of(entry: Slo) -> Names:
    """Given an SLO, return the names that its series and labels have."""
    return SLOTH if entry.compatibility == "sloth" else OPSC


def base_seconds(entry: Slo) -> float:
    """Given an SLO, return the shortest window that it is watched with, in seconds."""
    branches = [
        branch
        for kind, said in burn_alerts(entry)
        if not said.disabled
        for branch in branches_of(kind, said, entry.window_seconds)
    ]
    if entry.compatibility == "sloth" or not branches:
        branches.extend(default_branches("page", entry.window_seconds))
    return min(branch.short_seconds for branch in branches)


def _windows(site: Site, entry: Slo) -> tuple[float, ...]:
    """Return the windows of all burn rates that are alerted on, or looked at with Sloth's names."""
    lengths = {base_seconds(entry)}
    for kind, said in burn_alerts(entry):
        branches: tuple[Branch, ...] = ()
        if not said.disabled and severity_of(site, said.severity or URGENCY[kind]) is not None:
            branches += branches_of(kind, said, entry.window_seconds)
        if entry.compatibility == "sloth":
            branches += default_branches(kind, entry.window_seconds)
        for branch in branches:
            lengths.update((branch.short_seconds, branch.long_seconds))
    return tuple(sorted(lengths))


def _strata(entry: Slo) -> tuple[Stratum, ...]:
    """Return the values with an objective of their own, then all others."""
    others = Stratum(value=None, objective=entry.objective_ratio)
    if len(entry.by) != 1:
        return (others,)
    own = sorted(entry.objectives.items())
    return (*(Stratum(value=value, objective=objective) for value, objective in own), others)


def _budget_interval(window_seconds: float, interval_seconds: float) -> float:
    wanted = window_seconds / BUDGET_POINTS
    rounded = next((length for length in _INTERVALS if length >= wanted), _INTERVALS[-1])
    return max(interval_seconds, rounded)


def _excluded(site: Site, entry: Slo) -> tuple[TimeSlot, ...]:
    """Return the moments of the maintenance windows that an SLO names."""
    return tuple(
        slot
        for name in entry.excludes
        for member in site.members
        if member.spec.maintenance is not None and name in member.spec.maintenance.windows
        for slot in slots(member.spec.maintenance.windows[name])
    )
