"""Burn rates: which pairs of windows an SLO is watched with, and from which rate on they fire.

A branch fires while the share of bad events exceeds ``factor * (1 - objective)`` in a short and in
a long window. It spends ``factor * long / window`` of the budget until then. Source: the chapter
"Alerting on SLOs" of The Site Reliability Workbook (Google, 2018), whose figures are those of 30d.
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from compiler.model.slos import BurnAlert, Slo

BurnKind: TypeAlias = Literal["page", "ticket"]

MINUTE: Final = 60
HOUR: Final = 3600
DAY: Final = 86_400

LEAST_WINDOW_SECONDS: Final = HOUR
MOST_WINDOW_SECONDS: Final = 365 * DAY


@frozen
class Branch(Frozen):
    """A pair of windows in seconds, and the burn rate above which it fires; all are exact."""

    name: str
    short_seconds: float
    long_seconds: float
    factor: Decimal

    def threshold(self, budget: Decimal) -> Decimal:
        """Given the share of events that may be bad, return the share above which it fires."""
        return self.factor * budget

    def spends(self, window_seconds: float) -> Decimal:
        """Given the SLO's window, return the share of the budget spent in the long window."""
        return self.factor * Decimal(str(self.long_seconds)) / Decimal(str(window_seconds))


@frozen(kw_only=False)
class _Pair(Frozen):
    short_seconds: int
    long_seconds: int
    factor: str | None = None
    spends: str | None = None


_Pairs = tuple[_Pair, _Pair, _Pair, _Pair]
"""Page quick, page slow, ticket quick, ticket slow."""

_TIERS: Final[tuple[tuple[int, _Pairs], ...]] = (
    # Above a month the rates of 30d stay: how soon somebody is needed does not depend on the
    # window, and shares of a larger budget would make tickets that miss a slow burn.
    (
        30 * DAY + 1,
        (
            _Pair(5 * MINUTE, HOUR, factor="14.4"),
            _Pair(30 * MINUTE, 6 * HOUR, factor="6"),
            _Pair(2 * HOUR, DAY, factor="3"),
            _Pair(6 * HOUR, 3 * DAY, factor="1"),
        ),
    ),
    (
        28 * DAY,
        (
            _Pair(5 * MINUTE, HOUR, spends="0.02"),
            _Pair(30 * MINUTE, 6 * HOUR, spends="0.05"),
            _Pair(2 * HOUR, DAY, spends="0.1"),
            _Pair(6 * HOUR, 3 * DAY, spends="0.1"),
        ),
    ),
    # Below, the rates are those of 7d with shares 8, 12.5, 20 and 42%.
    (
        7 * DAY,
        (
            _Pair(5 * MINUTE, HOUR, factor="13.44"),
            _Pair(30 * MINUTE, 6 * HOUR, factor="3.5"),
            _Pair(2 * HOUR, DAY, factor="1.4"),
            _Pair(6 * HOUR, 3 * DAY, factor="1"),
        ),
    ),
    (
        3 * DAY,
        (
            _Pair(5 * MINUTE, 30 * MINUTE, factor="13.44"),
            _Pair(15 * MINUTE, 2 * HOUR, factor="3.5"),
            _Pair(30 * MINUTE, 6 * HOUR, factor="1.4"),
            _Pair(2 * HOUR, DAY, factor="1"),
        ),
    ),
    (
        DAY,
        (
            _Pair(5 * MINUTE, 15 * MINUTE, factor="13.44"),
            _Pair(10 * MINUTE, HOUR, factor="3.5"),
            _Pair(30 * MINUTE, 3 * HOUR, factor="1.4"),
            _Pair(HOUR, 6 * HOUR, factor="1"),
        ),
    ),
    (
        6 * HOUR,
        (
            _Pair(2 * MINUTE, 5 * MINUTE, factor="13.44"),
            _Pair(5 * MINUTE, 15 * MINUTE, factor="3.5"),
            _Pair(10 * MINUTE, HOUR, factor="1.4"),
            _Pair(30 * MINUTE, 2 * HOUR, factor="1"),
        ),
    ),
    (
        0,
        (
            _Pair(MINUTE, 5 * MINUTE, factor="4"),
            _Pair(2 * MINUTE, 10 * MINUTE, factor="2"),
            _Pair(5 * MINUTE, 15 * MINUTE, factor="1.4"),
            _Pair(5 * MINUTE, 30 * MINUTE, factor="1"),
        ),
    ),
)
"""Pairs by the least length of the SLO's window, longest first."""

_ONE: Final = Decimal(1)


def burn_alerts(entry: Slo) -> tuple[tuple[BurnKind, BurnAlert], ...]:
    """Given an SLO, return the policies of its alerts on burn rates, disabled ones too."""
    return (("page", entry.alerts.page), ("ticket", entry.alerts.ticket))


def branches_of(kind: BurnKind, alert: BurnAlert, window_seconds: float) -> tuple[Branch, ...]:
    """Given an alert's policy and the SLO's window, return its branches.

    A written factor stays as it is (`slo/period-factors` judges it).
    """
    if not alert.windows:
        return default_branches(kind, window_seconds)
    return tuple(
        Branch(
            name=name,
            short_seconds=pair.short_seconds,
            long_seconds=pair.long_seconds,
            factor=_factor(pair.factor, pair.spends_ratio, pair.long_seconds, window_seconds),
        )
        for name, pair in alert.windows.items()
    )


@lru_cache(maxsize=256)
def default_branches(kind: BurnKind, window_seconds: float) -> tuple[Branch, Branch]:
    """Given the SLO's window, return the quick and the slow branch; no factor is below one.

    Below one, an alert fires on a service that keeps its promise. The peers go to 0.9333 at 28d.
    """
    pairs = next(pairs for least, pairs in _TIERS if window_seconds >= least)
    quick, slow = pairs[:2] if kind == "page" else pairs[2:]
    return _default("quick", quick, window_seconds), _default("slow", slow, window_seconds)


def _default(name: str, pair: _Pair, window_seconds: float) -> Branch:
    factor = None if pair.factor is None else Decimal(pair.factor)
    spends = None if pair.spends is None else Decimal(pair.spends)
    return Branch(
        name=name,
        short_seconds=pair.short_seconds,
        long_seconds=pair.long_seconds,
        factor=max(_ONE, _factor(factor, spends, pair.long_seconds, window_seconds)),
    )


def _factor(
    factor: Decimal | None, spends: Decimal | None, long_seconds: float, window_seconds: float
) -> Decimal:
    """Return a burn rate: as written, or ``spends * window / long``."""
    if factor is not None:
        return factor
    whole, part = Decimal(str(window_seconds)), Decimal(str(long_seconds))
    return (spends or Decimal(0)) * whole / part
