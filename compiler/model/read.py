"""A located tree becomes a `Spec`; what cannot be read becomes faults.

Every entry of a section is validated by itself: a broken one is left out and remembered, so that
references to it stay silent and everything else goes on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic_core import ValidationError

from compiler.model.complaint import faults_of, shown
from compiler.model.jobs import Job
from compiler.model.schemas import core_schema, validator
from compiler.model.spec import SECTIONS, Section, Spec
from compiler.model.steps import job_faults
from compiler.source.fault import Fault, Place
from compiler.source.suggest import nearest
from compiler.source.tree import Map
from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from compiler.source.tree import Path


@frozen
class Reading(Frozen):
    """A spec as far as it could be read. `broken` holds the paths of the entries left out."""

    spec: Spec
    faults: tuple[Fault, ...]
    broken: frozenset[Path]


class Reader:
    """Reads trees into specs, and remembers entries by the identity of their nodes.

    Environments share the nodes that they do not override, so each entry is validated once.
    """

    def __init__(self, *, unreadable: frozenset[str] = frozenset()) -> None:
        self._unreadable = unreadable
        # The node is kept beside what was read of it, so that its identity stays its own.
        self._entries: dict[tuple[Path, int], tuple[Any, Any, tuple[Fault, ...]]] = {}

    def read(self, root: Map) -> Reading:
        """Given the tree of one file, return what it says."""
        faults: list[Fault] = [_unknown_section(key) for key in root if key and key not in SECTIONS]
        broken: set[Path] = set()
        values: dict[str, Any] = {}
        for name, section in SECTIONS.items():
            if name not in root:
                continue
            if section.keys is None:
                value = self._whole(root[name], name, section, faults, broken)
            else:
                value = self._entries_of(root[name], name, section, faults, broken)
            if value is not None:
                values[name] = value
        faults.extend(_document_faults(root, self._unreadable))
        return Reading(spec=Spec(**values), faults=tuple(faults), broken=frozenset(broken))

    def _entries_of(
        self, node: Any, name: str, section: Section, faults: list[Fault], broken: set[Path]
    ) -> Mapping[str, Any] | None:
        if not isinstance(node, Map):
            faults.append(_not_a_mapping((name,), node))
            broken.add((name,))
            return None
        entries = {}
        for key, entry_node in node.items():
            path = (name, key)
            entry, found = self._entry(entry_node, path, section.entry)
            if found and section.is_pruned:
                leaves = [_leaf(fault.place.path[2:], section) for fault in found]
                entry, _left = self._entry(_without(entry_node, leaves), path, section.entry)
            misnamed = self._name_faults(key, path, str(section.keys))
            faults.extend((*misnamed, *found))
            if misnamed or found:
                broken.add(path)
            if entry is not None and not misnamed:
                entries[key] = entry
        return entries

    def _whole(
        self, node: Any, name: str, section: Section, faults: list[Fault], broken: set[Path]
    ) -> Any:
        value, found = self._entry(node, (name,), section.entry)
        faults.extend(found)
        if not found:
            return value
        broken.update(fault.place.path[:3] for fault in found)
        for cut in (_leaf, _part):
            paths = [cut(fault.place.path[1:], section) for fault in found]
            value, left = self._entry(_without(node, paths), (name,), section.entry)
            if not left:
                return value
        broken.add((name,))
        return None

    def _entry(self, node: Any, path: Path, schema: str) -> tuple[Any, tuple[Fault, ...]]:
        """Return the validated entry, or None and its faults."""
        known = self._entries.get((path, id(node)))
        if known is not None and known[0] is node:
            return known[1], known[2]
        entry: Any = None
        found: tuple[Fault, ...] = ()
        try:
            entry = validator(schema).validate_python(node)
        except ValidationError as error:
            found = tuple(faults_of(error, path, core_schema(schema)))
        else:
            if isinstance(entry, Job):
                found = tuple(job_faults(entry, path))
                entry = None if found else entry
        self._entries[path, id(node)] = (node, entry, found)
        return entry, found

    def _name_faults(self, key: str, path: Path, schema: str) -> tuple[Fault, ...]:
        try:
            validator(schema).validate_python(key)
        except ValidationError as error:
            return tuple(faults_of(error, (*path, "[key]"), core_schema(schema)))
        return ()


def _leaf(path: Path, _section: Section) -> Path:
    """Return the path of the innermost key around a fault: an item of a list has none."""
    is_index = [isinstance(step, int) for step in path]
    return path[: is_index.index(True)] if True in is_index else path


def _part(path: Path, section: Section) -> Path:
    """Return the path of the entry around a fault that a section can be without."""
    return path[: 2 if path and path[0] in section.parts else 1]


def _without(node: Any, paths: list[Path]) -> Any:
    """Return a copy of a section's node without what stands at some paths."""
    if not isinstance(node, Map):
        return node
    copy: dict[str, Any] = dict(node)
    for path in paths:
        inner = copy
        for step in path[:-1]:
            if not isinstance(inner.get(str(step)), dict):
                break
            inner[str(step)] = dict(inner[str(step)])
            inner = inner[str(step)]
        else:
            inner.pop(str(path[-1]) if path else "", None)
    return copy


def _unknown_section(key: str) -> Fault:
    close = nearest(key, list(SECTIONS))
    listed = ", ".join(f"`{name}`" for name in SECTIONS)
    return Fault(
        rule="spec/unknown-key",
        place=Place((key,), "key"),
        headline=f"unknown section `{key}`",
        label=f"did you mean `{close}`?" if close else "",
        help=f"the sections are {listed}",
    )


def _not_a_mapping(path: Path, node: object) -> Fault:
    return Fault(
        rule="spec/wrong-type",
        place=Place(path),
        headline=f"expected a mapping of names, found {shown(node)}",
        help=f"write `{path[-1]}:` and below it a name and what it says",
    )


def _document_faults(root: Map, unreadable: frozenset[str]) -> list[Fault]:
    """Return what is wrong with the file as a whole: its version, sections without a service.

    Sections that are `unreadable` are there all the same.
    """
    faults = []
    if "opsc" not in root and "opsc" not in unreadable:
        faults.append(
            Fault(
                rule="spec/missing-key",
                place=Place(()),
                headline="`opsc` is missing",
                help="say which version of the language the file is written in: `opsc: 1`",
            )
        )
    if "service" not in root and "service" not in unreadable:
        faults.extend(
            Fault(
                rule="spec/missing-key",
                place=Place((name,), "key"),
                headline=f"`{name}` stands in a file that has no `service`",
                label="of which service?",
                help="add a section `service`; a platform file may have only what services share",
            )
            for name, section in SECTIONS.items()
            if name in root and not section.is_shared
        )
    return faults
