"""A threshold that is no value of what it is compared with.

## What it does
Compares how a threshold is written with the `unit` of the signal or of the alert: a `ratio` with
`80%`, `seconds` with `500ms`, `bytes` with `10GiB`, everything else with a plain number.

## Why is this bad
The comparison would be made, with the wrong number: 80 where 0.8 is meant never fires.

## Example
```yaml
signals:
  memory: {query: process_resident_memory_bytes, unit: bytes}
alerts:
  HighErrorRate:
    group: main
    for: 5m
    severity: warning
    summary: Errors on {{ $labels.instance }}
    impact: Users see errors
    dashboard: /d/tabular
    signal: memory
    above: 80%
```

## Use instead
```yaml
signals:
  memory: {query: process_resident_memory_bytes, unit: bytes}
alerts:
  HighErrorRate:
    group: main
    for: 5m
    severity: warning
    summary: Errors on {{ $labels.instance }}
    impact: Users see errors
    dashboard: /d/tabular
    signal: memory
    above: 8GiB
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.check.rule import Rule, View
from compiler.lower.alerts import OPERATORS
from compiler.model.threshold import threshold_problem
from compiler.source.fault import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="alert/bad-threshold")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each threshold of the member that does not fit the value's unit."""
    for name, alert in view.member.spec.alerts.items():
        unit, place = alert.unit, Place(("alerts", name, "unit"))
        if alert.signal is not None:
            signal = view.member.spec.signals.get(alert.signal)
            if signal is None:
                continue
            unit, place = signal.unit, Place(("signals", alert.signal, "unit"))
        key = next(key for key in OPERATORS if getattr(alert, key) is not None)
        quantity = getattr(alert, key)
        problem = threshold_problem(quantity, unit)
        if problem is not None:
            yield RULE.fault(
                Place(("alerts", name, key)),
                f"`{quantity.text}` cannot be compared with a value in `{unit}`",
                help=problem,
                related=((place, "the unit of the value"),),
            )
