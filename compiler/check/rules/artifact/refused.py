"""An artifact that the tool it is made for refuses.

## What it does
With `opsc compile --verify`, asks promtool, amtool and systemd-analyze about what was written, and
kubectl where it is installed, and shows their answers at the line of the spec that the artifact's
line comes from.

## Why is this bad
The server would refuse the file too, at the reload, in production.

## Example
```text
error[artifact/refused]: promtool refuses `prometheus/prometheus.yml`
```

When the spec is right, this is a fault of opsc, since what a tool would refuse is to be found by a
check of its own.
"""

from __future__ import annotations

from compiler.check.rule import Rule

RULE = Rule(id="artifact/refused")
