"""Something that the target version of Prometheus cannot do.

## What it does
Compares what alerts, groups and scrape jobs ask for with the version in `stack.prometheus.version`
(2.42 when none is given): `keep_firing_for`, `query_offset`, kinds of discovery, relabelling.

## Why is this bad
Prometheus refuses a file with a key that it does not know, all of it.

## Example
```yaml
alert_groups:
  main: {every: 30s, query_offset: 1m}
```

## Use instead
```yaml
stack:
  prometheus: {version: "3.1"}
alert_groups:
  main: {every: 30s, query_offset: 1m}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compiler.check.rule import Rule, View
from compiler.check.walk import entries
from compiler.source.fault import Place
from compiler.targets.prometheus import FEATURES, supports

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from compiler.source.fault import Fault

RULE = Rule(id="stack/unsupported-feature")

KEYS: Final = (
    (("alerts", "*", "keep_firing_for"), "keep_firing_for"),
    (("alert_groups", "*", "query_offset"), "query_offset"),
    (("scrape", "*", "discovery", "http"), "http_discovery"),
)
"""Keys that ask for a feature."""

VALUES: Final[tuple[tuple[tuple[str, ...], Mapping[str, str]], ...]] = (
    (("scrape", "*", "discovery", "dns", "type"), {"MX": "dns_mx", "NS": "dns_ns"}),
    *(
        (
            ("scrape", "*", key, "*", "action"),
            {
                "lowercase": "relabel_case",
                "uppercase": "relabel_case",
                "keepequal": "relabel_equal",
                "dropequal": "relabel_equal",
            },
        )
        for key in ("relabel", "metric_relabel")
    ),
)
"""Values that ask for a feature."""


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each thing of the member that the version cannot do."""
    for pattern, feature in KEYS:
        for path, _node in entries(view.member.root, pattern):
            yield from _fault(view, Place(path, "key"), f"`{path[-1]}`", feature)
    for keys, features in VALUES:
        for path, value in entries(view.member.root, keys):
            if isinstance(value, str) and value in features:
                yield from _fault(view, Place(path), f"`{path[-1]}: {value}`", features[value])


def _fault(view: View, place: Place, what: str, feature: str) -> Iterator[Fault]:
    version = view.site.version_of("prometheus")
    if version is not None and not supports(version, feature):
        since = ".".join(str(part) for part in FEATURES[feature].since)
        yield RULE.fault(
            place,
            f"Prometheus {version} has no {what}",
            label=f"new in {since}",
            help=f"leave it out, or run {since} or newer and say so in `stack.prometheus.version`",
        )
