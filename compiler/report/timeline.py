"""A timeline: runs to come and maintenance windows enter, a table or a picture leaves. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from runtime.contract.frozen import Frozen, frozen
from runtime.contract.units import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from runtime.schedule import Run

LEFT: Final = 240
WIDTH: Final = 1200
LANE: Final = 26
TOP: Final = 40
TICKS: Final = 9
"""Most lines that say a time."""
STEPS_MINUTES: Final = (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880)
"""Between two of them, up to two days; from there on it is whole weeks."""

_WEEK: Final = timedelta(days=7)

_STYLE: Final = """\
:root { color-scheme: light dark; }
text { font: 12px sans-serif; fill: #1f2328; }
.ground { fill: #ffffff; } .line { stroke: #d0d7de; } .window { fill: #bf8700; opacity: 0.18; }
.usual { fill: #0969da; } .most { fill: url(#hatch); } .hatch { stroke: #0969da; }
.conflict { stroke: #cf222e; stroke-width: 2; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3; } .ground { fill: #0d1117; } .line { stroke: #30363d; }
  .usual { fill: #58a6ff; } .hatch { stroke: #58a6ff; } .conflict { stroke: #ff7b72; }
  .window { fill: #d29922; opacity: 0.25; }
}"""


@frozen
class Open(Frozen):
    """A maintenance window as it is open once."""

    name: str
    start: datetime
    end: datetime


@frozen
class Timeline(Frozen):
    """What runs from `start` to `end`: `jobs` are the lanes, in order."""

    start: datetime
    end: datetime
    jobs: tuple[str, ...]
    runs: tuple[Run, ...]
    windows: tuple[Open, ...]


def text(timeline: Timeline) -> str:
    """Given a timeline, return it as a table, in order of time."""
    heads = ("DUE", "WHAT", "USUALLY", "AT MOST", "WAITS FOR")
    rows = [
        (run.due_at, run.job, run.ends_at - run.due_at, run.stops_at, ", ".join(run.conflicts))
        for run in timeline.runs
    ]
    said = [
        (due, (_short(due), job, _length(usual), _length(stops - due), waits and f"* {waits}"))
        for due, job, usual, stops, waits in rows
    ]
    for window in timeline.windows:
        length = _length(window.end - window.start)
        said.append((window.start, (_short(window.start), f"({window.name})", length, length, "")))
    table = [heads, *(row for _, row in sorted(said))]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    lines = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in table
    )
    return "\n".join(lines) + "\n"


def svg(timeline: Timeline) -> str:
    """Given a timeline, return it as a picture: a lane for each job, windows as bands."""
    height = TOP + LANE * len(timeline.jobs) + 10
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
            f'viewBox="0 0 {WIDTH} {height}">'
        ),
        f"<style>{_STYLE}</style>",
        (
            '<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" '
            'patternTransform="rotate(45)"><line class="hatch" x1="0" y1="0" x2="0" y2="6"/>'
            "</pattern></defs>"
        ),
        f'<rect class="ground" width="{WIDTH}" height="{height}"/>',
        *_ticks(timeline, height),
        *_bands(timeline, height),
        *_lanes(timeline),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _ticks(timeline: Timeline, height: int) -> Iterator[str]:
    """Yield a line at each round time; the first one, and each of a new day, says the day too."""
    day = None
    for at in _round_times(timeline):
        x = _x(timeline, at)
        said = f"{at:%H:%M}" if at.date() == day else f"{at:%m-%d %H:%M}"
        day = at.date()
        yield f'<line class="line" x1="{x}" y1="{TOP - 8}" x2="{x}" y2="{height}"/>'
        yield f'<text x="{x}" y="{TOP - 14}">{said}</text>'
    yield f'<text x="8" y="{TOP - 14}">times in UTC</text>'


def _round_times(timeline: Timeline) -> list[datetime]:
    """Return the times that have a line: whole parts of a day, whole days, or whole weeks."""
    length = timeline.end - timeline.start
    weeks = -(-length // (TICKS * _WEEK)) * _WEEK
    steps = (timedelta(minutes=minutes) for minutes in STEPS_MINUTES)
    step = next((step for step in steps if length <= step * TICKS), weeks)
    midnight = timeline.start.replace(hour=0, minute=0, second=0, microsecond=0)
    passed = -(-(timeline.start - midnight) // step)
    last = -(-(timeline.end - midnight) // step)
    return [midnight + step * number for number in range(passed, last)]


def _bands(timeline: Timeline, height: int) -> Iterator[str]:
    for window in timeline.windows:
        x, width = _bar(timeline, window.start, window.end)
        yield (
            f'<rect class="window" x="{x}" y="{TOP - 8}" width="{width}" height="{height - TOP}">'
            f"<title>{escape(window.name)}</title></rect>"
        )


def _lanes(timeline: Timeline) -> Iterator[str]:
    tops = {job: TOP + LANE * number for number, job in enumerate(timeline.jobs)}
    for job, top in tops.items():
        yield f'<text x="8" y="{top + 15}">{escape(job)}</text>'
    for run in timeline.runs:
        top = tops[run.job] + 3
        x, width = _bar(timeline, run.due_at, run.stops_at)
        yield f'<rect class="most" x="{x}" y="{top}" width="{width}" height="16"/>'
        x, width = _bar(timeline, run.due_at, run.ends_at)
        mark = " conflict" if run.conflicts else ""
        waits = f", meets {', '.join(run.conflicts)}" if run.conflicts else ""
        yield (
            f'<rect class="usual{mark}" x="{x}" y="{top}" width="{width}" height="16">'
            f"<title>{escape(f'{run.job} {_short(run.due_at)}{waits}')}</title></rect>"
        )


def _bar(timeline: Timeline, start: datetime, end: datetime) -> tuple[float, float]:
    """Return where a bar begins and how wide it is: a pixel at least, and within the picture."""
    first = _x(timeline, max(start, timeline.start))
    return first, max(1.0, round(_x(timeline, min(end, timeline.end)) - first, 1))


def _x(timeline: Timeline, at: datetime) -> float:
    part = (at - timeline.start) / (timeline.end - timeline.start)
    return round(LEFT + part * (WIDTH - LEFT - 10), 1)


def _short(instant: datetime) -> str:
    return f"{instant:%Y-%m-%dT%H:%M:%SZ}"


def _length(length: timedelta) -> str:
    return format_duration(length.total_seconds())


def lanes(runs: Sequence[Run]) -> tuple[str, ...]:
    """Return the jobs of runs, in the order in which they run first."""
    return tuple(dict.fromkeys(run.job for run in runs))
