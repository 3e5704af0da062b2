"""Which alerts are mute while which others fire: a plan enters, names of alerts leave."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.lower.routing_tree import known_labels, passes
from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from compiler.lower.plan import AlertPlan, Inhibition, Plan


@frozen
class Muting(Frozen):
    """Other alerts, by name, and the labels that must be the same in both."""

    names: tuple[str, ...]
    equal: tuple[str, ...]


def muted_by(plan: Plan, alert: AlertPlan) -> tuple[Muting, ...]:
    """Given an alert, return those that mute it while they fire."""
    return _gathered((name, equal) for name, muted, equal in _pairs(plan) if muted == alert.name)


def mutes(plan: Plan, alert: AlertPlan) -> tuple[Muting, ...]:
    """Given an alert, return those that are mute while it fires."""
    return _gathered((muted, equal) for name, muted, equal in _pairs(plan) if name == alert.name)


def _pairs(plan: Plan) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Yield alerts that mute and are muted, with the labels that must be the same in both."""
    if plan.routing is None:
        return
    alerts = {
        alert.name: known_labels(plan, alert) for group in plan.groups for alert in group.alerts
    }
    for entry in plan.routing.inhibitions:
        sources = [name for name, labels in alerts.items() if passes(entry.source, labels)]
        targets = [name for name, labels in alerts.items() if passes(entry.target, labels)]
        for name in sources:
            for muted in targets:
                equal = _equal(entry, alerts[name], alerts[muted])
                if name != muted and equal is not None:
                    yield name, muted, equal


def _equal(
    entry: Inhibition, one: Mapping[str, str], other: Mapping[str, str]
) -> tuple[str, ...] | None:
    """Return the labels on which it depends whether two alerts meet, or None when they never do."""
    known = [label for label in entry.equal if label in one and label in other]
    if any(one[label] != other[label] for label in known):
        return None
    return tuple(label for label in entry.equal if label not in known)


def _gathered(found: Iterator[tuple[str, tuple[str, ...]]]) -> tuple[Muting, ...]:
    """Return alerts together whose labels to compare are the same."""
    names: dict[tuple[str, ...], dict[str, None]] = {}
    for name, equal in found:
        names.setdefault(equal, {})[name] = None
    return tuple(Muting(names=tuple(listed), equal=equal) for equal, listed in names.items())
