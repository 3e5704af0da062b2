"""A burn rate that no error rate reaches.

## What it does
Multiplies the burn rate of each pair of windows with the error budget, the default pairs too. From
1 on, more than all events would have to be bad.

## Why is this bad
The alert reads as if it watched the promise, and is silent while everything fails.

## Example
```yaml
slos:
  availability:
    objective: 83%
    events: {total: shop_requests_total, bad: {status: {matches: "5.."}}}
    impact: Customers see errors
```

## Use instead
```yaml
slos:
  availability:
    objective: 83%
    events: {total: shop_requests_total, bad: {status: {matches: "5.."}}}
    alerts:
      page:
        windows:
          quick: {short: 5m, long: 1h, factor: 5}
          slow: {short: 30m, long: 6h, factor: 3}
    impact: Customers see errors
```
"""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal
from typing import TYPE_CHECKING

from compiler.check.measures import branches, is_written
from compiler.check.rule import Rule, View
from compiler.lower.alerts import number
from compiler.lower.slo.words import percent
from compiler.source.fault import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.lower.slo.burn import Branch
    from compiler.model.slos import Slo
    from compiler.source.fault import Fault
    from compiler.source.tree import Path

RULE = Rule(id="slo/dead-branch")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each pair of windows of the member that cannot fire."""
    # Thousands of SLOs say the same of their alerts.
    alive: set[tuple[Decimal, float, int]] = set()
    for name, slo in view.member.spec.slos.items():
        said: tuple[tuple[str | None, Decimal], ...] = (
            (None, slo.objective_ratio),
            *slo.objectives.items(),
        )
        value, objective = min(said, key=lambda each: each[1])
        budget = 1 - objective
        policy = (budget, slo.window_seconds, id(slo.alerts))
        if not 0 < budget < 1 or policy in alive:
            continue
        dead = [each for each in branches(name, slo) if each[2].threshold(budget) >= 1]
        for kind, path, branch in dead:
            yield _fault(slo, path, kind, branch, objective, value)
        if not dead:
            alive.add(policy)


def _fault(
    slo: Slo, path: Path, kind: str, branch: Branch, objective: Decimal, value: str | None
) -> Fault:
    most = _below(Decimal(1) / (1 - objective))
    is_own = is_written(slo, kind)
    said = path[:2] + (("objective",) if value is None else ("objectives", value))
    shown = f"{percent(objective)} leaves {percent(1 - objective)} to be bad"
    return RULE.fault(
        Place(path if is_own else said, "key" if is_own else "value"),
        f"the {kind} cannot fire at a burn rate of {number(branch.factor)}",
        label=f"`{branch.name}` wants {percent(branch.threshold(1 - objective))} of events bad",
        help=(
            f"write a factor of {number(most)} or less, or a smaller share in `spends`"
            if is_own
            else f"write `alerts.{kind}.windows` with factors of {number(most)} or less,"
            f" or an objective above {percent(_above(1 - 1 / branch.factor))}"
        ),
        related=((Place(said), shown),) if is_own else (),
    )


def _below(limit: Decimal) -> Decimal:
    """Return a round number below a limit that is above one."""
    step = Decimal("0.1") if limit > 2 else Decimal("0.01")
    return (limit / step).to_integral_value(ROUND_CEILING) * step - step


def _above(limit: Decimal) -> Decimal:
    """Return the next round per mille at or above a limit."""
    return limit.quantize(Decimal("0.001"), ROUND_CEILING)
