"""Tests of alerts that are written by hand: series enter, and at certain times the alert fires.

Series and samples are written as promtool has them, and parsed here, so that a fault of them has
its place in the spec.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field
from typing import Annotated, Any, ClassVar, Final

from pydantic_core import PydanticCustomError

from compiler.model.types import LabelName, Name, Text, parsed_by, text_of
from runtime.contract.entry import Entry, entry
from runtime.contract.frozen import Frozen, frozen
from runtime.contract.units import PositiveSeconds, Seconds

MAX_SAMPLES: Final = 100_000
"""Samples of one series: what promtool holds in memory without trouble."""

_NUMBER: Final = r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
_STEPS: Final = re.compile(
    rf"(?P<start>[-+]?{_NUMBER})(?:(?P<change>[-+]{_NUMBER})?x(?P<count>[0-9]{{1,6}}))?"
    r"|_(?:x(?P<missing>[0-9]{1,6}))?|stale|NaN|[-+]?Inf"
)
_HELP: Final = (
    "write numbers, `_` for none, `stale`, and repetitions: `0+10x60` counts up by 10 sixty times,"
    " `1x10` stays for ten more, `_x5` is five gaps"
)
_METRIC: Final = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
_LABEL: Final = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[^\n])*"'
_SERIES: Final = rf"{_METRIC}(?:\{{ *(?:{_LABEL} *(?:, *{_LABEL} *)*(?:, *)?)?\}})?"

Series = Annotated[str, text_of(rf"^{_SERIES}$", 'node_network_up{device="eth0"}', max_length=4096)]
"""One series: a metric's name and its labels, each compared with ``=`` and a text in quotes."""


@frozen(kw_only=False)
class Samples(Frozen):
    """Samples of one series in promtool's notation, and how many they are."""

    text: str
    count: int


def _samples(value: Any) -> Samples:
    text = str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not text.strip():
        raise PydanticCustomError("spec/bad-samples", "expected samples", {"help": _HELP})
    written, count = [], 0
    for part in re.finditer(r"\S+", text):
        step = _STEPS.fullmatch(part[0])
        if step is None:
            raise PydanticCustomError(
                "spec/bad-samples", "`{part}` is no sample", _context(part[0], part.span())
            )
        count += 1 + int(step["count"] or 0) if step["missing"] is None else int(step["missing"])
        if count > MAX_SAMPLES:
            raise PydanticCustomError(
                "spec/bad-samples",
                "with `{part}` these are more than {most} samples",
                _context(part[0], part.span()),
            )
        written.append(_spelled(step))
    return Samples(" ".join(written), count)


def _spelled(step: re.Match[str]) -> str:
    """Return a step as every version of promtool reads it: ``1x10`` with the change that it has."""
    if step["count"] is None or step["change"] is not None:
        return step[0]
    return f"{step['start']}+0x{step['count']}"


def _context(part: str, inside: tuple[int, int]) -> dict[str, Any]:
    start, end = inside
    return {"part": part, "most": MAX_SAMPLES, "help": _HELP, "start": start, "end": end}


SamplesText = Annotated[
    Samples,
    parsed_by(
        _samples,
        {
            "anyOf": [
                {"type": "string", "pattern": r"^[-+0-9.eExInfNa_stl\s]+$"},
                {"type": "number"},
            ],
            "examples": ["1x10 0x20", "0+10x60", "1 2 _ stale"],
        },
    ),
]
"""Samples in promtool's notation, one an interval from the start: numbers, ``_`` where there is
none, ``stale`` where the series ends, ``0+10x60`` for 0, 10, … 600, ``1x10`` for eleven of 1."""


@entry
class AlertFiring(Entry):
    """One alert that fires at a time. All that fire then are stated, each as an item of its own."""

    at_seconds: Seconds
    """When, counted from the first sample."""
    labels: Mapping[LabelName, Text] = field(default_factory=dict)
    """Labels that the value gives the alert, all of them; those that the rule sets are known."""
    annotations: Mapping[LabelName, Text] = field(default_factory=dict)
    """Annotations with their templates filled in; compared when every template is stated."""


@entry
class AlertTest(Entry):
    """One test of an alert, written where opsc cannot make one of the expression."""

    at_least_one: ClassVar = (("fires", "silent"),)

    every_seconds: PositiveSeconds = 60
    """Interval of the samples."""
    series: Mapping[Series, SamplesText]
    """What Prometheus holds, by series: their samples, the first at time zero."""
    fires: tuple[AlertFiring, ...] | None = None
    """What fires, and when."""
    silent: tuple[Seconds, ...] | None = None
    """Times at which the alert does not fire."""


@entry
class SloAlertTest(AlertTest):
    """One test of an alert of an SLO, written where opsc cannot make one of what is measured."""

    alert: Name
    """The alert that is tried: `page`, `ticket`, `no_data`, `guard`, or a step of `budget`."""
