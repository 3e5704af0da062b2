"""What the tests of an alert play: levels and a pace enter, scripts leave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compiler.lower.drive.stage import Act
from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.lower.drive.levels import Levels
    from compiler.lower.drive.pace import Pace
    from compiler.lower.drive.stage import Stage

BEFORE: Final = 2
"""Units of calm before something happens, beyond what ranges look back at."""
AFTER: Final = 3
"""Units of what follows, beyond `for` and ranges."""

LONGEST_WAIT_SECONDS: Final = 14_400.0
"""How long a test waits for what is missing to count as old."""
CUMULATIVE: Final = frozenset(("count_over_time", "delta", "increase", "sum_over_time"))
"""Functions whose results grow until their range is full."""
ENOUGH_SECONDS: Final = 3600.0
"""How much of a range need be full where nothing changes."""
FIRST_STAMP: Final = 30.0
"""A time in the past, for all of a test."""


@frozen(kw_only=False)
class Script(Frozen):
    """One test: what it shows, what is played, and whether the hot thing has to fire.

    `fires` is None where the expression decides, and the words follow: `shows` with ``{}``.
    Where the alert does otherwise, `otherwise` is played, if there is one.
    """

    shows: str
    acts: tuple[Act, ...]
    fires: bool | None
    calm: float | None = None
    loud: float | None = None
    otherwise: Script | None = None


def scripts(stage: Stage, found: Levels, pace: Pace) -> Iterator[Script]:
    """Given levels on both sides of the threshold, yield what shows it."""
    calm, loud = found.calm, found.breach[0][1]
    reach = pace.longest_seconds
    before = pace.samples(reach, BEFORE)
    firing = pace.samples(reach + pace.for_seconds, AFTER)
    after = pace.samples(reach + pace.keep_seconds, AFTER)
    for name, level in found.breach:
        played = (Act(calm, before), Act(level, firing), Act(calm, after))
        # Decoys are quiet where something fires, and loud where nothing does: none may count.
        yield Script(f"fires {name}, and recovers", played, fires=True, calm=calm, loud=calm)
    filled = reach if stage.reading.functions & CUMULATIVE else min(reach, ENOUGH_SECONDS)
    lasting = pace.samples(filled + pace.for_seconds, AFTER)
    for name, level in found.other:
        acts = (Act(level, lasting),)
        yield Script(f"does not fire {name}", acts, fires=False, calm=calm, loud=loud)
    if any(name.endswith("_over_time") for name in stage.reading.functions):
        name, level = found.breach[0]
        acts = (Act(level, lasting),)
        yield Script(f"does not fire {name} from the beginning", acts, False, calm, loud)
    usual = Script("does not fire as usual", (Act(calm, lasting),), False, calm, loud)
    idle: tuple[Act, ...] = (Act(calm, lasting, is_idle=True),)
    # Where little is what it warns of, an idle service is no usual one.
    yield Script("does not fire when idle", idle, False, calm, loud, usual)
    if {"time", "absent"} <= stage.reading.functions:
        # What is missing may count as old, and time begins at 0 here.
        lasting += pace.samples(min(found.threshold, LONGEST_WAIT_SECONDS), 0)
    gone = (Act(calm, before), Act(None, lasting))
    yield Script("{} when its series is missing", gone, fires=None, calm=calm, loud=loud)
    if any(track.kind in ("counter", "bucket") for track in stage.scene.tracks):
        again = (Act(calm, before), Act(calm, lasting, is_restart=True))
        yield Script("does not fire on a counter reset", again, fires=False, calm=calm, loud=loud)


def further(found: Levels, pace: Pace, metric: str) -> Iterator[Script]:
    """Given levels of another series that decides too, yield what shows its part."""
    calm = found.calm
    before = Act(calm, pace.samples(pace.longest_seconds, BEFORE))
    lasting = pace.samples(pace.longest_seconds + pace.for_seconds, AFTER)
    after = Act(calm, pace.samples(pace.longest_seconds + pace.keep_seconds, AFTER))
    for name, level in found.breach:
        yield Script(
            f"fires {name}, and recovers, by {metric}",
            (before, Act(level, lasting), after),
            fires=True,
            calm=calm,
            loud=calm,
        )
    for name, level in found.other:
        yield Script(
            f"does not fire {name}, by {metric}",
            (Act(level, lasting),),
            fires=False,
            calm=calm,
            loud=found.breach[0][1],
        )


def clock_scripts(crossing_seconds: float, pace: Pace) -> Iterator[Script]:
    """Given when something that began long ago is over its threshold, yield what shows it."""
    unit = pace.sample_seconds
    early = Act(FIRST_STAMP, round(crossing_seconds * 0.95 / unit))
    late = pace.samples(crossing_seconds + pace.longest_seconds + pace.for_seconds, AFTER)
    after = pace.samples(pace.longest_seconds + pace.keep_seconds, AFTER)
    acts = (Act(FIRST_STAMP, late), Act(late * unit, after))
    yield Script("fires when it is over, and recovers", acts, fires=True)
    yield Script("does not fire at 5% under", (early,), fires=False)


def absent_scripts(pace: Pace) -> Iterator[Script]:
    """Yield what shows that an alert fires while its series are missing, and only then."""
    reach = pace.longest_seconds
    before = Act(1.0, pace.samples(reach, BEFORE))
    gone = Act(None, pace.samples(reach + pace.for_seconds, AFTER))
    after = Act(1.0, pace.samples(reach + pace.keep_seconds, AFTER))
    yield Script(
        "fires when its series is missing, and recovers", (before, gone, after), fires=True
    )
    there = Act(1.0, pace.samples(reach + pace.for_seconds, AFTER))
    yield Script("does not fire while its series is there", (there,), fires=False)
