"""An SLO with an alert that nothing tries.

## What it does
Asks whether tests can be made of each alert of an SLO: from what the SLO measures, or from `tests:`
that it carries. Counters that are rated and summed, histograms, gauges and ages are played by
themselves, good and bad; a query that computes more than that is not. Steps of the error budget are
then tried on what is recorded of the budget, unless that is there without any series, as after
`or vector(0)`. A guard needs no test where counting cannot go wrong.

## Why is this bad
A page that was never seen to be sent is a guess. A query that is true when it should be false, or
that loses its labels, is found on the night on which nobody is called.

## Example
```yaml
slos:
  availability:
    objective: 99%
    ratio: {bad: shop_errors_ratio * shop_weight}
    impact: Customers see errors
```

## Use instead
```yaml
slos:
  availability:
    objective: 99%
    ratio: {bad: shop_errors_ratio * shop_weight}
    impact: Customers see errors
    alerts: {ticket: {disabled: true}}
    tests:
      all-fails:
        alert: page
        series: {shop_errors_ratio: 0x10 1x20, shop_weight: 1x31}
        silent: [10m]
        fires: [{at: 30m}]
      nothing-is-there:
        alert: no_data
        series: {shop_errors_ratio: 0x10 stale, shop_weight: 0x10 stale}
        silent: [10m]
        fires: [{at: 40m}]
      more-than-all:
        alert: guard
        series: {shop_errors_ratio: 1x90, shop_weight: 2x90}
        silent: [10m]
        fires: [{at: 90m}]
```

## References
https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compiler.check.rule import Rule, View
from compiler.finding import Severity
from compiler.source.fault import Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from compiler.source.fault import Fault

RULE = Rule(id="slo/untested", severity=Severity.WARNING)

_HELP: Final = "say under `tests:` which series make an alert fire, and which do not"
_NATIVE: Final = (
    "samples of native histograms cannot be written under `tests:`: allow this in a comment"
    " that says how the alerts were tried"
)


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each SLO of the member, and each reason why alerts of it have no test."""
    document = view.member.document
    slos = {slo.name: slo for slo in view.plan.slos if slo.origin.document == document}
    if not slos:
        return
    # What plays SLOs is loaded where there are some.
    from compiler.lower.slo.trial.obstacle import Obstacles

    obstacles = Obstacles(view.member.spec.metrics, slos)
    for name, slo in slos.items():
        obstacle = obstacles.of(slo)
        if obstacle.is_none:
            continue
        tried = {test.alert for test in slo.entry.tests.values()}
        untried: dict[str, list[str]] = {}
        for alert in slo.alerts:
            reason = obstacle.of(alert)
            if reason is not None and alert.key not in tried:
                untried.setdefault(reason, []).append(f"`{alert.key}`")
        is_native = slo.entry.latency is not None and slo.entry.latency.native
        for reason, keys in untried.items():
            yield RULE.fault(
                Place(("slos", name), "key"),
                f"no test can be made of {_listed(keys)} of the SLO `{name}`",
                label=reason,
                help=_NATIVE if is_native else _HELP,
            )


def _listed(keys: Sequence[str]) -> str:
    *most, last = keys
    return f"{', '.join(most)} and {last}" if most else last
