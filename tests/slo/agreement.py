"""What the compiled rules say beside what is true, evaluation by evaluation."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from compiler.lower.slo.series import window_name
from tests.slo.judge import reading, verdicts
from tests.slo.promtool import Experiment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from decimal import Decimal

    from compiler.lower.slo.plan import SloPlan
    from tests.slo.promtool import Found
    from tests.slo.targets import Series
    from tests.slo.truth import Stream

SHARES_EVERY: Final = 10
"""At each how many-th evaluation the shares of the windows are compared."""
RECORD: Final = re.compile(r"record: (\S+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The events of one SLO, or of one of its groups, whose labels are in `group`."""

    plan: SloPlan
    streams: Sequence[Stream]
    group: Mapping[str, str] = field(default_factory=dict)

    @property
    def marks(self) -> set[tuple[str, str]]:
        """The labels that tell its series and alerts from others."""
        return {*self.group.items(), (self.plan.names.id, self.plan.id)}

    @property
    def budget(self) -> Decimal:
        """Share of its events that may be bad."""
        own = [each.budget for each in self.plan.strata if each.value in self.group.values()]
        return (own or [self.plan.strata[-1].budget])[0]


@dataclass(slots=True)
class Agreement:
    """How many verdicts there were, how many could not be given, and what disagreed."""

    judged: int = 0
    undecided: int = 0
    fired: int = 0
    faults: list[str] = field(default_factory=list)

    def add(self, other: Agreement) -> None:
        """Add another comparison to this one."""
        self.judged += other.judged
        self.undecided += other.undecided
        self.fired += other.fired
        self.faults += other.faults


def experiment(
    rules: str, series: Sequence[Series], minutes: int, evaluation_seconds: int = 60
) -> Experiment:
    """Given rules and series, return the experiment whose findings `compare` takes."""
    seconds = minutes * 60
    moments = range(0, seconds + 1, evaluation_seconds)
    queries: list[tuple[float, str]] = [(at, 'ALERTS{alertstate="firing"}') for at in moments]
    queries += [(at, '{__name__=~"slo:sli_error:ratio_rate.*"}') for at in moments[::SHARES_EVERY]]
    # A sum over time is no number when one of its summands is none.
    queries += [
        (seconds, f"sum_over_time({name}[{seconds + 1}s])")
        for name in sorted(set(RECORD.findall(rules)))
    ]
    return Experiment(
        rules=rules, series=series, queries=queries, evaluation_seconds=evaluation_seconds
    )


def compare(asked: Experiment, found: Sequence[Found], parts: Sequence[Part]) -> Agreement:
    """Given an experiment, what it found and the truth, return how far they agree."""
    moments = [at for at, text in asked.queries if text.startswith("ALERTS")]
    alerts = found[: len(moments)]
    shares = found[len(moments) : len(moments) + len(moments[::SHARES_EVERY])]
    agreement = Agreement()
    for (_at, text), values in zip(asked.queries, found, strict=True):
        if any(math.isnan(value) for value in values.values()):
            agreement.faults.append(f"{text} is NaN")
    for part in parts:
        _compare_alerts(agreement, part, moments, alerts)
        for at, values in zip(moments[::SHARES_EVERY], shares, strict=True):
            agreement.faults.extend(_wrong_shares(part, at, values))
    return agreement


def _compare_alerts(
    agreement: Agreement, part: Part, moments: Sequence[float], alerts: Sequence[Found]
) -> None:
    for alert in part.plan.alerts:
        if alert.kind not in ("page", "ticket", "budget"):
            continue
        marks = {*part.marks, ("alertname", alert.name)}
        said = verdicts(part.plan, alert, part.streams, moments, part.budget)
        for at, verdict, firing in zip(moments, said, alerts, strict=True):
            fires = any(marks <= labels for labels in firing)
            agreement.judged += 1
            agreement.fired += fires
            agreement.undecided += verdict is None
            if verdict is not None and verdict != fires:
                agreement.faults.append(
                    f"{alert.name}{dict(part.group)} {'fires' if fires else 'is silent'}"
                    f" after {at / 60:g}m"
                )


def _wrong_shares(part: Part, at: float, values: Found) -> Iterator[str]:
    """Yield shares outside of what can honestly be read of the samples."""
    plan = part.plan
    for seconds in {*plan.windows, plan.window_seconds}:
        read = reading(plan, part.streams, at, seconds)
        least, most = read.shares()
        name = f"slo:sli_error:ratio_rate{window_name(plan.names, seconds)}"
        marks = {*part.marks, ("__name__", name)}
        share = next((value for labels, value in values.items() if marks <= labels), None)
        if share is None:
            if read.good[0] + read.bad[0] > 0:
                yield f"{name}{dict(part.group)} is not there after {at / 60:g}m"
        elif not _floor(least) - TINY <= share <= most * (1 + SHARE_MARGIN) + TINY:
            said = f"{share} after {at / 60:g}m, not from {least} to {most}"
            yield f"{name}{dict(part.group)} is {said}"


def _floor(least: float) -> float:
    return least - SHARE_MARGIN * abs(least)


SHARE_MARGIN: Final = 0.1
"""Share of itself by which a window's share may lie outside of what can be read: few events."""
TINY: Final = 1e-9
"""What floats leave of zero."""
