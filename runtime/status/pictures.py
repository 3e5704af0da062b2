"""Small pictures: a job's course, or one of values, enters; shapes and their words leave; pure.

Shapes are numbers in the pictures' own units, so that a template alone makes SVG of them. Each
picture has words for those who do not see it.
"""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Final

from runtime.clock import short
from runtime.contract.frozen import Frozen, frozen
from runtime.status.words import number_of, share, span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runtime.journal.overview import Ran

STEP: Final = 4
"""Units of width that one occurrence takes."""
HEIGHT: Final = 24

_TALLNESS: Final = {
    "ok": 14,
    "running": 14,
    "skipped": 6,
    "missed": 24,
    "failed": 24,
    "timed out": 24,
}
"""How tall the bar of an outcome is: what is bad is seen without its colour too."""

_ORDER: Final = ("ok", "failed", "timed out", "missed", "skipped")


@frozen
class Bars(Frozen):
    """Upright bars of one kind, as a path of strokes; `title` is what a single one stands for."""

    kind: str
    path: str
    title: str = ""


@frozen
class Strip(Frozen):
    """How the latest occurrences of a job ended, the latest on the right."""

    width: int
    bars: tuple[Bars, ...]
    words: str


@frozen
class Sparkline(Frozen):
    """A course of values: a line, what lies under it, and what is expected, as a height."""

    width: int
    points: str
    area: str
    limit: float | None
    words: str


def strip(course: Sequence[Ran], length: int) -> Strip | None:
    """Given a job's course and how many occurrences there is room for, return their picture."""
    if not course:
        return None
    left = length - len(course)
    well, others = [], []
    for index, one in enumerate(course):
        kind = one.outcome or "running"
        path = f"M{(left + index) * STEP + STEP // 2} {HEIGHT}v-{_TALLNESS[kind]}"
        if kind == "ok":
            well.append(path)
        else:
            others.append(Bars(kind=kind, path=path, title=f"{short(one.due_at)}: {kind}"))
    counted = [one.outcome or "running" for one in course]
    said = [f"{counted.count(kind)} {kind}" for kind in (*_ORDER, "running") if kind in counted]
    return Strip(
        width=length * STEP,
        # Most are of one kind, and one path draws them all.
        bars=(*([Bars(kind="ok", path="".join(well))] if well else ()), *others),
        words=f"Last {number_of(len(course), 'run')}: {', '.join(said)}",
    )


def durations(
    course: Sequence[Ran], expected_seconds: float | None, length: int
) -> Sparkline | None:
    """Given a job's course, return how long its runs took; nothing for fewer than two.

    There is room for `length` of them, and the latest is on the right.
    """
    found = [one.duration_seconds for one in course if one.duration_seconds is not None]
    if len(found) < 2:
        return None
    words = (
        f"Durations of {number_of(len(found), 'run')}: median {span(median(found))},"
        f" longest {span(max(found))}, last {span(found[-1])}"
    )
    if expected_seconds is not None:
        words += f", expected {span(expected_seconds)}"
    top = max(*found, expected_seconds or 0.0)
    return _line(found, top, expected_seconds, words, length=length)


def shares(course: Sequence[float | None], limit: float | None, name: str) -> Sparkline | None:
    """Given shares over time, return their picture on a scale from none to all."""
    found = [value for value in _thinned(course) if value is not None]
    if len(found) < 2:
        return None
    words = (
        f"{name} over time: from {share(min(found))} to {share(max(found))}, now {share(found[-1])}"
    )
    return _line(found, 1.0, limit, words, length=len(found))


_POINTS: Final = 60
"""Most points of one line."""


def _thinned(course: Sequence[float | None]) -> list[float | None]:
    """Return the worst value of each of as many spans as there are points."""
    if len(course) <= _POINTS:
        return list(course)
    spans = [
        course[len(course) * index // _POINTS : len(course) * (index + 1) // _POINTS]
        for index in range(_POINTS)
    ]
    return [max((value for value in one if value is not None), default=None) for one in spans]


def _line(
    values: Sequence[float], top: float, limit: float | None, words: str, *, length: int
) -> Sparkline:
    """Return a line through values, each a step to the right of the one before."""
    left = (length - len(values)) * STEP + STEP / 2
    inner = HEIGHT - 4

    def y(value: float) -> float:
        return round(HEIGHT - 2 - (min(value, top) / top if top > 0 else 0.0) * inner, 1)

    points = [(left + index * STEP, y(value)) for index, value in enumerate(values)]
    said = " ".join(f"{x},{height}" for x, height in points)
    return Sparkline(
        width=length * STEP,
        points=said,
        area=f"{points[0][0]},{HEIGHT} {said} {points[-1][0]},{HEIGHT}",
        limit=y(limit) if limit is not None and limit <= top else None,
        words=words,
    )
