"""The plan of one SLO: what is recorded and what fires, free of any format.

One object stands for all rules of an SLO, which the emitters spell out: ten thousand SLOs are as
many objects, not a quarter of a million. Windows are seconds; shares and burn rates are exact.

An *event* is what an SLI counts. `$WINDOW` in its expressions stands for a range.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final, Literal, Protocol, TypeAlias

from compiler.lower.slo.names import OPSC, Names
from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from compiler.lower.plan import Origin, Severity, TimeSlot
    from compiler.lower.slo.burn import Branch
    from compiler.model.slos import Slo

AlertKind: TypeAlias = Literal["page", "ticket", "no_data", "guard", "budget"]


@frozen
class Sli(Frozen):
    """How events are counted: all of them, and either the bad or the good ones.

    The expressions keep the labels of `by`, and no others. Where `is_sampled`, they are asked once
    an evaluation, without a range: `total` is 1, or a weight, and the other the share of it, so
    that events are moments. Otherwise `WINDOW` stands for the range, and they are events a second
    where `is_rate`, else a number in the range. `is_bounded` says that by construction no more are
    bad, or good, than there are. `presence` is there as long as events are counted, also while none
    happen, where `total` is not.
    """

    total: str
    bad: str | None = None
    good: str | None = None
    is_sampled: bool = False
    is_rate: bool = True
    is_bounded: bool = True
    presence: str | None = None


@frozen
class Stratum(Frozen):
    """Series that share an objective: those where the label of `by` has `value`, or all others."""

    value: str | None
    objective: Decimal

    @property
    def budget(self) -> Decimal:
        """Share of the events that may be bad."""
        return 1 - self.objective


@frozen
class SloAlert(Frozen):
    """One alert of an SLO. `labels` and `annotations` are complete and sorted.

    `key` is what the SLO's `tests` call it: its kind, or the step of the budget's policy.
    `remaining` is the share of the budget below which an alert of kind `budget` fires.
    """

    kind: AlertKind
    key: str
    name: str
    severity: Severity
    for_seconds: float
    keep_firing_for_seconds: float | None = None
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    branches: tuple[Branch, ...] = ()
    remaining: Decimal | None = None


class Alerting(Protocol):
    """Says which alerts the SLOs of one service have."""

    def names(self, slo: SloPlan) -> tuple[str, ...]:
        """Return the names of an SLO's alerts, in order: much sooner than the alerts."""

    def alerts(self, slo: SloPlan) -> tuple[SloAlert, ...]:
        """Return an SLO's alerts."""


@dataclass(frozen=True, kw_only=True)
class SloPlan:
    """One SLO. Its alerts are made when they are asked for: of most SLOs only the names are.

    `base_seconds` is the shortest window: what is counted in it is recorded, and longer windows are
    summed from that. `budget_interval_seconds` is how often the whole window is.
    `total_of` names the SLO of the same service that records the same total before, if one does;
    `family` the first SLO of those whose rules one group evaluates. `windows` are those of all burn
    rates, ascending, in seconds; with Sloth's names also those of alerts that are disabled:
    dashboards look at them. `dashboard_url` is where its alerts lead to, where opsc knows that.
    `excluded` are the moments, in UTC, in which events do not count.
    """

    origin: Origin
    service: str
    name: str
    title: str
    owner: str
    entry: Slo
    sli: Sli
    strata: tuple[Stratum, ...]
    by: tuple[str, ...]
    window_seconds: float
    base_seconds: float
    interval_seconds: float
    budget_interval_seconds: float
    windows: tuple[float, ...]
    alerting: Alerting = field(repr=False, compare=False)
    family: str
    total_of: str | None = None
    excluded: tuple[TimeSlot, ...] = ()
    names: Names = field(default=OPSC)
    dashboard_url: str | None = None

    @cached_property
    def alerts(self) -> tuple[SloAlert, ...]:
        """Its alerts, in the order in which they are written."""
        return self.alerting.alerts(self)

    @property
    def alert_names(self) -> tuple[str, ...]:
        """The names of its alerts, in the same order."""
        return self.alerting.names(self)

    @property
    def id(self) -> str:
        """The SLO's name over all services."""
        return f"{self.service}-{self.name}"

    @property
    def objective(self) -> Decimal:
        """The objective that holds where no other is said."""
        return self.strata[-1].objective

    def among(self, alert: SloAlert) -> Mapping[str, str]:
        """Return the labels that tell an alert from others of its name: Sloth has two of one."""
        if sum(each.name == alert.name for each in self.alerts) == 1:
            return {}
        return {self.names.severity: alert.kind, self.names.id: self.id}

    def sharing(self, owner: str) -> SloPlan:
        """Return the plan of the SLO that takes its total from another one's records."""
        return replace(self, total_of=owner)

    def is_counted(self, window_seconds: float) -> bool:
        """Whether a window is counted from the service's own series, not summed from records."""
        is_recorded = self.sli.is_sampled or bool(self.excluded)
        is_sparse = self.base_seconds < RECORDS * self.interval_seconds
        longest = max(COUNTED * self.base_seconds, SPARSE_SECONDS if is_sparse else 0)
        return not is_recorded and window_seconds <= longest


COUNTED: Final = 24
"""Windows up to so many times the shortest are counted from the service's own series: exact to the
sample. Sums of records smear by the shortest window, which is 4% of a longer one at most."""
RECORDS: Final = 5
"""Records that a shortest window has to hold, for sums of them to be even: an event near an end of
that window is in one record more, or less, than others are."""
SPARSE_SECONDS: Final = 6 * 3600
"""Up to which window events are counted instead of such uneven records."""
