"""Every place of a spec that names an entry of another one, as a table."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from compiler.check.walk import at, entries, texts
from compiler.lower.alerts import SCALE
from compiler.model.kinds import KINDS
from compiler.model.scrape import CATALOGUES, OWN
from compiler.source.tree import Map
from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.check.rule import View
    from compiler.model.site import Member
    from compiler.source.tree import Path


@frozen
class Target(Frozen):
    """What can be named: the entries of a section or of a part of one, and `more` besides.

    `noun` is what people call it. Entries of a shared target may stand in any file.
    """

    noun: str
    section: str | None = None
    part: str | None = None
    is_shared: bool = False
    more: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """The section as a spec writes it: ``routing.receivers``."""
        return f"{self.section}.{self.part}" if self.part else str(self.section)


TEAM: Final = Target(noun="team", section="teams", is_shared=True)
RECEIVER: Final = Target(noun="receiver", section="routing", part="receivers", is_shared=True)
HOSTS: Final = Target(noun="host group", section="hosts", is_shared=True)
SEVERITY: Final = Target(
    noun="severity", section="routing", part="severities", is_shared=True, more=SCALE
)
SIGNAL: Final = Target(noun="signal", section="signals")
GROUP: Final = Target(noun="alert group", section="alert_groups")
ALERT: Final = Target(noun="alert", section="alerts")
SLO: Final = Target(noun="SLO", section="slos")
WINDOW: Final = Target(
    noun="maintenance window", section="maintenance", part="windows", is_shared=True
)
METRIC: Final = Target(noun="metric", section="metrics")
JOB: Final = Target(noun="job", section="jobs")
RESOURCE: Final = Target(noun="resource", section="resources")
CHECK: Final = Target(noun="health check", section="health", part="checks")
DATA: Final = Target(noun="class of data", section="retention")
KIND: Final = Target(noun="kind of job", more=tuple(KINDS))
SLO_ALERT: Final = Target(noun="alert of the SLO", more=("page", "ticket", "no_data", "guard"))
CATALOGUE: Final = Target(noun="catalogue", more=(OWN, *CATALOGUES))

REFERENCES: Final[tuple[tuple[tuple[str, ...], Target], ...]] = (
    (("service", "owner"), TEAM),
    (("teams", "*", "receiver"), RECEIVER),
    (("scrape", "*", "exposes"), CATALOGUE),
    (("alerts", "*", "group"), GROUP),
    (("alerts", "*", "signal"), SIGNAL),
    (("alerts", "*", "severity"), SEVERITY),
    (("alerts", "*", "owner"), TEAM),
    (("alerts", "*", "mutes", "*"), ALERT),
    (("slos", "*", "owner"), TEAM),
    (("slos", "*", "job"), JOB),
    (("slos", "*", "composite", "worst_of", "*"), SLO),
    (("slos", "*", "excludes", "*"), WINDOW),
    (("slos", "*", "alerts", "*", "severity"), SEVERITY),
    (("slos", "*", "budget", "*", "severity"), SEVERITY),
    (("slos", "*", "tests", "*", "alert"), SLO_ALERT),
    (("dashboards", "*", "rows", "*", "panels", "*", "signal"), SIGNAL),
    (("dashboards", "*", "rows", "*", "panels", "*", "alert"), ALERT),
    (("dashboards", "*", "rows", "*", "panels", "*", "slo"), SLO),
    (("dashboards", "*", "rows", "*", "panels", "*", "metric"), METRIC),
    (("routing", "default"), RECEIVER),
    (("routing", "routes", "*", "to"), RECEIVER),
    (("routing", "routes", "*", "teams", "*"), TEAM),
    (("routing", "routes", "*", "severities", "*"), SEVERITY),
    (("jobs", "*", "run"), KIND),
    (("jobs", "*", "steps", "*", "run"), KIND),
    (("resources", "*", "queue", "in"), RESOURCE),
    (("health", "hosts"), HOSTS),
    (("health", "checks", "*", "of"), RESOURCE),
    (("health", "checks", "*", "hosts"), HOSTS),
    (("retention", "*", "rows", "in"), RESOURCE),
    (("retention", "*", "objects", "in"), RESOURCE),
    (("jobs", "*", "of"), DATA),
    (("jobs", "*", "steps", "*", "of"), DATA),
    (("jobs", "*", "lease"), RESOURCE),
    (("jobs", "*", "with", "resources", "*"), RESOURCE),
    (("jobs", "*", "steps", "*", "with", "resources", "*"), RESOURCE),
    (("jobs", "*", "hosts"), HOSTS),
    (("jobs", "*", "after", "*"), JOB),
    (("jobs", "*", "notify", "to"), RECEIVER),
    (("maintenance", "windows", "*", "severities", "*"), SEVERITY),
)
"""Paths that hold a name, and what it names; `of` of a job names what its kind acts on."""

SUBJECTS: Final = {target.shown: target for target in (DATA, RESOURCE, CHECK)}
"""What a kind of job can be done to, by the section."""

NAMED_BY_KEY: Final = (
    (("jobs", "*", "takes"), RESOURCE),
    (("slos", "*", "composite", "weighted"), SLO),
)
"""Paths of mappings whose keys are names, and what they name."""


def references(member: Member) -> Iterator[tuple[Path, str, Target]]:
    """Given a member, yield the path, the name and the target of each of its references."""
    for pattern, target in REFERENCES:
        for path, name in texts(member.root, pattern):
            is_subject = pattern[0] == "jobs" and pattern[-1] == "of"
            meant = _subject(member, path) if is_subject else target
            if meant is SLO_ALERT:
                meant = _with_steps(member, path)
            if meant is not None:
                yield path, name, meant
    for pattern, target in NAMED_BY_KEY:
        for path, node in entries(member.root, pattern):
            if isinstance(node, Map):
                yield from (((*path, name), name, target) for name in node)


def _subject(member: Member, path: Path) -> Target | None:
    """Return what the job or step whose `of` stands at a path is done to."""
    kind = KINDS.get(str(at(member.root, (*path[:-1], "run"))))
    return SUBJECTS.get(str(kind.subject)) if kind is not None else None


def _with_steps(member: Member, path: Path) -> Target:
    """Return the alerts of the SLO that a path leads into, the steps of its budget among them."""
    steps = at(member.root, (*path[:2], "budget"))
    return replace(SLO_ALERT, more=(*SLO_ALERT.more, *(steps if isinstance(steps, Map) else ())))


def names(view: View, target: Target) -> frozenset[str] | None:
    """Return what can be named in a view, broken entries too; None when that cannot be told."""
    if target.section is None:
        return frozenset(target.more)
    if target.section in view.site.unreadable:
        return None
    members = view.site.members if target.is_shared else (view.member,)
    found = set(target.more)
    if target is JOB:
        found.update(
            f"{service.name}/{path[-1]}"
            for member, service in view.site.services
            if member is not view.member
            for path, _job in entries(member.root, ("jobs", "*"))
        )
    for member in members:
        node = member.root.get(target.section)
        if target.part is not None and isinstance(node, Map):
            node = node.get(target.part)
        if isinstance(node, Map):
            found.update(node)
        elif node is not None:
            return None
    return frozenset(found)
