"""What rules see at a time: series enter, the samples that a selector finds leave."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from compiler.lower.drive.series import Labels, Series

LOOKBACK_SECONDS = 300
"""How old the sample of an instant may be, as Prometheus has it by default."""


class Unforeseeable(Exception):  # noqa: N818  # it is no error: an outcome, and it says why
    """What Prometheus would make of an expression cannot be told, or is an error."""


@frozen(kw_only=False)
class Matcher(Frozen):
    """One matcher of a selector; `operator` is ``=``, ``!=``, ``=~`` or ``!~``."""

    label: str
    operator: str
    value: str

    def accepts(self, value: str) -> bool:
        """Whether a label's value passes; a label that is not there is empty."""
        if self.operator in ("=", "!="):
            return (value == self.value) is (self.operator == "=")
        return bool(_pattern(self.value).fullmatch(value)) is (self.operator == "=~")


@lru_cache(maxsize=1_024)
def _pattern(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text, re.DOTALL)
    except re.error:
        raise Unforeseeable(f"the pattern `{text}` cannot be read") from None


@frozen(kw_only=False)
class Selector(Frozen):
    """What is looked for: a name and matchers; `range_seconds` is 0 for an instant."""

    name: str
    matchers: tuple[Matcher, ...]
    range_seconds: float = 0
    offset_seconds: float = 0

    def accepts(self, labels: Labels) -> bool:
        """Whether a series is found."""
        return labels["__name__"] == self.name and all(
            matcher.accepts(labels.get(matcher.label, "")) for matcher in self.matchers
        )


def selector_of_tree(tree: Any, range_seconds: float = 0) -> Selector:
    """Given a vector selector of promql-parser, return it as a `Selector`."""
    if tree.at is not None:
        raise Unforeseeable("it looks at a fixed time with `@`")
    if tree.matchers.or_matchers:
        raise Unforeseeable("its matchers are joined by `or`")
    operators = {"Equal": "=", "NotEqual": "!=", "Re": "=~", "NotRe": "!~"}
    matchers = [
        Matcher(each.name, operators[str(each.op).rpartition(".")[2]], each.value)
        for each in tree.matchers.matchers
    ]
    name = tree.name
    for matcher in matchers:
        if matcher.label == "__name__" and matcher.operator == "=":
            name = matcher.value
    if not name:
        raise Unforeseeable("a selector names no metric")
    return Selector(
        name,
        tuple(matcher for matcher in matchers if matcher.label != "__name__"),
        range_seconds,
        0 if tree.offset is None else tree.offset.total_seconds(),
    )


@dataclass(slots=True)
class World:
    """All series, the seconds between their samples, and how ranges begin in this Prometheus."""

    step_seconds: float
    series: Sequence[Series]
    is_left_open: bool = False
    found: dict[Selector, list[Series]] = field(default_factory=dict)

    def select(self, selector: Selector) -> list[Series]:
        """Return the series that a selector finds at any time."""
        known = self.found.get(selector)
        if known is None:
            known = [each for each in self.series if selector.accepts(each.labels)]
            self.found[selector] = known
        return known

    def at(self, series: Series, time: float) -> float | None:
        """Return the sample of an instant, None where there is none or the last one is a mark."""
        index = math.floor(time / self.step_seconds + 1e-9)
        last = len(series.samples) - 1
        if index < 0 or last < 0:
            return None
        if index > last:
            age = time - last * self.step_seconds
            limit = age < LOOKBACK_SECONDS if self.is_left_open else age <= LOOKBACK_SECONDS
            return series.samples[last] if limit else None
        return series.samples[index]

    def within(self, series: Series, begin: float, end: float) -> list[tuple[float, float]]:
        """Return times and samples of a range; its begin is one of them before Prometheus 3."""
        step = self.step_seconds
        first = math.ceil(begin / step - 1e-9)
        if self.is_left_open and abs(first * step - begin) < 1e-6:
            first += 1
        stop = math.floor(end / step + 1e-9) + 1
        first = max(first, 0)
        return [
            (index * step, sample)
            for index, sample in enumerate(series.samples[first : max(stop, first)], first)
            if sample is not None
        ]
