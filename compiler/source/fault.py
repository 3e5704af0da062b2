"""A fault of a located tree, said in paths; lines come late, in `locate`.

A `Place` points into a tree; a `Fault` is a finding whose places are still paths.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from compiler.finding import Finding, Related, Severity
from compiler.source.span import span_of
from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from compiler.finding import Span
    from compiler.source.tree import Map, Path


@frozen(kw_only=False)
class Place(Frozen):
    """A place in a tree: an entry's key or value, or characters `inside` (start, end) of a text.

    `document` is the 0-indexed number of another file of the compilation; None means the file that
    the fault is about.
    """

    path: Path
    part: Literal["key", "value"] = "value"
    inside: tuple[int, int] | None = None
    document: int | None = None


@frozen
class Fault(Frozen):
    """A fault at a place; `related` holds further places with what is to be seen there."""

    rule: str
    place: Place
    headline: str
    severity: Severity = Severity.ERROR
    label: str = ""
    help: str = ""
    related: tuple[tuple[Place, str], ...] = ()


def locate(fault: Fault, document: int, roots: Sequence[Map]) -> Finding:
    """Given a fault of one document and the trees of all, return the finding with lines."""

    def span(place: Place) -> Span:
        root = roots[document if place.document is None else place.document]
        return span_of(root, place.path, place.part, place.inside)

    return Finding(
        id=fault.rule,
        severity=fault.severity,
        headline=fault.headline,
        span=span(fault.place),
        label=fault.label,
        help=fault.help,
        related=tuple(Related(span=span(place), label=label) for place, label in fault.related),
    )
