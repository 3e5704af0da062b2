"""The samples of a series: runs of numbers become what promtool is given and what rules see.

Sample `i` stands at ``i * step`` seconds. The numbers are added up as promtool adds them, one after
the other, so that both come to the same doubles.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import accumulate, repeat
from typing import TYPE_CHECKING

from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Labels = dict[str, str]


@frozen(kw_only=False)
class Run(Frozen):
    """Numbers at even distances: `count` of them, from `first` on; a gap when `first` is None."""

    first: float | None
    slope: float
    count: int

    def samples(self) -> list[float | None]:
        """Return the numbers, None where there is none."""
        if self.first is None:
            return [None] * self.count
        if self.slope == 0:
            return [self.first] * self.count
        return list(accumulate(repeat(self.slope, self.count - 1), initial=self.first))

    def notation(self) -> str:
        """Return the run as promtool reads it; a gap begins with a mark, so nothing looks back."""
        if self.first is None:
            return "stale" if self.count == 1 else f"stale _x{self.count - 1}"
        sign = "-" if self.slope < 0 else "+"
        return f"{plain(self.first)}{sign}{plain(abs(self.slope))}x{self.count - 1}"


@dataclass(slots=True)
class Series:
    """One series: its labels, the name among them, and its runs."""

    labels: Labels
    runs: tuple[Run, ...] = ()
    samples: list[float | None] = field(default_factory=list)

    def play(self, runs: tuple[Run, ...]) -> None:
        """Take other runs; empty ones are left out."""
        self.runs = tuple(run for run in runs if run.count)
        self.samples = [sample for run in self.runs for sample in run.samples()]

    def notation(self) -> str:
        """Return all of its runs as promtool reads them."""
        return notation(self.runs)


def notation(runs: Iterable[Run]) -> str:
    """Given runs, return them as promtool reads them; empty ones are left out."""
    return " ".join(run.notation() for run in runs if run.count)


def plain(number: float) -> str:
    """Given a number, return the shortest text that reads back as it, without an exponent."""
    if number == int(number) and abs(number) < 1e15:
        return str(int(number))
    text = repr(number)
    return text if "e" not in text else f"{number:.25f}".rstrip("0") if abs(number) < 1 else text


def selector_of(labels: Mapping[str, str]) -> str:
    """Given the labels of a series, return it as promtool names it."""
    said = ", ".join(
        f'{name}="{_escaped(value)}"' for name, value in sorted(labels.items()) if name[:2] != "__"
    )
    return f"{labels['__name__']}{{{said}}}" if said else labels["__name__"]


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
