"""A kind of job is done to something that it cannot be done to.

## What it does
Compares what `of` of each job and step names with what its kind acts on: `postgres.*` act on a
`postgres` of `resources`, `redis.expire` and `cache.cleanup` on a `redis`; `files.*` and
`temp.clean` on a class of `files` of `retention`.

## Why is this bad
There is nothing to connect to, or nothing to delete: the job cannot be compiled.

## Example
```yaml
resources:
  cache: {redis: {url: {credential: cache}}}
jobs:
  vacuum: {run: postgres.vacuum, of: cache, schedule: weekly on sun at 03:00, timeout: 50m}
```

## Use instead
```yaml
resources:
  database: {postgres: {dsn: {credential: database}}}
jobs:
  vacuum: {run: postgres.vacuum, of: database, schedule: weekly on sun at 03:00, timeout: 50m}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.check.rule import Rule, View
from compiler.model.kinds import KINDS
from compiler.model.resources import kind_of
from compiler.model.steps import steps_of
from compiler.source.fault import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.model.jobs import Job, Step
    from compiler.source.fault import Fault

RULE = Rule(id="job/wrong-subject")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each step of the member whose subject is of another kind."""
    for name, job in view.member.spec.jobs.items():
        for _step_name, step, below in steps_of(job):
            said = _said(view, step)
            if said is not None:
                headline, help_line = said
                yield RULE.fault(Place(("jobs", name, *below, "of")), headline, help=help_line)


def _said(view: View, step: Job | Step) -> tuple[str, str] | None:
    """Return headline and help when a step's subject does not fit its kind."""
    kind = KINDS.get(str(step.run))
    if kind is not None and kind.resource is not None:
        resource = view.member.spec.resources.get(str(step.of))
        if resource is not None and kind_of(resource) != kind.resource:
            headline = f"`{step.of}` is a `{kind_of(resource)}`, which `{step.run}` is not done to"
            return headline, f"name a `{kind.resource}` of `resources`"
    if kind is not None and kind.subject == "retention" and step.run != "data.expire":
        data = view.member.spec.retention.get(str(step.of))
        if data is not None and data.files is None:
            return f"`{step.of}` is no class of files", "let `data.expire` delete it"
    return None
