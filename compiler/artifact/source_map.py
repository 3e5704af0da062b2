"""Where the lines of artifacts come from: lines of the spec, by ranges of lines.

The map is JSON: path of the artifact → list of ``[first, last, file, line, spec path]``, lines
1-indexed, both ends included. The innermost range speaks for a line.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from compiler.artifact.artifact import Artifact
    from compiler.finding import Span
    from compiler.lower.plan import Origin


@frozen
class Source(Frozen):
    """A place in a spec: file, 1-indexed line, path of the entry joined by dots."""

    file: str
    line: int
    entry: str


def render(artifacts: Iterable[Artifact], span_of_origin: Callable[[Origin], Span]) -> str:
    """Given artifacts and how an origin is located, return the text of the source map."""
    lines = []
    for artifact in artifacts:
        ranges = []
        for each in artifact.origins:
            span = span_of_origin(each.origin)
            entry = ".".join(str(step) for step in each.origin.path)
            ranges.append([each.first, each.last, span.file, span.start.line, entry])
        lines.append(f"{json.dumps(artifact.path)}: {json.dumps(ranges)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def find(source_map: str, path: str, line: int) -> Source | None:
    """Given a map's text, an artifact's path and a 1-indexed line, return where the line is from.

    Return None when nothing is known of it; raise ValueError when the text is no source map.
    """
    ranges: list[Any] = json.loads(source_map).get(path, [])
    around = [each for each in ranges if each[0] <= line <= each[1]]
    if not around:
        return None
    _first, _last, file, at, entry = min(around, key=lambda each: each[1] - each[0])
    return Source(file=file, line=at, entry=entry)
