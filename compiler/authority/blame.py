"""Complaints about artifacts become findings at the lines of the spec that they are from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compiler.finding import Finding, Position, Severity, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from compiler.artifact.artifact import Artifact
    from compiler.authority.complaint import Complaint
    from compiler.lower.plan import Origin

RULE: Final = "artifact/refused"


def findings(
    complaints: Iterable[Complaint],
    folder: Path,
    artifacts: Iterable[Artifact],
    span_of_origin: Callable[[Origin], Span],
) -> Iterator[Finding]:
    """Given complaints about a folder's artifacts, yield one finding each.

    A complaint about a line that comes from no entry points at the artifact itself.
    """
    by_path = {artifact.path: artifact for artifact in artifacts}
    for complaint in complaints:
        artifact = by_path.get(complaint.path)
        origin = None if artifact is None else artifact.origin_of(complaint.line)
        place = (folder / complaint.path).as_posix()
        line = complaint.line or 1
        start = Position(line, 1)
        yield Finding(
            id=RULE,
            severity=Severity.ERROR,
            headline=f"{complaint.tool} refuses `{complaint.path}`",
            span=Span(place, start, start) if origin is None else span_of_origin(origin),
            label=complaint.message,
            help=f"see {place}:{line}; when the spec is right, this is a fault of opsc",
        )
