"""What keeps the tests of an SLO's alerts from being made, without making them.

Whether an SLO can be played follows from its matchers and from what the catalogue declares: SLOs
that differ in the names of their metrics alone are asked about once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compiler.lower.slo.trial.source import RANGE, Unplayable, entry_of, excess_of
from compiler.lower.slo.trial.trials import can_give_budget, played_of
from compiler.promql.parse import parse
from compiler.promql.selector import split
from compiler.promql.tree import Query
from compiler.promql.window import WINDOW
from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from compiler.lower.slo.plan import SloAlert, SloPlan
    from compiler.model.metrics import Metric
    from compiler.model.slos import Slo


@frozen(kw_only=False)
class Obstacle(Frozen):
    """Why there are no tests of page, ticket and missing data; of the guard; of the budget."""

    of_events: str | None = None
    of_guard: str | None = None
    of_budget: str | None = None

    @property
    def is_none(self) -> bool:
        """Whether all tests can be made."""
        return self == _NONE

    def of(self, alert: SloAlert) -> str | None:
        """Given an alert, return why no test of it can be made, or None."""
        if alert.kind == "budget":
            return self.of_budget
        return self.of_guard if alert.kind == "guard" else self.of_events


_NONE: Final = Obstacle()


class Obstacles:
    """What is in the way of tests of one service's SLOs, found once for SLOs that are alike."""

    def __init__(self, metrics: Mapping[str, Metric], slos: Mapping[str, SloPlan]) -> None:
        self._metrics = metrics
        self._slos = slos
        self._known: dict[Hashable, Obstacle] = {}

    def of(self, slo: SloPlan) -> Obstacle:
        """Given an SLO of the service, return what is in the way of its tests."""
        shape = self._shape(slo)
        known = self._known.get(shape)
        if known is None:
            known = self._known[shape] = self._found(slo)
        return known

    def _found(self, slo: SloPlan) -> Obstacle:
        played = played_of(slo, self._metrics, self._slos)
        if isinstance(played, Unplayable):
            if not _is_readable(slo):
                return _NONE
            reason = played.reason
            is_given = can_give_budget(slo, self._slos)
            return Obstacle(reason, reason, None if is_given else reason)
        _, _, source = played[0]
        excess = None if slo.sli.is_bounded else excess_of(source)
        return Obstacle(of_guard=excess.reason if isinstance(excess, Unplayable) else None)

    def _shape(self, slo: SloPlan) -> Hashable:
        """Return what SLOs that are played alike have in common; the SLO's name if that is more."""
        said = _said(slo.entry)
        if said is None:
            return slo.name
        queries, others = said
        metrics: list[str] = []
        matchers: list[str] = []
        for query in queries:
            found = split(query)
            if found is None:
                return slo.name
            metrics.append(found[0])
            matchers.append(found[1])
        values = tuple(each.value for each in slo.strata) if slo.by else ()
        return (self._alike(metrics), *matchers, others, slo.by, values)

    def _alike(self, names: Sequence[str]) -> tuple[str | int, ...]:
        """Return metrics by their places, where the catalogue has nothing to say of them."""
        return tuple(
            name if self._metrics and entry_of(name, self._metrics) else names.index(name)
            for name in names
        )


def _is_readable(slo: SloPlan) -> bool:
    """Whether the queries of an SLO can be read; others say what is wrong with those."""
    gauge = slo.entry.boolean or slo.entry.freshness
    expressions = (slo.sli.total, slo.sli.bad or slo.sli.good or "")
    texts = [each.replace(WINDOW, RANGE) for each in expressions]
    return all(isinstance(parse(text), Query) for text in (*texts, *([gauge.of] if gauge else ())))


def _said(entry: Slo) -> tuple[tuple[str, ...], Hashable] | None:
    """Return the queries of an SLI that may be selectors, and what is said besides them."""
    if entry.events is not None:
        events, is_good = entry.events, entry.events.bad is None
        part = events.good if is_good else events.bad
        if isinstance(part, str):
            return (events.total, part), is_good
        return (events.total,), (is_good, part)
    if entry.latency is not None:
        return (entry.latency.of,), (entry.latency.under_seconds, entry.latency.native)
    if entry.boolean is not None:
        return (entry.boolean.of,), "boolean"
    if entry.freshness is not None:
        return (entry.freshness.of,), "freshness"
    return None
