"""A variable that cannot be chosen from as it says.

## What it does
Looks for variables without values, with a `default` that is none of them, called as one that is
always there (`datasource`), and for an `interval` whose values are no durations.

## Why is this bad
Grafana shows an empty choice, or one that is made of something else, and all panels with it are
empty.

## Example
```yaml
dashboards:
  system:
    variables:
      quantile: {values: ["0.5", "0.99"], default: "0.95"}
    rows:
      now:
        level: summary
        panels:
          age:
            queries: {age: 'quantile($quantile, time() - process_start_time_seconds)'}
            unit: seconds
```

## Use instead
```yaml
dashboards:
  system:
    variables:
      quantile: {values: ["0.5", "0.95", "0.99"], default: "0.95"}
    rows:
      now:
        level: summary
        panels:
          age:
            queries: {age: 'quantile($quantile, time() - process_start_time_seconds)'}
            unit: seconds
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.check.rule import Rule, View
from compiler.lower.dashboards.lower import INTERVAL
from compiler.source.fault import Place
from compiler.source.suggest import nearest
from runtime.contract.units import parse_duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.model.dashboards import Variable
    from compiler.source.fault import Fault
    from compiler.source.tree import Path

RULE = Rule(id="panel/bad-variable")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each variable of the member that cannot be chosen from."""
    for name, dashboard in view.member.spec.dashboards.items():
        for key, variable in dashboard.variables.items():
            yield from _faults(("dashboards", name, "variables", key), key, variable)


def _faults(path: Path, name: str, variable: Variable) -> Iterator[Fault]:
    if name == "datasource":
        yield RULE.fault(
            Place(path, "key"),
            "`datasource` is there already",
            label="it chooses the Prometheus that is asked",
            help="call the variable otherwise",
        )
    if name == INTERVAL.name and variable.label is not None:
        yield RULE.fault(
            Place((*path, "label")),
            "`interval` chooses a duration, and this is a label",
            help="write `values`, such as `[1m, 5m, 15m, 1h]`, or call the variable otherwise",
        )
    if variable.values is None:
        return
    if not variable.values:
        yield RULE.fault(
            Place((*path, "values")), f"`{name}` has no value to choose", help="add some"
        )
    for index, value in enumerate(variable.values):
        if name == INTERVAL.name and not parse_duration(value):
            yield RULE.fault(
                Place((*path, "values", index)),
                f"`{value}` is no duration",
                help="write a number with its unit, such as `5m`",
            )
    if variable.values and variable.default is not None and variable.default not in variable.values:
        close = nearest(variable.default, variable.values)
        yield RULE.fault(
            Place((*path, "default")),
            f"`{variable.default}` is none of the values of `{name}`",
            label=f"did you mean `{close}`?" if close else "",
            help="add it to `values`, or choose one of them",
        )
