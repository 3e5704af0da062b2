"""A job in a cluster does what no pod can.

## What it does
Looks, in jobs of a cluster, for health checks of systemd units and signals to them, for
`docker.prune` and `diagnostics.collect`, for `localhost` as an address, and for capabilities.

## Why is this bad
A pod has no systemd and no Docker Engine, and sees nothing of the host that it is on. Its
`localhost` is the pod itself, where nothing listens. Under the restricted Pod Security Standard,
which the pods are written for, none has a capability.

## Example
```yaml
hosts:
  cluster: {names: [tabular-production], scheduler: kubernetes}
stack:
  kubernetes:
    namespace: tabular
    image: registry.example.org/tabular/opsrun:1.4.2
    pushgateway: http://pushgateway.monitoring:9091
resources:
  api: {http: {url: "http://localhost:8000/health"}}
health:
  every: 5m
  timeout: 5s
  hosts: cluster
  checks:
    api: {of: api, impact: Requests fail}
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
resources:
  api: {http: {url: "http://tabular-api.tabular:8000/health"}}
health:
  every: 5m
  timeout: 5s
  hosts: cluster
  checks:
    api: {of: api, impact: Requests fail}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from compiler.check.in_cluster import jobs_of_member, place_of
from compiler.check.rule import Rule, View
from compiler.lower.needs import needs_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="kubernetes/not-in-a-pod")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each job, or health check, of the member that needs a host."""
    for job in jobs_of_member(view):
        for step in job.contract.steps.values():
            for name, kind, parameters in _parts(step.kind, step.parameters):
                for reason, help_line in _obstacles(kind, parameters):
                    what = f"the check `{name}`" if name else f"`{job.name}`"
                    yield RULE.fault(
                        place_of(job, name),
                        f"{what} cannot be done in a pod",
                        label=reason,
                        help=help_line,
                    )


def _parts(kind: str, parameters: Any) -> Iterator[tuple[str | None, str, Any]]:
    """Yield what one step does: each of its checks, or all of it."""
    if kind != "health.check":
        yield None, kind, parameters
        return
    for name, said in parameters["checks"].items():
        yield name, kind, {**parameters, "checks": {name: said}}


def _obstacles(kind: str, parameters: Any) -> Iterator[tuple[str, str]]:
    need = needs_of(kind, parameters)
    elsewhere = "let it run on hosts"
    signal = parameters.get("signal") or {}
    if signal.get("unit") or any(
        said.get("systemd") for said in parameters.get("checks", {}).values()
    ):
        yield "there is no systemd", elsewhere
    if kind == "docker.prune":
        yield "there is no Docker Engine", elsewhere
    if need.sees_host:
        yield "the host that it is about cannot be seen", elsewhere
    if need.capabilities:
        yield f"it needs {', '.join(need.capabilities)}", elsewhere
    if need.is_on_loopback and not need.sees_host:
        yield "`localhost` is the pod itself", "name the service: `http://api.namespace:8000`"
