"""What a compiled test of an alert says: series enter, and at certain times these alerts fire.

Free of any format; times are seconds from the first sample. A test knows the interval at which
rules are evaluated, since one file of promtool has one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from compiler.lower.plan import Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class InputSeries:
    """One series, and its samples in promtool's notation: ``0+10x60 _x5 stale``."""

    series: str
    values: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Firing:
    """One alert that fires: all of its labels but ``alertname``, and its annotations as rendered.

    `annotations` is None where they cannot be foretold; the labels alone are then compared.
    """

    labels: Mapping[str, str]
    annotations: Mapping[str, str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What fires at a time; nothing when `firing` is empty."""

    at_seconds: float
    firing: tuple[Firing, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertTest:
    """One test of one alert rule; `shows` says what, in a few words: ``fires at 5% over``.

    `among` are labels that tell the alert from others of the same name, where there are any: what
    those do is not looked at.
    """

    origin: Origin
    service: str
    alert: str
    shows: str
    evaluation_interval_seconds: float
    sample_interval_seconds: float
    series: tuple[InputSeries, ...]
    expectations: tuple[Expectation, ...]
    among: Mapping[str, str] = field(default_factory=dict)
