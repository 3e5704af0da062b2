"""A job in a cluster works on a folder that its pod would not have.

## What it does
Looks at the folders that jobs of a cluster write, and at those that health checks of `storage` look
at: each must lie on a volume of `stack.kubernetes.volumes`.

## Why is this bad
A pod begins with the files of its image, read-only. What it wrote would fail, and what it deletes
would be nobody's data.

## Example
```yaml
hosts:
  cluster: {names: [tabular-production], scheduler: kubernetes}
stack:
  kubernetes:
    namespace: tabular
    image: registry.example.org/tabular/opsrun:1.4.2
    pushgateway: http://pushgateway.monitoring:9091
retention:
  exports: {files: /var/lib/tabular/exports, keep: 30d}
jobs:
  clean:
    run: files.expire
    of: exports
    hosts: cluster
    schedule: daily at 02:00
    timeout: 30m
```

## Use instead
```yaml
hosts:
  cluster: {names: [tabular-production], scheduler: kubernetes}
stack:
  kubernetes:
    namespace: tabular
    image: registry.example.org/tabular/opsrun:1.4.2
    pushgateway: http://pushgateway.monitoring:9091
    volumes: {data: {claim: tabular-data, path: /var/lib/tabular}}
retention:
  exports: {files: /var/lib/tabular/exports, keep: 30d}
jobs:
  clean:
    run: files.expire
    of: exports
    hosts: cluster
    schedule: daily at 02:00
    timeout: 30m
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.check.in_cluster import jobs_of_member, place_of
from compiler.check.rule import Rule, View
from compiler.lower.needs import is_inside, needs
from compiler.lower.volumes import volume_of
from compiler.targets.kubernetes import TEMPORARY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.lower.plan import JobPlan
    from compiler.source.fault import Fault

RULE = Rule(id="kubernetes/no-volume")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each job of the member that names a folder outside of all volumes."""
    cluster = view.site.stack.kubernetes
    if cluster is None:
        return
    for job in jobs_of_member(view):
        for path, check_name in _folders(job).items():
            is_own = is_inside(path, TEMPORARY) and _is_of_a_command(job, path)
            if volume_of(path, cluster) is None and not is_own:
                who = f"`{job.name}`" if check_name is None else f"the check `{check_name}`"
                yield RULE.fault(
                    place_of(job, check_name),
                    f"no volume holds `{path}`, which {who} is about",
                    label="it runs in a pod",
                    help="say in `stack.kubernetes.volumes` which claim holds it, or let the job"
                    " run on hosts",
                )


def _folders(job: JobPlan) -> dict[str, str | None]:
    """Return the folders that a job is about, each with the check that looks at it, if one does."""
    looked_at = {
        said["storage"]["path"]: name
        for step in job.contract.steps.values()
        if step.kind == "health.check"
        for name, said in step.parameters["checks"].items()
        if said.get("storage")
    }
    return {**dict.fromkeys(needs(job.contract).writes), **looked_at}


def _is_of_a_command(job: JobPlan, path: str) -> bool:
    """Whether a command writes a path: its temporary files are its own, as other kinds' are not."""
    return any(
        path in step.parameters.get("writes", ())
        for step in job.contract.steps.values()
        if step.kind == "command"
    )
