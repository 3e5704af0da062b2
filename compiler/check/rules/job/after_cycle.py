"""Jobs that wait for each other.

## What it does
Follows `after` from job to job, over all specs that are compiled together, and looks for a way that
comes back to where it began.

## Why is this bad
None of the jobs can ever be the first: all of them wait until they are missed.

## Example
```yaml
retention:
  exports: {files: /srv/tabular/exports, keep: 30d}
jobs:
  pack:
    run: files.expire
    of: exports
    schedule: daily at 01:00
    timeout: 30m
    after: [clean]
  clean:
    run: files.expire
    of: exports
    schedule: daily at 02:00
    timeout: 30m
    after: [pack]
```

## Use instead
```yaml
retention:
  exports: {files: /srv/tabular/exports, keep: 30d}
jobs:
  pack: {run: files.expire, of: exports, schedule: daily at 01:00, timeout: 30m}
  clean:
    run: files.expire
    of: exports
    schedule: daily at 02:00
    timeout: 30m
    after: [pack]
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.check.rule import Rule, View
from compiler.lower.jobs import job_key
from compiler.source.fault import Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from compiler.source.fault import Fault

RULE = Rule(id="job/after-cycle")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each loop whose first job, by its name, is one of the member."""
    service = view.member.spec.service
    if service is None:
        return
    waits = {
        job_key(owner, name): tuple(job_key(owner, other) for other in job.after)
        for member, owner in view.site.services
        for name, job in member.spec.jobs.items()
    }
    for name, job in view.member.spec.jobs.items():
        start = job_key(service, name)
        for index, other in enumerate(waits[start]):
            way = _way(waits, other, start)
            if way is not None and start == min(way):
                shown = " → ".join(f"`{key}`" for key in (start, *way))
                yield RULE.fault(
                    Place(("jobs", name, "after", index)),
                    f"`{job.after[index]}` waits for `{name}` itself",
                    help=f"each waits for the next: {shown}; take one `after` out",
                )


def _way(waits: Mapping[str, tuple[str, ...]], start: str, goal: str) -> tuple[str, ...] | None:
    """Return the shortest way of jobs from one to another, both included, or None."""
    ways: list[tuple[str, ...]] = [(start,)]
    seen = {start}
    for way in ways:
        if way[-1] == goal:
            return way
        for following in waits.get(way[-1], ()):
            if following not in seen:
                seen.add(following)
                ways.append((*way, following))
    return None
