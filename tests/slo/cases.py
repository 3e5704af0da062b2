"""What goes wrong in the field: one compact description for each case.

Counts are events a minute, scraped each minute where nothing else is said.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from tests.slo.layouts import (
    Layout,
    by_buckets,
    by_counters,
    by_gauge,
    by_late_status,
    by_status,
)
from tests.slo.targets import Target

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

WHOLE: Final[Mapping[str, str]] = {}
"""The group of an SLO without groups."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What targets count, how they expose it, and what is promised of it.

    `slo` is what the SLO says besides its objective. `sloth` is what rules of Sloth's shape make of
    the case: ``nan``, ``wrong`` (more than 5% off the truth) or ``right``.
    """

    targets: Sequence[Target]
    layout: Layout = by_status
    objective: str = "99%"
    slo: Mapping[str, Any] = field(default_factory=dict)
    groups: Sequence[Mapping[str, str]] = (WHOLE,)
    sloth: str = "right"

    @property
    def minutes(self) -> int:
        """How long it lasts."""
        target = max(self.targets, key=lambda each: len(each.good) * each.scrape_seconds)
        return (len(target.good) - 1) * target.scrape_seconds // 60


def every(minutes: int, *, length: int, count: float = 1, start: int = 0) -> list[float]:
    """Return counts that are there once in so many minutes, and zero otherwise."""
    return [count if number % minutes == start else 0 for number in range(length)]


def _flat(*parts: tuple[int, float]) -> list[float]:
    """Given lengths and counts, return them one after the other."""
    return [count for length, count in parts for _ in range(length)]


def _pods(count: int, minutes: int, lifetime: int) -> list[Target]:
    """Return processes that are replaced one after the other, so that they overlap a little."""
    return [
        Target(
            good=_flat((minutes, 40)),
            bad=every(5, length=minutes, count=1 + number % 3),
            labels={"pod": f"shop-{number}"},
            born=max(0, number * lifetime - 2),
            died=(number + 1) * lifetime,
            phase_seconds=15 * (number % 4),
        )
        for number in range(count)
    ]


LENGTH: Final = 241

CASES: Final[Mapping[str, Case]] = {
    # What is known of the peers.
    "idle": Case(
        targets=[
            Target(
                good=_flat((100, 100), (20, 0), (121, 100)),
                bad=[*every(2, length=100), *_flat((20, 0)), *every(2, length=121)],
            )
        ],
        sloth="nan",
    ),
    "first error late": Case(
        targets=[Target(good=_flat((LENGTH, 100)), bad=_flat((160, 0), (81, 1.8)))],
        layout=by_late_status,
        sloth="wrong",
    ),
    "uneven traffic": Case(
        targets=[
            Target(
                good=_flat((120, 1000), (121, 2)),
                bad=_flat((120, 1), (121, 0.5)),
            )
        ],
        sloth="wrong",
    ),
    # Of our own.
    "counter resets": Case(
        targets=[
            Target(
                good=_flat((LENGTH, 100)),
                bad=_flat((LENGTH, 0.5)),
                restarts=frozenset((61, 62, 130, 200)),
            )
        ],
    ),
    "pods come and go": Case(targets=_pods(6, LENGTH, 40)),
    "failed scrapes": Case(
        targets=[
            Target(
                good=_flat((LENGTH, 50)),
                bad=every(3, length=LENGTH),
                missed=frozenset(range(0, LENGTH, 7)),
            )
        ],
    ),
    "gap of four scrapes": Case(
        targets=[
            Target(
                good=_flat((LENGTH, 50)),
                bad=_flat((120, 0.2), (10, 2), (111, 0.2)),
                missed=frozenset(range(150, 154)),
            )
        ],
    ),
    "scraped out of step": Case(
        targets=[
            Target(
                good=_flat((LENGTH, 10 * (1 + phase))),
                bad=every(4, length=LENGTH, count=phase),
                labels={"pod": f"shop-{phase}"},
                phase_seconds=15 * phase,
            )
            for phase in range(4)
        ],
    ),
    "scraped every two minutes": Case(
        targets=[
            Target(
                good=_flat((LENGTH // 2 + 1, 100)),
                bad=every(4, length=LENGTH // 2 + 1, count=2),
                scrape_seconds=120,
                phase_seconds=60,
            )
        ],
    ),
    "one error while idle": Case(
        targets=[Target(good=_flat((LENGTH, 0)), bad=_flat((120, 0), (1, 1), (120, 0)))],
        sloth="nan",
    ),
    "series of a new endpoint": Case(
        targets=[
            Target(good=_flat((LENGTH, 30)), bad=_flat((LENGTH, 0.3)), labels={"path": "/"}),
            Target(
                good=_flat((LENGTH, 30)),
                bad=_flat((LENGTH, 3)),
                labels={"path": "/new"},
                born=150,
            ),
        ],
        sloth="wrong",
    ),
    "burst between two scrapes": Case(
        targets=[Target(good=_flat((LENGTH, 100)), bad=_flat((121, 0), (1, 500), (119, 0)))],
        sloth="wrong",
    ),
    "errors at night": Case(
        targets=[
            Target(
                good=[*_flat((80, 4)), *_flat((100, 400)), *_flat((61, 4))],
                bad=[*_flat((80, 1)), *_flat((100, 0)), *_flat((61, 1))],
            )
        ],
        sloth="wrong",
    ),
    "all is error": Case(
        targets=[Target(good=_flat((LENGTH, 0)), bad=_flat((LENGTH, 30)))],
        layout=by_late_status,
    ),
    "recovers": Case(
        targets=[Target(good=_flat((LENGTH, 60)), bad=_flat((90, 0), (30, 60), (121, 0)))],
        sloth="wrong",
    ),
    "low traffic": Case(
        targets=[
            Target(
                good=every(10, length=LENGTH),
                bad=every(60, length=LENGTH, start=35),
            )
        ],
        sloth="nan",
    ),
    "gone, and back": Case(
        targets=[
            Target(
                good=_flat((LENGTH, 50)),
                bad=_flat((60, 0.2), (181, 1)),
                missed=frozenset(range(100, 130)),
            )
        ],
    ),
    "first minutes": Case(
        targets=[Target(good=_flat((21, 100)), bad=every(3, length=21, count=2))],
    ),
    "a value comes and goes": Case(
        targets=[
            Target(
                good=_flat((LENGTH, 50)),
                bad=_flat((LENGTH, 0.5)),
                labels={"region": "eu"},
            ),
            Target(
                good=_flat((LENGTH, 20)),
                bad=_flat((LENGTH, 1)),
                labels={"region": "us"},
                born=60,
                died=180,
            ),
        ],
        slo={"by": ["region"]},
        groups=({"region": "eu"}, {"region": "us"}),
    ),
    "a value is renamed": Case(
        targets=[
            Target(
                good=_flat((LENGTH, 50)),
                bad=_flat((LENGTH, 0.5)),
                labels={"region": "eu"},
                died=120,
            ),
            Target(
                good=_flat((LENGTH, 50)),
                bad=_flat((LENGTH, 2)),
                labels={"region": "europe"},
                born=120,
            ),
        ],
        slo={"by": ["region"]},
        groups=({"region": "eu"}, {"region": "europe"}),
    ),
    "one value has no errors yet": Case(
        targets=[
            Target(
                good=_flat((LENGTH, 50)),
                bad=_flat((LENGTH, bad)),
                labels={"region": region},
            )
            for region, bad in (("eu", 0.5), ("us", 0))
        ],
        layout=by_late_status,
        slo={"by": ["region"]},
        groups=({"region": "eu"}, {"region": "us"}),
    ),
    "slow answers": Case(
        targets=[
            Target(
                good=_flat((LENGTH, 80)),
                bad=_flat((100, 0), (40, 20), (101, 0)),
                restarts=frozenset((120,)),
            )
        ],
        layout=by_buckets,
        objective="95%",
        sloth="wrong",
    ),
    "errors counted apart": Case(
        targets=[
            Target(good=_flat((LENGTH, 80)), bad=_flat((LENGTH, 2)), restarts=frozenset((70,)))
        ],
        layout=by_counters,
    ),
    "gauge falls": Case(
        targets=[
            # A sample at each end of a window would count twice: targets are seldom scraped so.
            Target(
                good=_flat((LENGTH, 1)),
                bad=_flat((100, 0), (12, 1), (129, 0)),
                labels={"instance": "a"},
                phase_seconds=15,
            ),
            Target(
                good=_flat((LENGTH, 1)),
                bad=_flat((LENGTH, 0)),
                labels={"instance": "b"},
                phase_seconds=30,
            ),
        ],
        layout=by_gauge,
    ),
}
