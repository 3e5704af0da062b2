"""What a compiled test of an alert says: series enter, and at certain times these alerts fire.

Free of any format; times are seconds from the first sample. A test knows the interval at which
rules are evaluated, since one file of promtool has one.
"""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from compiler.lower.plan import Origin


@frozen
class InputSeries(Frozen):
    """One series, and its samples in promtool's notation: ``0+10x60 _x5 stale``."""

    series: str
    values: str


@frozen
class Firing(Frozen):
    """One alert that fires: all of its labels but ``alertname``, and its annotations as rendered.

    `annotations` is None where they cannot be foretold; the labels alone are then compared.
    """

    labels: Mapping[str, str]
    annotations: Mapping[str, str] | None


@frozen
class Expectation(Frozen):
    """What fires at a time; nothing when `firing` is empty."""

    at_seconds: float
    firing: tuple[Firing, ...] = ()


@frozen
class AlertTest(Frozen):
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
