"""A template of an alert that cannot be read, or that reads what is not there.

## What it does
Reads `summary`, `description`, `impact` and `labels` as Prometheus does: actions that are closed,
functions and variables that exist, and labels that the expression does not surely drop.

## Why is this bad
Prometheus refuses a rule file with a template that it cannot parse. A label that the expression
drops is replaced by nothing: `Errors on <no value>`.

## Example
```yaml
alerts:
  HighErrorRate:
    group: main
    value: sum by (job) (rate(tabular_errors_total[5m]))
    above: 5
    for: 5m
    severity: warning
    summary: Errors on {{ $labels.instance }}
    impact: Users see errors
    dashboard: /d/tabular
```

## Use instead
```yaml
alerts:
  HighErrorRate:
    group: main
    value: sum by (instance) (rate(tabular_errors_total[5m]))
    above: 5
    for: 5m
    severity: warning
    summary: Errors on {{ $labels.instance }}
    impact: Users see errors
    dashboard: /d/tabular
```

## References
https://prometheus.io/docs/prometheus/latest/configuration/template_reference/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.check.rule import Rule, View
from compiler.promql.template import read
from compiler.source.fault import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.model.alerts import Alert
    from compiler.promql.labels import Labels
    from compiler.source.fault import Fault
    from compiler.source.tree import Path

RULE = Rule(id="alert/template")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each thing that is wrong with a template of the member."""
    for name, alert in view.member.spec.alerts.items():
        left: Labels | None = None
        for key, text in _templates(alert):
            path = ("alerts", name, *key)
            template = read(text)
            for fault in template.faults:
                yield RULE.fault(
                    Place(path, "value", (fault.start, fault.end)),
                    fault.headline,
                    label=fault.label,
                    help=fault.help,
                )
            for use in template.labels:
                if left is None:
                    left, place = _labels(view, name, alert)
                if not left.has(use.label):
                    yield RULE.fault(
                        Place(path, "value", (use.start, use.end)),
                        f"the expression drops the label `{use.label}`",
                        label="always empty here",
                        help=_left(left),
                        related=((Place(place), "the expression"),),
                    )


def _templates(alert: Alert) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield the keys below the alert that hold templates, with their texts."""
    for key in ("summary", "description", "impact"):
        text = getattr(alert, key)
        if text is not None:
            yield (key,), text
    for label, text in alert.labels.items():
        yield ("labels", label), text


def _labels(view: View, name: str, alert: Alert) -> tuple[Labels, Path]:
    """Return the labels that an alert's expression can have, and where it stands."""
    from compiler.promql.labels import ANY, labels_of
    from compiler.promql.parse import parse
    from compiler.promql.tree import Query

    path: Path = ("alerts", name, "value")
    text = alert.value
    if alert.signal is not None:
        signal = view.member.spec.signals.get(alert.signal)
        path = ("signals", alert.signal, "query")
        text = None if signal is None else signal.query
    query = None if text is None else parse(text)
    return (labels_of(query.tree) if isinstance(query, Query) else ANY), path


def _left(labels: Labels) -> str:
    from compiler.promql.labels import Known

    if not isinstance(labels, Known):
        return "keep it in the expression, or take it out of the text"
    listed = ", ".join(f"`{label}`" for label in sorted(labels.labels))
    if not listed:
        return "the expression leaves no labels; keep it with `by (…)`, or take it out of the text"
    return f"the expression leaves {listed}; keep it with `by (…)`, or take it out of the text"
