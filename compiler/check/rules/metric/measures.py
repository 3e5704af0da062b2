"""Something that a metric cannot measure.

## What it does
Holds `measures` against the metric's type, unit and labels, and `activity` against `measures`:
what is counted needs a counter, what is timed a histogram or a summary in seconds, what is under
way a gauge; `runs` have an activity; the values of an `outcome` say success and failure.

## Why is this bad
The compiled instrumentation would have nothing to write into the metric, or into its label.

## Example
```yaml
metrics:
  tabular_generations_total:
    counter: Data generations that ended
    measures: runs
    activity: generation
    labels: {outcome: [good, bad]}
```

## Use instead
```yaml
metrics:
  tabular_generations_total:
    counter: Data generations that ended
    measures: runs
    activity: generation
    labels: {outcome: [success, failure]}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compiler.check.rule import Rule, View
from compiler.source.fault import Place
from compiler.targets.instrumentation import (
    CANCELLED,
    FAILURE,
    MEASURED_BY,
    ROLES,
    SUCCESS,
    filled_labels,
    outcomes,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.model.metrics import Metric
    from compiler.source.fault import Fault

RULE = Rule(id="metric/measures")

LATER: Final = {
    "http_requests_active": frozenset((*ROLES["endpoint"], *ROLES["status"])),
    "runs_active": frozenset(("outcome", "result")),
}
"""Labels that nobody can tell while it is still under way."""


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each metric of the member that cannot measure what it says."""
    for name, metric in view.member.spec.metrics.items():
        path = ("metrics", name)
        if metric.activity is not None and not _is_of_runs(metric):
            yield RULE.fault(
                Place((*path, "activity"), "key"),
                "only runs are those of an activity",
                help="add `measures: runs`, `run_duration` or `runs_active`",
            )
        if metric.measures is not None:
            yield from _faults(path, metric)


def _is_of_runs(metric: Metric) -> bool:
    return metric.measures in ("runs", "run_duration", "runs_active")


def _faults(path: tuple[str, str], metric: Metric) -> Iterator[Fault]:
    measures = str(metric.measures)
    place = Place((*path, "measures"))
    if metric.type not in MEASURED_BY[measures]:
        kinds = " or a ".join(MEASURED_BY[measures])
        yield RULE.fault(
            place, f"a {metric.type} does not measure `{measures}`", help=f"declare a {kinds}"
        )
    if _is_of_runs(metric) and metric.activity is None:
        yield RULE.fault(
            place, f"`{measures}` of what?", help="name what runs: `activity: generation`"
        )
    if metric.produced_by is not None:
        yield RULE.fault(
            place,
            "something else writes this metric",
            label="not the compiled instrumentation",
            help="remove `measures`, or `produced_by`",
            related=((Place((*path, "produced_by"), "key"), "said here"),),
        )
    if measures.endswith("_duration") and metric.unit not in (None, "seconds"):
        yield RULE.fault(
            Place((*path, "unit")),
            f"a duration is measured in seconds, not in `{metric.unit}`",
            help="write `unit: seconds`",
        )
    yield from _label_faults(path, metric)


def _label_faults(path: tuple[str, str], metric: Metric) -> Iterator[Fault]:
    for label in metric.labels:
        if label in LATER.get(str(metric.measures), ()):
            yield RULE.fault(
                Place((*path, "labels", label), "key"),
                f"`{label}` is not known while it is under way",
                help="leave the label out of what is counted as active",
            )
    outcome = filled_labels(metric).get("outcome")
    if outcome is not None and outcomes(metric) is None:
        yield RULE.fault(
            Place((*path, "labels", outcome)),
            f"the values of `{outcome}` do not say how a run ended",
            help=(
                f"declare one of {_listed(SUCCESS)}, one of {_listed(FAILURE)} and, if need be, "
                f"one of {_listed(CANCELLED)}"
            ),
        )


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(f"`{word}`" for word in words)
