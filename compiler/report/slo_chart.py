"""A chart of an SLO: how soon its alerts fire at each error rate, on logarithmic axes. Pure."""

from __future__ import annotations

import math
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from compiler.lower.slo.detection import exhausted_seconds, fires_seconds, rows
from compiler.lower.slo.words import percent, rounded_duration, rounded_percent
from runtime.contract.units import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from compiler.lower.slo.detection import Policy
    from compiler.lower.slo.explanation import Explanation, Promise

WIDTH: Final = 960
PANEL: Final = 460
LEFT: Final = 84
RIGHT: Final = 130
TOP: Final = 76
BOTTOM: Final = 52
FIRST_RATIO: Final = Decimal("0.001")
"""Where the axis of error rates begins; it ends at all events."""
STEPS: Final = 160
"""Points of a curve."""
LABEL_GAP: Final = 16
RATIOS: Final = tuple(map(Decimal, ("0.001", "0.002", "0.005", "0.01", "0.02", "0.05"))) + tuple(
    map(Decimal, ("0.1", "0.2", "0.5", "1"))
)
TIMES: Final = (
    *(10, 60, 600, 3600, 21_600, 86_400, 259_200, 604_800),
    *(2_592_000, 7_776_000, 31_536_000),
)
"""Lines of the axis of time, in seconds."""

_STYLE: Final = """\
:root { color-scheme: light dark; }
text { font: 12px sans-serif; fill: #1f2328; }
.title { font-size: 15px; font-weight: 600; } .soft { fill: #59636e; }
.ground { fill: #ffffff; } .line { stroke: #d0d7de; } .budget { stroke: #59636e; }
.page { stroke: #cf222e; fill: #cf222e; } .ticket { stroke: #0969da; fill: #0969da; }
.exhausted { stroke: #59636e; fill: #59636e; stroke-dasharray: 5 4; }
polyline { stroke-width: 2; } polyline.page, polyline.ticket, polyline.exhausted { fill: none; }
text.page, text.ticket, text.exhausted { stroke: none; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3; } .soft { fill: #9198a1; } .ground { fill: #0d1117; }
  .line { stroke: #30363d; } .budget { stroke: #9198a1; }
  .page { stroke: #ff7b72; fill: #ff7b72; } .ticket { stroke: #58a6ff; fill: #58a6ff; }
  .exhausted { stroke: #9198a1; fill: #9198a1; }
}"""


def svg(explained: Explanation, environment: str) -> str:
    """Given an explanation, return its chart: a panel for each objective."""
    height = PANEL * len(explained.promises)
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
            f'viewBox="0 0 {WIDTH} {height}" role="img">'
        ),
        f"<title>{escape(explained.slo.id)}: time to detection</title>",
        f"<style>{_STYLE}</style>",
        f'<rect class="ground" width="{WIDTH}" height="{height}"/>',
    ]
    for number, promise in enumerate(explained.promises):
        parts.append(f'<g transform="translate(0 {PANEL * number})">')
        parts.extend(_Panel(explained, promise).drawn(environment))
        parts.append("</g>")
    return "\n".join([*parts, "</svg>"]) + "\n"


class _Panel:
    """Draws one objective."""

    def __init__(self, explained: Explanation, promise: Promise) -> None:
        self.slo = explained.slo
        self.policies = explained.policies
        self.promise = promise
        self.budget = 1 - promise.objective
        self.rows = promise.rows
        found = [float(each.after_seconds) for row in self.rows for each in row.detections]
        self.soonest = min(10.0, *found) if found else 10.0
        self.latest = float(self.slo.window_seconds)

    def drawn(self, environment: str) -> Iterator[str]:
        yield from self._title(environment)
        yield from self._axes()
        yield from self._budget()
        ends: list[tuple[float, str, str]] = []
        for policy in self.policies:
            segments = list(self._segments(policy))
            for segment in segments:
                yield _polyline(policy.name, segment)
            yield from self._dots(policy)
            if segments:
                ends.append((segments[-1][-1][1], policy.name, f"{policy.name} fires"))
        spent = list(self._exhausted())
        if spent:
            yield _polyline("exhausted", spent)
            ends.append((spent[-1][1], "exhausted", "budget exhausted"))
        yield from _labels(ends)

    def _title(self, environment: str) -> Iterator[str]:
        value = self.promise.value
        where = f", {self.slo.by[0]}={value}" if value is not None else ""
        window = format_duration(self.slo.window_seconds)
        head = f"{self.slo.title}: {percent(self.promise.objective)} in {window}{where}"
        yield f'<text class="title" x="{LEFT}" y="28">{escape(head)}</text>'
        said = (
            f"{self.slo.id}, {environment}: time until an alert fires, by the share of bad events"
        )
        yield f'<text class="soft" x="{LEFT}" y="48">{escape(said)}</text>'

    def _axes(self) -> Iterator[str]:
        bottom = PANEL - BOTTOM
        for ratio in RATIOS:
            x = self._x(float(ratio))
            yield f'<line class="line" x1="{x}" y1="{TOP}" x2="{x}" y2="{bottom}"/>'
            yield f'<text x="{x}" y="{bottom + 18}" text-anchor="middle">{percent(ratio)}</text>'
        middle = (LEFT + WIDTH - RIGHT) / 2
        yield (
            f'<text class="soft" x="{middle}" y="{bottom + 38}" text-anchor="middle">'
            "share of bad events</text>"
        )
        for seconds in sorted({*TIMES, self.slo.window_seconds}):
            if not self.soonest <= seconds <= self.latest:
                continue
            y = self._y(seconds)
            yield f'<line class="line" x1="{LEFT}" y1="{y}" x2="{WIDTH - RIGHT}" y2="{y}"/>'
            yield (
                f'<text x="{LEFT - 8}" y="{y + 4}" text-anchor="end">'
                f"{format_duration(seconds)}</text>"
            )

    def _budget(self) -> Iterator[str]:
        """Yield the share that just spends the budget: left of it the promise is kept."""
        if self.budget < FIRST_RATIO:
            return
        x = self._x(float(self.budget))
        yield f'<line class="budget" x1="{x}" y1="{TOP}" x2="{x}" y2="{PANEL - BOTTOM}"/>'
        yield f'<text class="soft" x="{x + 5}" y="{TOP - 6}">budget {percent(self.budget)}</text>'

    def _segments(self, policy: Policy) -> Iterator[list[tuple[float, float]]]:
        """Yield the parts of an alert's curve, which breaks where another branch takes over."""
        limits = sorted({each.threshold(self.budget) for each in policy.branches})
        edges = [max(limit, FIRST_RATIO) for limit in limits if limit < 1]
        for start, end in pairwise([*edges, Decimal(1)]):
            if start >= end:
                continue
            # A branch fires above its threshold, not at it.
            shares = [start * Decimal("1.0000001"), *_between(start, end), end]
            points = [(float(share), self._after(policy, share)) for share in shares]
            yield [(self._x(share), self._y(after)) for share, after in points if after is not None]

    def _after(self, policy: Policy, share: Decimal) -> float | None:
        times = (fires_seconds(branch, self.budget, share) for branch in policy.branches)
        found = [each for each in times if each is not None]
        return float(min(found)) + policy.for_seconds if found else None

    def _dots(self, policy: Policy) -> Iterator[str]:
        for row in rows([policy], self.budget, self.slo.window_seconds):
            found = row.first
            if found is None or row.error_ratio < FIRST_RATIO:
                continue
            x, y = self._x(float(row.error_ratio)), self._y(float(found.after_seconds))
            said = (
                f"{percent(row.error_ratio)} bad: {policy.name} {found.branch} after"
                f" {rounded_duration(found.after_seconds)}, {rounded_percent(found.spent)} spent"
            )
            yield (
                f'<circle class="{policy.name}" cx="{x}" cy="{y}" r="3.5">'
                f"<title>{escape(said)}</title></circle>"
            )

    def _exhausted(self) -> Iterator[tuple[float, float]]:
        start = max(self.budget, FIRST_RATIO)
        for share in (start, *_between(start, Decimal(1)), Decimal(1)):
            after = exhausted_seconds(self.budget, self.slo.window_seconds, share)
            if after is not None:
                yield self._x(float(share)), self._y(float(after))

    def _x(self, share: float) -> float:
        whole = -math.log10(float(FIRST_RATIO))
        part = (math.log10(max(share, float(FIRST_RATIO))) + whole) / whole
        return round(LEFT + part * (WIDTH - RIGHT - LEFT), 1)

    def _y(self, seconds: float) -> float:
        low, high = math.log10(self.soonest), math.log10(self.latest)
        part = (math.log10(max(seconds, self.soonest)) - low) / (high - low)
        return round(PANEL - BOTTOM - part * (PANEL - BOTTOM - TOP), 1)


def _between(start: Decimal, end: Decimal) -> Iterator[Decimal]:
    """Yield shares that are evenly apart on the axis."""
    low, high = math.log10(start), math.log10(end)
    for step in range(1, STEPS):
        share = Decimal(str(10 ** (low + (high - low) * step / STEPS)))
        if start < share < end:
            yield share


def _polyline(name: str, points: Sequence[tuple[float, float]]) -> str:
    drawn = " ".join(f"{x},{y}" for x, y in points)
    return f'<polyline class="{name}" points="{drawn}"/>'


def _labels(ends: Sequence[tuple[float, str, str]]) -> Iterator[str]:
    """Yield what the curves are, beside their ends and clear of each other."""
    last = -math.inf
    for y, name, said in sorted(ends):
        last = max(y + 4, last + LABEL_GAP)
        yield f'<text class="{name}" x="{WIDTH - RIGHT + 10}" y="{round(last, 1)}">{said}</text>'
