"""An entry that nothing names.

## What it does
Looks for receivers, teams, host groups, signals, alert groups, resources and classes of data that
are declared and named nowhere in the compilation.

## Why is this bad
Such an entry does nothing, though it reads as if it did: a class of data without a job is never
deleted, a receiver without a route is never told.

## Example
```yaml
signals:
  queue: {query: sum(tabular_queue_length), unit: count}
  memory: {query: sum(process_resident_memory_bytes), unit: bytes}
alerts:
  QueueLong:
    group: main
    signal: queue
    above: 100
    for: 10m
    severity: warning
    summary: The queue is long
    impact: Work waits
    dashboard: /d/queue
```

## Use instead
```yaml
signals:
  queue: {query: sum(tabular_queue_length), unit: count}
alerts:
  QueueLong:
    group: main
    signal: queue
    above: 100
    for: 10m
    severity: warning
    summary: The queue is long
    impact: Work waits
    dashboard: /d/queue
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compiler.check.references import (
    DATA,
    GROUP,
    HOSTS,
    RECEIVER,
    RESOURCE,
    SIGNAL,
    TEAM,
    names,
    references,
)
from compiler.check.rule import Rule, View
from compiler.check.walk import entries
from compiler.finding import Severity
from compiler.source.fault import Place
from compiler.source.suggest import nearest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.check.references import Target
    from compiler.source.fault import Fault

RULE = Rule(id="spec/unused", severity=Severity.WARNING)

DECLARED: Final[tuple[tuple[Target, str], ...]] = (
    (TEAM, "let a service, an alert or a route name it, or take it out"),
    (RECEIVER, "let a route, a team or a job name it, or take it out"),
    (HOSTS, "let a job run there, or take it out"),
    (SIGNAL, "let an alert compare it or a panel show it, or take it out"),
    (GROUP, "put an alert into it, or take it out"),
    (RESOURCE, "let a job or a health check name it, or take it out"),
    (DATA, "let a job act on it: until then nothing of it is deleted"),
)
"""What should be named somewhere, and what to do where it is not."""


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each entry of the member that no member names."""
    has_service = any(member.spec.service for member in view.site.members)
    if view.site.unreadable or not has_service:
        return
    own = list(references(view.member))
    others = [member for member in view.site.members if member is not view.member]
    every = [*own, *(each for member in others for each in references(member))]
    for target, help_line in DECLARED:
        pattern = (str(target.section), *((target.part,) if target.part else ()), "*")
        declared = [path for path, _node in entries(view.member.root, pattern)]
        if not declared:
            continue
        named = {name for _, name, of in (every if target.is_shared else own) if of is target}
        known = names(view, target) or frozenset()
        # What a reference only misspells is not unused: the misspelling is told.
        named |= {nearest(name, known) or "" for name in named - known}
        for path in declared:
            if path[-1] not in named and not view.member.is_broken(*map(str, path)):
                yield RULE.fault(
                    Place(path, "key"),
                    f"nothing names the {target.noun} `{path[-1]}`",
                    help=help_line,
                )
