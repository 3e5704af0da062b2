"""Compiled tests of one alert: its rule, its group and the catalogue enter, its tests leave.

The expression is evaluated here as Prometheus would (`evaluate`), over series made for it (`scene`)
whose levels are searched (`levels`); what each test expects follows from that (`timeline`).
"""

from __future__ import annotations

from itertools import islice, product
from typing import TYPE_CHECKING, Final

from compiler.lower.drive import levels
from compiler.lower.drive.evaluate import evaluator
from compiler.lower.drive.pace import pace_of
from compiler.lower.drive.scene import base_level, build
from compiler.lower.drive.scripts import (
    FIRST_STAMP,
    absent_scripts,
    clock_scripts,
    further,
    scripts,
)
from compiler.lower.drive.stage import Act, Stage
from compiler.lower.drive.staging import Staging
from compiler.lower.drive.uses import read
from compiler.lower.drive.world import Unforeseeable, World
from compiler.promql import template
from compiler.promql.labels import labels_of
from compiler.promql.parse import parse
from compiler.promql.tree import Query
from compiler.targets.versions import parse_version
from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from compiler.lower.alert_test import AlertTest
    from compiler.lower.drive.evaluate import Evaluator
    from compiler.lower.drive.pace import Pace
    from compiler.lower.drive.uses import Reading
    from compiler.lower.plan import AlertPlan, GroupPlan
    from compiler.model.metrics import Metric

MAX_ATTEMPTS: Final = 48
"""Combinations of what is driven and what the others are held at."""


CROSSINGS_SECONDS: Final = tuple(3600.0 * 4**power for power in range(7))
"""How long is waited for something to be over, at most."""


@frozen(kw_only=False)
class Undrivable(Frozen):
    """Why no test can be made of an alert: half a sentence, ``it holds a subquery``."""

    reason: str


def drive(
    alert: AlertPlan, group: GroupPlan, metrics: Mapping[str, Metric], version: str
) -> tuple[AlertTest, ...] | Undrivable:
    """Given an alert, its group, the metrics and Prometheus' version, return its tests."""
    try:
        return _Driver(alert, group, metrics, version).run()
    except Unforeseeable as outcome:
        return Undrivable(str(outcome))


def _tree(text: str) -> Any:
    parsed = parse(text)
    if not isinstance(parsed, Query):
        raise Unforeseeable("it cannot be read")
    return parsed.tree


class _Driver:
    """What is known of one alert while its tests are made."""

    def __init__(
        self, alert: AlertPlan, group: GroupPlan, metrics: Mapping[str, Metric], version: str
    ) -> None:
        self.alert = alert
        self.group = group
        self.metrics = metrics
        self.version = version
        self.reason = "no series was found whose level decides it"
        self.tree = _tree(alert.expression)
        self.expression = evaluator(self.tree)
        self.reading = read(self.tree)
        if not self.reading.uses:
            raise Unforeseeable("it asks for no metric")
        self.wanted = sorted(
            {
                use.label
                for text in (*alert.annotations.values(), *alert.labels.values())
                for use in template.read(text).labels
            }
        )

    def run(self) -> tuple[AlertTest, ...]:
        if not self.alert.is_no_data:
            made = self._by_level()
            if made:
                return made
            made = self._by_clock()
            if made:
                return made
        if "absent" in self.reading.functions or "absent_over_time" in self.reading.functions:
            made = self._by_absence()
            if made:
                return made
        raise Unforeseeable(self.reason)

    def _stage(self, pace: Pace) -> Stage:
        scene = build(self.reading, self.metrics, labels_of(self.tree), self.wanted)
        series = [each for track in scene.tracks for each in track.series]
        is_left_open = parse_version(self.version) >= (3,)
        pace.check(self.reading, scene)
        return Stage(scene, self.reading, World(pace.sample_seconds, series, is_left_open))

    def _pace(self, lasting_seconds: float = 0) -> Pace:
        return pace_of(self.alert, self.group, self.reading, self.version, lasting_seconds)

    def _by_level(self) -> tuple[AlertTest, ...]:
        """Bring the value over its threshold and under it."""
        pace = self._pace()
        query = evaluator(_tree(self.alert.comparison.query))
        stage = self._stage(pace)
        staging = Staging(self.alert, stage, pace, self.expression)
        for free, bases in islice(self._attempts(), MAX_ATTEMPTS):
            stage.free, stage.bases = free, bases
            stage.calm = stage.loud = None
            stage.is_exact = False
            try:
                found = levels.find(stage, query, self.alert.comparison, pace.steady_samples)
                if found is not None:
                    made = staging.tests(scripts(stage, found, pace))
                    if made:
                        return (*made, *self._by_others(stage, query, pace, free))
            except Unforeseeable as outcome:
                self.reason = str(outcome)
        return ()

    def _by_others(
        self, stage: Stage, query: Evaluator, pace: Pace, first: int
    ) -> Iterator[AlertTest]:
        """Yield tests of the other series that decide where one of several is enough."""
        if "or" not in self.reading.operators:
            return
        staging = Staging(self.alert, stage, pace, self.expression)
        done = {self.reading.uses[first].selector.name}
        for free, bases in islice(self._attempts(), MAX_ATTEMPTS):
            name = self.reading.uses[free].selector.name
            if name in done:
                continue
            stage.free, stage.bases = free, bases
            stage.calm = stage.loud = None
            stage.is_exact = False
            try:
                found = levels.find(stage, query, self.alert.comparison, pace.steady_samples)
                made = () if found is None else staging.tests(further(found, pace, name))
            except Unforeseeable:
                continue
            if made:
                done.add(name)
                yield from made

    def _by_clock(self) -> tuple[AlertTest, ...]:
        """Let time pass by something that happened once, where it must lie after 1970's begin."""
        if all(use.kind != "stamp" for use in self.reading.uses):
            return ()
        for _, bases in islice(self._attempts(), MAX_ATTEMPTS):
            for free, use in enumerate(self.reading.uses):
                crossing = self._crossing(free, bases) if use.kind == "stamp" else None
                if crossing is None:
                    continue
                pace = self._pace(crossing)
                stage = self._clock_stage(pace, free, bases)
                staging = Staging(self.alert, stage, pace, self.expression)
                made = staging.tests(clock_scripts(crossing, pace))
                if made:
                    return made
        return ()

    def _clock_stage(self, pace: Pace, free: int, bases: dict[int, float]) -> Stage:
        stage = self._stage(pace)
        stage.free, stage.bases = free, bases
        stage.calm = stage.loud = None
        for track in stage.scene.tracks:
            if track.kind == "stamp" and track.role == "hot":
                track.kind = "gauge"
            elif track.kind == "stamp":
                track.uses.discard(free)
        return stage

    def _crossing(self, free: int, bases: dict[int, float]) -> float | None:
        """Return after how many seconds the condition begins to hold for what began at first."""
        low, high = 0.0, 0.0
        for high in CROSSINGS_SECONDS:
            if self._is_over(high, free, bases):
                break
            low = high
        else:
            return None
        while high - low > self.group.interval_seconds:
            middle = (low + high) / 2
            if self._is_over(middle, free, bases):
                high = middle
            else:
                low = middle
        return float(round(high))

    def _is_over(self, seconds: float, free: int, bases: dict[int, float]) -> bool:
        pace = self._pace(seconds)
        stage = self._clock_stage(pace, free, bases)
        count = round(seconds / pace.sample_seconds) + 1
        if not stage.play([Act(FIRST_STAMP, count)]):
            return False
        return stage.hot_value(self.expression, seconds) is not None

    def _by_absence(self) -> tuple[AlertTest, ...]:
        """Take the series away."""
        pace = self._pace()
        stage = self._stage(pace)
        staging = Staging(self.alert, stage, pace, self.expression)
        for _, bases in islice(self._attempts(), MAX_ATTEMPTS):
            stage.free, stage.bases = -1, bases
            try:
                made = staging.tests(absent_scripts(pace))
                if made:
                    return made
            except Unforeseeable as outcome:
                self.reason = str(outcome)
        return ()

    def _attempts(self) -> Iterator[tuple[int, dict[int, float]]]:
        """Yield what is driven, and the levels of everything else: the likely ones first."""
        offered = [
            list(_candidates(self.reading, index)) for index in range(len(self.reading.uses))
        ]
        for chosen in product(*offered):
            for free in range(len(self.reading.uses)):
                if all(
                    level == offered[index][0]
                    for index, level in enumerate(chosen)
                    if index == free
                ):
                    yield free, dict(enumerate(chosen))


def _candidates(reading: Reading, index: int) -> Iterator[float]:
    """Yield levels at which a use may be held."""
    use = reading.uses[index]
    base = base_level(use.kind, use.selector.name)
    seen = dict.fromkeys((base,))
    if use.kind == "gauge":
        numbers = (value for number in reading.numbers for value in (number, number + 1))
        seen |= dict.fromkeys((1.0, 0.0, *numbers))
    yield from list(seen)[:4]
