"""Files of promtool's tests, taken apart: an artifact enters, its tests leave, each by itself.

An artifact knows the lines of every test and the entry that said it, so no YAML is read: what
stands above the first test is the head of any file that holds some of them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Iterable

    from compiler.artifact.artifact import Artifact, LineRange
    from compiler.lower.plan import Origin

FOLDER: Final = "prometheus/tests/"
_NAME: Final = "- name:"


@frozen
class Case(Frozen):
    """One test: its name, the alert it is of, the entry that said it, and its lines."""

    name: str
    alert: str
    origin: Origin
    line: int
    text: str


@frozen
class Suite(Frozen):
    """One file of tests: its path below the environment's folder, its head, its tests."""

    path: str
    head: str
    cases: tuple[Case, ...]

    def text_of(self, cases: Iterable[Case]) -> str:
        """Return a file that holds some of the tests."""
        return self.head + "".join(case.text for case in cases)


def suites_of(artifacts: Iterable[Artifact]) -> tuple[Suite, ...]:
    """Given the artifacts of an environment, return its files of tests, in their order."""
    return tuple(_suite(each) for each in artifacts if each.path.startswith(FOLDER))


def _suite(artifact: Artifact) -> Suite:
    lines = artifact.text.splitlines(keepends=True)
    ranges = [each for each in artifact.origins if _begins(lines[each.first - 1])]
    first = ranges[0].first - 1 if ranges else len(lines)
    return Suite(
        path=artifact.path,
        head="".join(lines[:first]),
        cases=tuple(_case(lines, each) for each in ranges),
    )


def _begins(line: str) -> bool:
    """Whether a test begins at a line."""
    return line.lstrip().startswith(_NAME)


def _case(lines: list[str], where: LineRange) -> Case:
    name = _scalar(lines[where.first - 1].partition(_NAME)[2].strip())
    return Case(
        name=name,
        alert=name.partition(" ")[0],
        origin=where.origin,
        line=where.first,
        text="".join(lines[where.first - 1 : where.last]),
    )


def _scalar(written: str) -> str:
    """Return the text of a scalar as `artifact.yaml` writes one on a line."""
    if written.startswith("'"):
        return written[1:-1].replace("''", "'")
    if written.startswith('"'):
        text: str = json.loads(written)
        return text
    return written
