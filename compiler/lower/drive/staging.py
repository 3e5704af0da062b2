"""Scripts become tests: a stage plays each, and what the alert does at each evaluation is told."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from compiler.lower.alert_test import AlertTest, Expectation, Firing, InputSeries
from compiler.lower.drive.render import render
from compiler.lower.drive.series import selector_of
from compiler.lower.drive.timeline import Clockwork, Timeline
from compiler.lower.drive.world import Unforeseeable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from compiler.lower.drive.evaluate import Evaluator
    from compiler.lower.drive.pace import Pace
    from compiler.lower.drive.scripts import Script
    from compiler.lower.drive.series import Labels
    from compiler.lower.drive.stage import Stage
    from compiler.lower.drive.vector import Vector
    from compiler.lower.plan import AlertPlan

NUDGE = 1e-12
"""By how much a sum may be off when it is added in another order, as a share of it."""


class Staging:
    """One alert on one stage."""

    def __init__(self, alert: AlertPlan, stage: Stage, pace: Pace, expression: Evaluator) -> None:
        self.alert = alert
        self.stage = stage
        self.pace = pace
        self.expression = expression

    def tests(self, scripts: Iterable[Script]) -> tuple[AlertTest, ...]:
        """Return the test of each script; none at all when one that should fire does not."""
        made: list[AlertTest] = []
        for script in scripts:
            test = self._test(script)
            if test is None and script.otherwise is not None:
                test = self._test(script.otherwise)
            if test is not None:
                made.append(test)
            elif script.fires and not made:
                return ()
        return tuple(made)

    def _test(self, script: Script) -> AlertTest | None:
        """Return the test of one script; None when the alert does not do what it shows."""
        self.stage.calm, self.stage.loud = script.calm, script.loud
        if not self.stage.play(script.acts):
            return None
        timeline = self._timeline(script)
        hot = [spell for spell in timeline.spells if self.stage.is_hot(spell.labels)]
        if script.fires is not None and bool(timeline.spells) is not script.fires:
            return None
        if script.fires and (not hot or hot[0].first == 0):
            return None
        word = "fires" if timeline.spells else "does not fire"
        return AlertTest(
            origin=self.alert.origin,
            service=self.alert.service,
            alert=self.alert.name,
            shows=script.shows.format(word),
            evaluation_interval_seconds=self.pace.evaluation_seconds,
            sample_interval_seconds=self.pace.sample_seconds,
            series=tuple(self._series()),
            expectations=tuple(self._expectations(timeline, script)),
        )

    def _series(self) -> Iterator[InputSeries]:
        for track in self.stage.scene.tracks:
            for series in track.series:
                yield InputSeries(series=selector_of(series.labels), values=series.notation())

    def _timeline(self, script: Script) -> Timeline:
        pace, world = self.pace, self.stage.world
        total = sum(act.count for act in script.acts) * pace.sample_seconds
        clockwork = Clockwork(
            interval_seconds=pace.evaluation_seconds,
            for_seconds=pace.for_seconds,
            keep_seconds=pace.keep_seconds,
            count=round(total / pace.evaluation_seconds),
        )

        def result(time: float) -> Vector:
            found = self.expression(world, time - pace.offset_seconds)
            if isinstance(found, float):
                raise Unforeseeable("it is a number and has no series")
            return found

        counts = accumulate((act.count for act in script.acts), initial=0)
        edges = [count * pace.sample_seconds for count in counts]
        reaches = {*self.stage.reading.ranges_seconds, pace.offset_seconds}
        reaches |= {reach + pace.offset_seconds for reach in reaches}
        return Timeline(result, clockwork, edges[:-1], sorted(reaches))

    def _expectations(self, timeline: Timeline, script: Script) -> Iterator[Expectation]:
        """Yield what is looked at: both sides of each change, and the end."""
        last = timeline.clockwork.count - 1
        points = {last}
        for spell in timeline.spells:
            points |= {spell.first - 1, spell.first}
            if spell.end is not None:
                points |= {spell.end - 1, spell.end}
        if not timeline.spells and len(script.acts) > 1:
            points.add((last + round(script.acts[0].count * self._ratio)) // 2)
        for point in sorted(point for point in points if 0 <= point <= last):
            firing = tuple(self._firing(timeline, point))
            yield Expectation(at_seconds=point * self.pace.evaluation_seconds, firing=firing)

    @property
    def _ratio(self) -> float:
        return self.pace.sample_seconds / self.pace.evaluation_seconds

    def _firing(self, timeline: Timeline, point: int) -> Iterator[Firing]:
        for spell in timeline.spells:
            if spell.first <= point and (spell.end is None or point < spell.end):
                seen = point if spell.held is None else min(point, spell.held - 1)
                key = tuple(sorted(spell.labels.items()))
                found = timeline.at(seen).get(key)
                if found is None:
                    raise Unforeseeable("whether it holds wavers")
                yield self._alert(*found)

    def _alert(self, labels: Labels, value: float) -> Firing:
        """Return the alert as it is sent: the rule's own labels go over those of the series."""
        own: dict[str, str] = {}
        for name, text in self.alert.labels.items():
            made = self._rendered(text, value, labels)
            if made is None:
                raise Unforeseeable(f"its label `{name}` cannot be foretold")
            own[name] = made
        merged = {name: text for name, text in {**labels, **own}.items() if text}
        annotations: dict[str, str] = {}
        for name, text in self.alert.annotations.items():
            made = self._rendered(text, value, labels)
            if made is None:
                return Firing(labels=dict(sorted(merged.items())), annotations=None)
            annotations[name] = made
        return Firing(labels=dict(sorted(merged.items())), annotations=annotations)

    def _rendered(self, text: str, value: float, labels: Labels) -> str | None:
        """Return a text as Prometheus makes it; None where the last bits of the value decide."""
        made = render(text, value, labels)
        if made is None or self.stage.reading.is_exact or "{{" not in text:
            return made
        nudged = {render(text, value * (1 + nudge), labels) for nudge in (NUDGE, -NUDGE)}
        return made if nudged == {made} else None
