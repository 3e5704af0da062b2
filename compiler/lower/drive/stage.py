"""A scene with one thing driven and the others held: levels enter, what comes out leaves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from compiler.lower.drive.scene import base_level
from compiler.lower.drive.track import Phase, Track
from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from compiler.lower.drive.evaluate import Evaluator
    from compiler.lower.drive.scene import Scene
    from compiler.lower.drive.uses import Reading, Use
    from compiler.lower.drive.world import World

EVERYTHING = -1
"""What is driven when all series are."""
LOUDER = 8.0
"""How much more than its like a decoy does that is held constant."""


@frozen(kw_only=False)
class Act(Frozen):
    """What the driven thing does for `count` samples. `is_idle` makes everything stand still."""

    level: float | None
    count: int
    is_restart: bool = False
    is_idle: bool = False


@dataclass(slots=True)
class Stage:
    """`free` is the use that is driven; `bases` are the levels of the others, by use."""

    scene: Scene
    reading: Reading
    world: World
    free: int = 0
    bases: dict[int, float] = field(default_factory=dict)
    calm: float | None = None
    loud: float | None = None
    is_exact: bool = False

    def play(self, acts: Sequence[Act]) -> bool:
        """Let all series go through the acts; False when a level is out of reach."""
        step = self.world.step_seconds
        return all(track.play(self._phases(track, acts), step) for track in self.scene.tracks)

    def _phases(self, track: Track, acts: Sequence[Act]) -> list[Phase]:
        phases: list[Phase] = []
        for act in acts:
            level = self._level(track, act)
            if act.is_idle and track.kind in ("counter", "ramp", "bucket") and not _is_apart(track):
                level = 0.0
            same = phases and phases[-1].level == level and not act.is_restart
            if same:
                last = phases.pop()
                phases.append(Phase(level, last.count + act.count, last.is_restart))
            else:
                phases.append(Phase(level, act.count, act.is_restart))
        return phases

    def _level(self, track: Track, act: Act) -> float | None:
        if self.free == EVERYTHING and act.level is None and track.role != "decoy":
            return None
        if not track.uses:
            return base_level(track.kind, track.labels["__name__"])
        if self.free not in track.uses or (track.role == "decoy" and track.owner is not None):
            index = min(track.uses) if track.owner is None else track.owner
            base = self.bases.get(index, base_level(track.kind, track.labels["__name__"]))
            return base * LOUDER if _is_apart(track) else base
        use = self.reading.uses[self.free]
        if act.level is None and track.role != "decoy":
            return None
        level = act.level
        if track.role == "calm":
            level = self.calm if self.calm is not None else act.level
        elif track.role == "decoy":
            level = self.loud if self.loud is not None else act.level
            level = 0.0 if level is None else level
        return None if level is None else self._beside(level, use, track)

    def _beside(self, level: float, use: Use, track: Track) -> float:
        """Return what a member of a group does, so that each aggregation gives another result."""
        if use.aggregation is None or track.role == "decoy":
            return level
        if track.kind == "bucket":
            return level * 0.7 if track.member else level
        if use.aggregation not in ("max", "min"):
            return level * (0.75 if track.member else 1.25)
        if not track.member:
            return level
        rises = (use.aggregation == "min") is not (track.kind == "stamp")
        if self.is_exact:
            return level + 0.5 if rises else level - 0.5
        factor = (1.5 if rises else 0.5) if level > 0 else (0.5 if rises else 1.5)
        return level * factor if level else float(rises and track.kind != "stamp")

    def steady(self, evaluate: Evaluator, level: float, count: int) -> float | None:
        """Return what an expression comes to for the hot thing at a level that lasts."""
        if not self.play([Act(level, count)]):
            return None
        return self.hot_value(evaluate, (count - 1) * self.world.step_seconds)

    def hot_value(self, evaluate: Evaluator, time: float) -> float | None:
        """Return the hot thing's value at a time; None when there is none, or several."""
        found = evaluate(self.world, time)
        if isinstance(found, float):
            return found
        hot = [value for labels, value in found if self.is_hot(labels)]
        return hot[0] if len(hot) == 1 else None

    def is_hot(self, labels: dict[str, str]) -> bool:
        """Whether a result is the hot thing's."""
        apart = self.scene.apart
        return apart is None or labels.get(apart, self.scene.hot) == self.scene.hot


def _is_apart(track: Track) -> bool:
    return track.role == "decoy" and track.owner is None
