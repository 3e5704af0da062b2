"""A name that does not say what a metric is.

## What it does
Holds names against the conventions of Prometheus: snake case, without colons (those are for
recorded rules); counters end in `_total` and nothing else does; neither the metric's type nor the
suffixes of a histogram's series stand in it; units are base units (`_seconds`, `_bytes`), written
out, and the declared `unit` stands at the end. Labels are in snake case too, and not called `job`
or `instance`, which Prometheus says of each target.

## Why is this bad
Who reads a query must look up what it counts, and in what. A counter of the service's own without
`_total` is an error: prometheus_client exposes it with the suffix, and every query of its declared
name is empty.

## Example
```yaml
metrics:
  tabular_requestDuration_ms:
    histogram: Time to an answer
```

## Use instead
```yaml
metrics:
  tabular_request_duration_seconds:
    histogram: Time to an answer
    unit: seconds
```

## References
https://prometheus.io/docs/practices/naming/
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from compiler.check.rule import Rule, View
from compiler.finding import Severity
from compiler.source.fault import Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from compiler.model.metrics import Metric
    from compiler.source.fault import Fault

RULE = Rule(id="metric/name", severity=Severity.WARNING)

BASE_UNITS: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        ("milliseconds", "ms", "msec", "microseconds", "us", "nanoseconds", "ns", "minutes"),
        "seconds",
    ),
    **dict.fromkeys(("hours", "days", "weeks", "secs", "sec"), "seconds"),
    **dict.fromkeys(("kilobytes", "megabytes", "gigabytes", "terabytes", "kb", "mb"), "bytes"),
    **dict.fromkeys(("gb", "tb", "kib", "mib", "gib", "tib", "bits"), "bytes"),
    **dict.fromkeys(("percent", "percentage", "pct"), "ratio"),
}
"""Units that are not written in names, and what is."""
ENDINGS: Final[Mapping[str, str]] = {
    "seconds": "_seconds",
    "bytes": "_bytes",
    "timestamp": "_timestamp_seconds",
}
"""What a name ends in, but for `_total`, by the declared unit."""
TYPES: Final = ("counter", "gauge", "histogram", "summary")
SERIES: Final = ("_bucket", "_count", "_sum", "_created")
TARGETS: Final = ("job", "instance")
_SNAKE: Final = re.compile(r"[a-z_][a-z0-9_]*")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each convention that a metric of the member breaks."""
    for name, metric in view.member.spec.metrics.items():
        for headline, help_line in _problems(name, metric):
            yield RULE.fault(Place(("metrics", name), "key"), headline, help=help_line)
        if metric.type == "counter" and not name.endswith("_total"):
            is_own = metric.produced_by is None
            yield RULE.fault(
                Place(("metrics", name), "key"),
                f"the counter `{name}` does not end in `_total`",
                help=f"call it `{name}_total`",
                severity=Severity.ERROR if is_own else None,
            )
        for label in metric.labels:
            yield from _label_faults(name, label)


def _problems(name: str, metric: Metric) -> Iterator[tuple[str, str]]:
    """Yield a headline and a way out for each convention that a name breaks."""
    if ":" in name:
        yield f"`{name}` has a colon", "colons are for the names of recorded rules"
    elif not _SNAKE.fullmatch(name):
        yield f"`{name}` is not in snake case", f"call it `{_snake(name)}`"
    if metric.type != "counter" and name.endswith("_total"):
        yield f"a {metric.type} does not end in `_total`", "that ending is a counter's"
    suffix = next((each for each in SERIES if name.endswith(each)), None)
    if suffix is not None:
        yield f"`{suffix}` is the ending of a series that libraries write", "call it otherwise"
    words = _snake(name.removesuffix("_total")).split("_")
    for word in dict.fromkeys(words):
        if word in TYPES:
            yield f"`{name}` says its type", f"leave `{word}` out of the name"
    ending = ENDINGS.get(metric.unit or "", "")
    if words[-1] in BASE_UNITS:
        base = BASE_UNITS[words[-1]]
        yield f"`{words[-1]}` is no base unit", f"measure in {base}, and end the name in `_{base}`"
    elif not name.removesuffix("_total").endswith(ending):
        yield (
            f"`{name}` does not say that it is in `{metric.unit}`",
            f"end the name in `{ending}`",
        )


def _label_faults(name: str, label: str) -> Iterator[Fault]:
    place = Place(("metrics", name, "labels", label), "key")
    if label in TARGETS:
        yield RULE.fault(
            place,
            f"Prometheus says the `{label}` of every target",
            label="would arrive as `exported_…`",
            help="give the label another name",
        )
    elif not _SNAKE.fullmatch(label):
        yield RULE.fault(
            place, f"the label `{label}` is not in snake case", help=f"call it `{_snake(label)}`"
        )


def _snake(name: str) -> str:
    """Given a name, return it in snake case."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
