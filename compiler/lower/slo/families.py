"""Families of SLOs: those that one group of rules counts, one after the other.

SLOs with one total are a family, so that it is counted once, and a composite is one with its parts,
so that it sees what they have just recorded: groups are evaluated in no particular order.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from compiler.lower.slo.plan import SloPlan


def with_families(slos: Sequence[SloPlan]) -> Iterator[SloPlan]:
    """Given the SLOs of one service, yield them with their families and what these agree on.

    A family is named for its first SLO; its rules are evaluated as often as any of them wants.
    """
    heads = _heads(slos)
    intervals: dict[str, tuple[float, float]] = {}
    for slo in slos:
        said = (slo.interval_seconds, slo.budget_interval_seconds)
        known = intervals.get(heads[slo.name], said)
        intervals[heads[slo.name]] = (min(said[0], known[0]), min(said[1], known[1]))
    for slo in slos:
        head = heads[slo.name]
        interval, budget = intervals[head]
        if (head, interval, budget) == (
            slo.family,
            slo.interval_seconds,
            slo.budget_interval_seconds,
        ):
            yield slo
        else:
            yield replace(
                slo, family=head, interval_seconds=interval, budget_interval_seconds=budget
            )


def families_of(slos: Iterable[SloPlan]) -> Iterator[tuple[str, list[SloPlan]]]:
    """Given SLOs, yield each family: the name of its files, and its members.

    A family has files of its own, so that what tests it does not evaluate the rules of all others.
    """
    families: dict[tuple[str, str], list[SloPlan]] = {}
    for slo in slos:
        families.setdefault((slo.service, slo.family), []).append(slo)
    for (service, head), members in families.items():
        yield f"{service}.slos.{head}", members


def in_order(family: Sequence[SloPlan]) -> list[SloPlan]:
    """Given a family, return its SLOs, composites behind what they are made of."""
    return sorted(family, key=lambda slo: slo.entry.composite is not None)


def _heads(slos: Sequence[SloPlan]) -> Mapping[str, str]:
    """Return the first SLO of the family of each SLO, by name."""
    place = {slo.name: number for number, slo in enumerate(slos)}
    heads = {slo.name: slo.name for slo in slos}

    def head_of(name: str) -> str:
        while heads[name] != name:
            name = heads[name]
        return name

    for slo in slos:
        for relative in _relatives(slo):
            if relative in heads:
                first, second = head_of(slo.name), head_of(relative)
                early, late = sorted((first, second), key=place.__getitem__)
                heads[late] = early
    return {name: head_of(name) for name in heads}


def _relatives(slo: SloPlan) -> Iterator[str]:
    """Yield the SLOs whose records an SLO reads."""
    if slo.total_of is not None:
        yield slo.total_of
    composite = slo.entry.composite
    if composite is not None:
        yield from composite.worst_of or ()
        yield from composite.weighted or ()
