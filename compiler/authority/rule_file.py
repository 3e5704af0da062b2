"""Files of rules, taken apart by what they are from: of many SLOs a test needs the rules of a few.

promtool evaluates every rule that a test's file names, at every step. The rules of an SLO record
series under its id and ask for those of its parts by theirs: what no id leads to is left out.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeAlias

from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.artifact.artifact import Artifact
    from compiler.lower.plan import Origin

FOLDER: Final = "prometheus/rules/"
_GROUP: Final = "  - name:"
_ASKED: Final = re.compile(r'\bslo(?:th)?_id=~?"([^"]*)"')
_RECORDED: Final = re.compile(r"^ +slo(?:th)?_id: (\S+)$", re.MULTILINE)

Owner: TypeAlias = tuple[int, tuple[str | int, ...]]
"""The entry of a section that something is from: its document, and the section and the name."""


def owner_of(origin: Origin) -> Owner:
    """Given where something is from, return the entry of a section that this is in."""
    return origin.document, tuple(origin.path[:2])


@frozen(kw_only=False)
class _Group(Frozen):
    text: str
    owners: frozenset[Owner]
    recorded: frozenset[str]
    asked: frozenset[str]


@frozen(kw_only=False)
class RuleFile(Frozen):
    """One file of rules: its name, its whole text, and its groups below the head."""

    name: str
    text: str
    head: str
    groups: tuple[_Group, ...]

    def part_of(self, owner: Owner) -> str:
        """Return the file with the groups alone that the tests of an SLO need.

        It is the whole file when the owner is something else, or has no group here.
        """
        _, path = owner
        needed = {each for each in self.groups if owner in each.owners}
        if path[0] != "slos" or not needed:
            return self.text
        while True:
            asked = {name for each in needed for name in each.asked}
            more = {each for each in self.groups if not asked.isdisjoint(each.recorded)} - needed
            if not more:
                return self.head + "".join(each.text for each in self.groups if each in needed)
            needed |= more


def rule_file(artifact: Artifact) -> RuleFile:
    """Given the artifact of a file of rules, return it, taken apart."""
    lines = artifact.text.splitlines(keepends=True)
    starts = [number for number, line in enumerate(lines) if line.startswith(_GROUP)]
    ends = [*starts[1:], len(lines)]
    return RuleFile(
        name=artifact.path.removeprefix(FOLDER),
        text=artifact.text,
        head="".join(lines[: starts[0]] if starts else lines),
        groups=tuple(
            _group(artifact, start, end, "".join(lines[start:end]))
            for start, end in zip(starts, ends, strict=True)
        ),
    )


def _group(artifact: Artifact, start: int, end: int, text: str) -> _Group:
    owners = (
        owner_of(each.origin)
        for each in artifact.origins
        if each.first <= end and each.last > start
    )
    asked = (name for names in _ASKED.findall(text) for name in names.split("|"))
    return _Group(text, frozenset(owners), frozenset(_recorded(text)), frozenset(asked))


def _recorded(text: str) -> Iterator[str]:
    for name in _RECORDED.findall(text):
        yield name.strip("'\"")
