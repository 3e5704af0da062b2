"""Several files together: which environments there are, and what each file says in one of them.

A *document* is one file; a *member* is a document as it reads in one environment; a *site* is all
members of one environment, with what they share.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from compiler.model.read import Reader
from compiler.model.stack import Alertmanager, Stack
from compiler.source.fault import locate
from compiler.source.overlay import overlay
from compiler.source.tree import Map, Seq
from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from compiler.finding import Finding
    from compiler.model.environments import Environment, Hosts
    from compiler.model.read import Reading
    from compiler.model.routing import Routing
    from compiler.model.service import Service
    from compiler.model.spec import Spec
    from compiler.model.teams import Team
    from compiler.source.fault import Fault
    from compiler.source.tree import Path

DEFAULT_ENVIRONMENT: Final = "default"
"""Name of the one environment of specs that declare none."""


@frozen
class Member(Frozen):
    """One document in one environment.

    `document` is its 0-indexed number; `root` is the tree with the environment's overrides in it.
    """

    document: int
    root: Map
    spec: Spec
    faults: tuple[Fault, ...]
    broken: frozenset[Path]

    def is_broken(self, *path: str) -> bool:
        """Whether the entry at the path, or something around it, could not be read."""
        return any(path[:length] in self.broken for length in range(1, len(path) + 1))


@frozen
class Site(Frozen):
    """All documents in one environment."""

    environment: str
    labels: Mapping[str, str]
    members: tuple[Member, ...]
    findings: tuple[Finding, ...] = ()
    unreadable: frozenset[str] = frozenset()
    """Sections that stand in a file and whose text cannot be read: nobody knows what they name."""

    @property
    def services(self) -> Iterator[tuple[Member, Service]]:
        """The members that describe a service, with the service."""
        return ((member, member.spec.service) for member in self.members if member.spec.service)

    @property
    def stack(self) -> Stack:
        """The servers: those of the first member that has the section, or the defaults."""
        return next((member.spec.stack for member in self.members if member.spec.stack), Stack())

    def version_of(self, server: Literal["prometheus", "alertmanager"]) -> str | None:
        """Return the version of a server, or None when what is written of it is broken."""
        if any(member.is_broken("stack", server, "version") for member in self.members):
            return None
        stack = self.stack
        entry = stack.prometheus if server == "prometheus" else stack.alertmanager
        return (entry or Alertmanager()).version

    @property
    def routing(self) -> tuple[Member, Routing] | None:
        """The routing, with the member that says it."""
        return next(
            ((member, member.spec.routing) for member in self.members if member.spec.routing), None
        )

    @property
    def teams(self) -> Mapping[str, Team]:
        """Teams of all members by name."""
        return {name: team for member in self.members for name, team in member.spec.teams.items()}

    @property
    def hosts(self) -> Mapping[str, Hosts]:
        """Host groups of all members by name."""
        return {name: group for member in self.members for name, group in member.spec.hosts.items()}

    def names(self, section: str, part: str | None = None) -> frozenset[str]:
        """Return the names that any member writes in a section (or a part of it), broken or not."""
        found: set[str] = set()
        for member in self.members:
            node = member.root.get(section)
            if part is not None:
                node = node.get(part) if isinstance(node, Map) else None
            if isinstance(node, Map):
                found.update(node)
        return frozenset(found)


@dataclass(slots=True)
class _Base:
    """A document as it reads without any environment."""

    document: int
    root: Map
    reading: Reading
    unreadable: frozenset[str]
    reader: Reader


def sites(roots: Sequence[Map], unreadable: Sequence[frozenset[str]] = ()) -> tuple[Site, ...]:
    """Given the trees of all documents, return one site per environment, in the order declared.

    `unreadable` has, for each tree, the sections that stand in its file and could not be read.
    """
    bases = []
    for document, root in enumerate(roots):
        lost = unreadable[document] if unreadable else frozenset()
        reader = Reader(unreadable=lost)
        bases.append(
            _Base(
                document=document,
                root=root,
                reading=reader.read(root),
                unreadable=lost,
                reader=reader,
            )
        )
    declared = dict.fromkeys(name for base in bases for name in base.reading.spec.environments)
    if not declared:
        return (_site(DEFAULT_ENVIRONMENT, bases),)
    return tuple(_site(name, bases) for name in declared)


def _site(name: str, bases: Sequence[_Base]) -> Site:
    labels: dict[str, str] = {}
    members: list[Member] = []
    findings: list[Finding] = []
    for base in bases:
        environments = base.reading.spec.environments
        if environments and name not in environments and base.reading.spec.service:
            continue
        environment = environments.get(name)
        root, reading = base.root, base.reading
        if environment is not None:
            labels |= environment.labels
            root, found = _overridden(base.root, name, environment)
            findings.extend(found)
            reading = base.reader.read(root) if root is not base.root else reading
        # What an environment replaces is wrong all the same: the file is read without it, too.
        findings.extend(
            locate(fault, base.document, [other.root for other in bases])
            for fault in base.reading.faults
            if fault not in reading.faults
        )
        members.append(
            Member(
                document=base.document,
                root=root,
                spec=reading.spec,
                faults=reading.faults,
                broken=reading.broken,
            )
        )
    return Site(
        environment=name,
        labels=labels,
        members=tuple(members),
        findings=tuple(findings),
        unreadable=frozenset().union(*(base.unreadable for base in bases)),
    )


def _overridden(root: Map, name: str, environment: Environment) -> tuple[Map, list[Finding]]:
    """Return the tree with an environment's overrides, from the tree's own nodes."""
    if not environment.set and not environment.remove:
        return root, []
    node: dict[str, Any] = root["environments"][name]
    changes, removals = node.get("set"), node.get("remove")
    return overlay(
        root,
        changes if isinstance(changes, Map) else Map(),
        removals if isinstance(removals, Seq) else Seq(),
    )
