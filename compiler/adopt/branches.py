"""Burn rates that an objective makes unreachable: they never fire, and a spec does not have them.

Sloth writes them all the same. What is left out here changes nothing that anybody would hear of.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from compiler.adopt.promise import plain
from compiler.adopt.refusal import left_out
from compiler.lower.slo.burn import default_branches
from runtime.contract.units import format_duration, parse_duration

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from compiler.source.fault import Fault
    from compiler.source.tree import Path


def is_reachable(factor: Decimal, objective: Decimal) -> bool:
    """Given a burn rate and an objective in per cent, whether some share of bad events burns so."""
    return factor * (100 - objective) < 100


def reachable(
    alerts: dict[str, Any], objective: Decimal, window: str, path: Path
) -> tuple[dict[str, Any], list[Fault]]:
    """Given the section `alerts` of an SLO, its objective in per cent, and where that stands.

    Return the section without default branches that cannot fire, and a warning for each alert.
    """
    kept, faults = dict(alerts), []
    kinds: tuple[Literal["page", "ticket"], ...] = ("page", "ticket")
    for kind in kinds:
        said = alerts.get(kind, {})
        if said.get("disabled"):
            continue
        branches = default_branches(kind, parse_duration(window) or 0)
        alive = [each for each in branches if is_reachable(each.factor, objective)]
        if len(alive) == len(branches):
            continue
        dead = " or ".join(plain(each.factor) for each in branches if each not in alive)
        kept[kind] = {**said, "windows": dict(_written(alive))} if alive else {"disabled": True}
        at = f" at a burn rate of {dead}" if alive else ""
        faults.append(
            left_out(
                path,
                f"the {kind} could never fire{at}, which is left out",
                "with this objective more than all events would have to be bad; windows of its own,"
                f" below `alerts.{kind}`, would mend it in the spec",
            )
        )
    return kept, faults


def _written(branches: list[Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for each in branches:
        yield (
            each.name,
            {
                "short": format_duration(each.short_seconds),
                "long": format_duration(each.long_seconds),
                "factor": Decimal(plain(each.factor)),
            },
        )
