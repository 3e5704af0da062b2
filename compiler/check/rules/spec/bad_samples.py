"""Samples of a test's series that promtool does not read.

## What it does
Reads the samples of `alerts.<name>.tests.<name>.series` in promtool's notation, step by step:
numbers, `_` where there is no sample, `stale` where the series ends, and repetitions. `0+10x60` is
0, 10, … 600: the first sample and sixty more. `1x10` is eleven samples of 1, `_x5` five gaps.

## Why is this bad
promtool refuses the whole file of tests for one step, and with it the tests of all other alerts.

## Example
```yaml
alert_groups: {system: {}}
alerts:
  LinkDown:
    group: system
    value: node_network_up
    equals: 0
    for: 5m
    severity: critical
    summary: A link is down
    tests:
      a-link-goes-down:
        series: {'node_network_up{device="eth0"}': "1 x 10 0 x 20"}
        fires: [{at: 16m, labels: {device: eth0}}]
```

## Use instead
```yaml
alert_groups: {system: {}}
alerts:
  LinkDown:
    group: system
    value: node_network_up
    equals: 0
    for: 5m
    severity: critical
    summary: A link is down
    tests:
      a-link-goes-down:
        series: {'node_network_up{device="eth0"}': 1x10 0x20}
        fires: [{at: 16m, labels: {device: eth0}}]
```
"""

from __future__ import annotations

from compiler.check.rule import Rule

RULE = Rule(id="spec/bad-samples")
