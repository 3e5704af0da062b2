"""Where the panels of a row stand: their plans enter, boxes leave. A dashboard has 24 columns.

Panels of a size stand beside each other in equal widths, as many in a line as are still read well;
those that say a width stand where there is room. A line is as high as its highest panel.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final

from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from compiler.lower.dashboards.plan import PanelPlan
    from compiler.model.dashboards import PanelKind

COLUMNS: Final = 24

HEIGHTS: Final[Mapping[PanelKind, int]] = {
    "stat": 4,
    "gauge": 6,
    "bar-gauge": 6,
    "state-timeline": 6,
    "time-series": 8,
    "heatmap": 8,
    "table": 9,
}
"""Height of each kind, in units of 30 pixels."""

BESIDE: Final[Mapping[PanelKind, int]] = {
    "stat": 6,
    "gauge": 6,
    "bar-gauge": 3,
    "state-timeline": 2,
    "time-series": 3,
    "heatmap": 2,
    "table": 1,
}
"""Most panels of each kind in one line."""


@frozen(kw_only=False)
class Box(Frozen):
    """A place on the grid: columns from the left, units from the top, and the size."""

    x: int
    y: int
    width: int
    height: int


def boxes(panels: Sequence[PanelPlan], top: int) -> list[Box]:
    """Given panels in order and where the first line begins, return the box of each."""
    found: list[Box] = []
    for line in _lines(panels):
        height = max(HEIGHTS[panel.kind] for panel, _width in line)
        x = 0
        for _panel, width in line:
            found.append(Box(x, top, width, height))
            x += width
        top += height
    return found


def bottom(placed: Sequence[Box], top: int) -> int:
    """Given boxes and where their first line began, return where the next line begins."""
    return max((box.y + box.height for box in placed), default=top)


Sized = tuple["PanelPlan", int]
"""A panel and its width in columns."""


def _lines(panels: Sequence[PanelPlan]) -> Iterator[list[Sized]]:
    """Yield the lines: panels, with their widths, that stand beside each other."""
    line: list[Sized] = []
    for panel, width in _sized(panels):
        if sum(taken for _panel, taken in line) + width > COLUMNS:
            yield line
            line = []
        line.append((panel, width))
    if line:
        yield line


def _sized(panels: Sequence[PanelPlan]) -> Iterator[Sized]:
    """Yield each panel with its width: its own, or an even share of a line."""
    for (most, is_sized), run in groupby(panels, key=_company):
        alike = list(run)
        if is_sized:
            yield from ((panel, panel.width or COLUMNS) for panel in alike)
            continue
        lines = -(-len(alike) // most)
        fewer, more = divmod(len(alike), lines)
        counts = [fewer + 1] * more + [fewer] * (lines - more)
        widths = (width for count in counts for width in _shares(count))
        yield from zip(alike, widths, strict=True)


def _company(panel: PanelPlan) -> tuple[int, bool]:
    """Return what panels that share lines have in common."""
    return BESIDE[panel.kind], panel.width is not None


def _shares(count: int) -> list[int]:
    """Return the widths of so many panels that fill a line."""
    width, rest = divmod(COLUMNS, count)
    return [width + (index < rest) for index in range(count)]
