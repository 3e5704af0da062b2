"""A step of relabelling that says too little, or too much, for its action.

## What it does
Holds each step's keys against its action: `hashmod` needs a `modulus`, what writes a label needs a
`target_label`, and what only looks at names of labels takes nothing but a `regex`.

## Why is this bad
Prometheus refuses its whole configuration, and goes on with that of yesterday.

## Example
```yaml
opsc: 1
service: {name: shop, title: Shop, owner: operations}
teams:
  operations: {contact: {email: operations@example.org}}
scrape:
  api:
    targets: ["api1:8000"]
    exposes: metrics
    relabel: [{source_labels: [__address__], target_label: shard, action: hashmod}]
```

## Use instead
```yaml
opsc: 1
service: {name: shop, title: Shop, owner: operations}
teams:
  operations: {contact: {email: operations@example.org}}
scrape:
  api:
    targets: ["api1:8000"]
    exposes: metrics
    relabel: [{source_labels: [__address__], target_label: shard, action: hashmod, modulus: 4}]
```

## References
https://prometheus.io/docs/prometheus/latest/configuration/configuration/#relabel_config
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compiler.check.rule import Rule, View
from compiler.source.fault import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.model.scrape import Relabel
    from compiler.source.fault import Fault

RULE = Rule(id="scrape/relabel")

WRITING: Final = frozenset(
    ("replace", "hashmod", "lowercase", "uppercase", "keepequal", "dropequal")
)
"""Actions that need a `target_label`."""
BY_NAME: Final = frozenset(("labeldrop", "labelkeep"))
"""Actions that look at names of labels, by `regex` alone."""
COMPARING: Final = frozenset(("keepequal", "dropequal"))
"""Actions that compare two labels, without a pattern."""


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each step of relabelling that Prometheus would refuse."""
    for name, job in view.member.spec.scrape.items():
        for key, steps in (("relabel", job.relabel), ("metric_relabel", job.metric_relabel)):
            for index, step in enumerate(steps):
                said = _problem(step)
                if said is not None:
                    yield RULE.fault(Place(("scrape", name, key, index)), said[0], help=said[1])


def _problem(step: Relabel) -> tuple[str, str] | None:
    """Return what Prometheus would say against a step, and the way out; None when it is sound."""
    action = step.action
    if action in WRITING and step.target_label is None:
        return f"`{action}` writes or compares a label, and none is named", "add `target_label`"
    if action == "hashmod" and step.modulus is None:
        return "`hashmod` needs a divisor", "add `modulus`, the number of shards"
    if action in BY_NAME and (
        step.source_labels or step.target_label or step.modulus or step.replacement != "$1"
    ):
        return f"`{action}` looks at names of labels alone", "keep `regex` and `action`"
    if action in COMPARING and (step.regex != "(.*)" or step.replacement != "$1" or step.modulus):
        return f"`{action}` compares two labels", "keep `source_labels` and `target_label`"
    return None
