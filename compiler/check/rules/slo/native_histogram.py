"""A native histogram that the target cannot take a share of.

## What it does
Looks for `latency.native` with a version of Prometheus before 3.

## Why is this bad
Before 3.0 native histograms are an experiment behind a flag, their fractions are wrong for some
buckets, and what is scraped as classic has no native series at all.

## Example
```yaml
slos:
  latency:
    objective: 95%
    latency: {of: shop_request_duration_seconds, under: 1s, native: true}
    impact: Customers see errors
```

## Use instead
```yaml
stack: {prometheus: {version: "3.0"}}
slos:
  latency:
    objective: 95%
    latency: {of: shop_request_duration_seconds, under: 1s, native: true}
    impact: Customers see errors
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compiler.check.rule import Rule, View
from compiler.promql.functions import release_of
from compiler.source.fault import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="slo/native-histogram")

FIRST: Final = (3, 0)
"""The first version that has them for good."""


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each native histogram of the member that is too new for the target."""
    version = view.site.version_of("prometheus")
    if version is None or release_of(version) >= FIRST:
        return
    for name, slo in view.member.spec.slos.items():
        if slo.latency is not None and slo.latency.native:
            yield RULE.fault(
                Place(("slos", name, "latency", "native")),
                f"Prometheus {version} has no native histograms to rely on",
                help="take the boundary of a bucket, and no `native`; or run Prometheus 3",
            )
