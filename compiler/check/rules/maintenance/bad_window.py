"""A maintenance window that cannot be said as times of a day.

## What it does
Asks of every window whether Alertmanager can hold it as time intervals: a schedule with one opening
a day, in UTC, whole minutes, a day at most.

## Why is this bad
Alertmanager mutes by minutes of days. A window that is not made of them would mute too much or too
little, and both are noticed too late.

## Example
```yaml
maintenance:
  windows:
    upgrades: {schedule: every 6h, lasts: 30m}
```

## Use instead
```yaml
maintenance:
  windows:
    upgrades: {schedule: weekly on sun at 02:00, lasts: 2h}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.check.rule import Rule, View
from compiler.lower.windows import problem
from compiler.source.fault import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="maintenance/bad-window")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each window of the member that has no form as times of a day."""
    maintenance = view.member.spec.maintenance
    if maintenance is None:
        return
    for name, window in maintenance.windows.items():
        found = problem(window)
        if found is not None:
            key, why = found
            yield RULE.fault(
                Place(("maintenance", "windows", name, key)),
                f"the window `{name}` cannot be said to Alertmanager",
                label=why,
            )
