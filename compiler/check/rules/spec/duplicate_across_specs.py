"""A name that two files of one compilation give to different things.

## What it does
Compares the files that compile together: services, teams, scrape jobs, host groups, alerts,
maintenance windows, and the sections `stack` and `routing`, which one file may say.

## Why is this bad
Both become one file for Prometheus or Alertmanager, where one name stands for one thing: one of the
two would be lost, and which one would depend on the order of the files.

## Example
```yaml
# platform.yaml
opsc: 1
teams:
  operations: {title: Operations}
---
# tabular.yaml
opsc: 1
service: {name: tabular, title: Tabular, owner: operations}
teams:
  operations: {title: Operations of Tabular}
```

## Use instead
```yaml
# platform.yaml
opsc: 1
teams:
  operations: {title: Operations}
---
# tabular.yaml
opsc: 1
service: {name: tabular, title: Tabular, owner: operations}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.check.rule import Rule, View
from compiler.check.walk import at, entries
from compiler.source.fault import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.model.site import Member
    from compiler.source.fault import Fault
    from compiler.source.tree import Path

RULE = Rule(id="spec/duplicate-across-specs")

_SECTIONS = {"stack": "the stack", "routing": "the routing"}
_ENTRIES = {
    ("teams", "*"): "team",
    ("hosts", "*"): "host group",
    ("scrape", "*"): "scrape job",
    ("alerts", "*"): "alert",
    ("maintenance", "windows", "*"): "maintenance window",
}


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each name of the member that an earlier file has given already."""
    earlier = [each for each in view.site.members if each.document < view.member.document]
    if not earlier:
        return
    for path, noun in _declared(view.member):
        first = next((each for each in earlier if _has(each, path, view.member)), None)
        if first is not None:
            place = Place(path if path != ("service",) else ("service", "name"), "key")
            other = Place(place.path, "key", None, first.document)
            yield RULE.fault(
                place,
                f"another file says {noun} too",
                label="said again here",
                help="keep one of them, or give them different names",
                related=((other, "said first here"),),
            )


def _declared(member: Member) -> Iterator[tuple[Path, str]]:
    """Yield what the member gives a name to, with what people call it."""
    for section, noun in _SECTIONS.items():
        if section in member.root:
            yield (section,), noun
    if member.spec.service is not None:
        yield ("service",), f"the service `{member.spec.service.name}`"
    for pattern, noun in _ENTRIES.items():
        for path, _node in entries(member.root, pattern):
            yield path, f"the {noun} `{path[-1]}`"


def _has(other: Member, path: Path, member: Member) -> bool:
    """Whether another member says the same; a service's maintenance windows are its own."""
    if path == ("service",):
        return bool(at(other.root, ("service", "name")) == at(member.root, ("service", "name")))
    is_own = path[0] == "maintenance" and (other.spec.service or member.spec.service)
    return at(other.root, path) is not None and not is_own
