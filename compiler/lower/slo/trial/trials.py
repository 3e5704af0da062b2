"""The tests of an SLO's alerts: which there are.

Each alert has a course of its own: `burning` has those of pages and tickets, `measurement` those of
the budget, of missing data and of wrong counting.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from compiler.lower.slo.trial.burning import burning, few_events, quiet
from compiler.lower.slo.trial.measurement import exceeding, held, missing, spending
from compiler.lower.slo.trial.players import Counters, Level
from compiler.lower.slo.trial.source import Unplayable, excess_of, source_of
from compiler.lower.slo.trial.trial import Trial

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from compiler.lower.alert_test import AlertTest
    from compiler.lower.slo.plan import SloAlert, SloPlan, Stratum
    from compiler.lower.slo.trial.players import Source
    from compiler.model.metrics import Metric


_OF_NOTHING: Final = re.compile(r"\b(?:vector|absent\w*|hour|minute|month|year|day\w*)\s*\(")
"""Functions that have a value while there are no series."""


def trials_of(
    slo: SloPlan, metrics: Mapping[str, Metric], others: Mapping[str, SloPlan]
) -> Iterator[AlertTest]:
    """Given an SLO, the service's catalogue and its SLOs by name, yield its tests.

    Where what it measures cannot be played, only what is recorded of its budget is tried, if that
    can be given.
    """
    played = played_of(slo, metrics, others)
    if not isinstance(played, Unplayable):
        bases = [each.base_seconds for each in _with_parts(slo, others)]
        for stratum, values, source in played:
            trial = Trial(slo, stratum, values, source, min(bases), max(bases))
            for alert in slo.alerts:
                yield from _tests(trial, alert)
    for alert in slo.alerts:
        if alert.kind == "budget" and can_give_budget(slo, others):
            for stratum in slo.strata:
                yield held(slo, _values(stratum, slo, metrics), alert)


def played_of(
    slo: SloPlan, metrics: Mapping[str, Metric], others: Mapping[str, SloPlan]
) -> list[tuple[Stratum, Mapping[str, str], Source]] | Unplayable:
    """Given what `trials_of` is given, return the strata, their labels and what to play for them.

    Or return why one of them cannot be played.
    """
    found: list[tuple[Stratum, Mapping[str, str], Source]] = []
    for stratum in slo.strata:
        values = _values(stratum, slo, metrics)
        source = source_of(slo, metrics, values, others)
        if isinstance(source, Unplayable):
            return source
        found.append((stratum, values, source))
    return found


def can_give_budget(slo: SloPlan, others: Mapping[str, SloPlan]) -> bool:
    """Given an SLO and those of the service, return whether a test can say what is left.

    It cannot where that is recorded even while there are no series.
    """
    return not any(_OF_NOTHING.search(each.sli.total) for each in _with_parts(slo, others))


def _with_parts(slo: SloPlan, others: Mapping[str, SloPlan]) -> list[SloPlan]:
    """Return an SLO and what it is made of."""
    composite = slo.entry.composite
    parts = (composite.worst_of or tuple(composite.weighted or ())) if composite else ()
    return [slo, *(others[name] for name in parts)]


def _values(stratum: Stratum, slo: SloPlan, metrics: Mapping[str, Metric]) -> dict[str, str]:
    """Return values of the labels of `by`: those that the catalogue knows, where it does."""
    if stratum.value is not None:
        return {slo.by[0]: stratum.value}
    taken = {each.value for each in slo.strata}
    declared = {
        label: [value for value in values if value not in taken]
        for entry in metrics.values()
        for label, values in entry.labels.items()
        if isinstance(values, tuple)
    }
    return {label: next(iter(declared.get(label, ())), f"any-{label}") for label in slo.by}


def _tests(trial: Trial, alert: SloAlert) -> Iterator[AlertTest]:
    if alert.kind in ("page", "ticket"):
        for branch in alert.branches:
            yield from burning(trial, alert, branch)
        if isinstance(trial.source, Counters):
            yield quiet(trial, alert, trial.source)
            for branch in alert.branches:
                yield from few_events(trial, alert, branch, trial.source)
    elif alert.kind == "budget":
        yield from spending(trial, alert)
    elif trial.stratum != trial.slo.strata[0]:
        return
    elif alert.kind == "no_data":
        yield missing(trial, alert)
    elif alert.kind == "guard":
        source = excess_of(trial.source)
        if isinstance(source, Counters | Level):
            yield exceeding(replace(trial, source=source), alert, is_good=source.is_good)
