"""A time zone that is none.

## What it does
Looks up every `time_zone` of a spec in the IANA database of the machine that compiles.

## Why is this bad
Nobody can say when `daily at 02:00` is in a zone that does not exist. The job would have no timer.

## Example
```yaml
jobs:
  probe:
    run: command
    with: {argv: [/usr/local/bin/probe]}
    schedule: daily at 04:00
    time_zone: Europe/Atlantis
    timeout: 30s
```

## Use instead
```yaml
jobs:
  probe:
    run: command
    with: {argv: [/usr/local/bin/probe]}
    schedule: daily at 04:00
    time_zone: Europe/Athens
    timeout: 30s
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.check.rule import Rule, View
from compiler.source.fault import Place
from runtime.schedule import zone_fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault
    from compiler.source.tree import Path

RULE = Rule(id="schedule/unknown-zone")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each time zone of the member that is not in the database."""
    for path, zone in _zones(view):
        unknown = zone_fault(zone)
        if unknown is not None:
            yield RULE.fault(Place((*path, "time_zone")), unknown.message, help=unknown.help)


def _zones(view: View) -> Iterator[tuple[Path, str]]:
    """Yield the paths of what has a time zone, with the zone."""
    spec = view.member.spec
    for name, team in spec.teams.items():
        if team.oncall is not None:
            yield ("teams", name, "oncall"), team.oncall.time_zone
    for name, group in spec.hosts.items():
        yield ("hosts", name), group.time_zone
    for name, job in spec.jobs.items():
        yield ("jobs", name), job.time_zone
    if spec.maintenance is not None:
        for name, window in spec.maintenance.windows.items():
            yield ("maintenance", "windows", name), window.time_zone
