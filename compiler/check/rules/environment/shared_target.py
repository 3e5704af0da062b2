"""An address or a namespace that two environments have in common without saying so.

## What it does
Compares the targets of scrape jobs, the Alertmanagers, the http endpoints and the buckets of
`resources` of each environment with those of the environments declared before it. An address of the
machine itself, `localhost` or `127.0.0.1`, is another one on each machine. Looks, too, for two
environments whose jobs go to one namespace of one cluster.

## Why is this bad
Somebody added an environment and forgot a line: staging then watches production's hosts, and pages
people in its name. In one namespace each overwrites the other: their objects have the same names.

## Example
```yaml
environments:
  production: {}
  staging: {}
scrape:
  api: {targets: ["api1:9100"], exposes: node_exporter}
```

## Use instead
```yaml
environments:
  production: {}
  staging: {set: {scrape.api.targets: ["stage1:9100"]}}
scrape:
  api: {targets: ["api1:9100"], exposes: node_exporter}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from compiler.check.rule import Rule, View
from compiler.source.fault import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.model.site import Member, Site
    from compiler.source.fault import Fault
    from compiler.source.tree import Path

RULE = Rule(id="environment/shared-target")

_OWN_MACHINE = ("localhost:", "127.", "[::1]:")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each address of the member that an earlier environment has too."""
    for path, target in _targets(view.member):
        other = next((site for site in view.earlier if _has(site.members, view, target)), None)
        if other is not None:
            yield RULE.fault(
                Place(path),
                f"`{target}` is also {_how(path)} by `{other.environment}`",
                help=f"set `{_settable(path)}` for this environment, or say `shared: true` of it",
            )
    yield from _namespace(view)


def _namespace(view: View) -> Iterator[Fault]:
    """Yield a fault when an earlier environment has the cluster and the namespace of the member."""
    stack = view.member.spec.stack
    if stack is None or stack.kubernetes is None:
        return
    namespace = stack.kubernetes.namespace
    for site in view.earlier:
        there = site.stack.kubernetes
        shared = _clusters(view.site) & _clusters(site)
        if shared and there is not None and there.namespace == namespace:
            yield RULE.fault(
                Place(("stack", "kubernetes", "namespace")),
                f"`{namespace}` of the cluster `{min(shared)}` is also written by"
                f" `{site.environment}`",
                label="each would overwrite the other",
                help="set `stack.kubernetes.namespace` for this environment, or the name of its"
                " cluster in `hosts`",
            )
            return


def _clusters(site: Site) -> set[str]:
    """Return the names of the clusters that jobs of a site run in."""
    groups = site.hosts.values()
    return {name for group in groups if group.scheduler == "kubernetes" for name in group.names}


def _how(path: Path) -> str:
    return "used" if "bucket" in path else "watched"


def _settable(path: Path) -> str:
    """Return the path as an environment writes it; a list is replaced whole."""
    return ".".join(step for step in path if isinstance(step, str))


def _has(members: tuple[Member, ...], view: View, target: str) -> bool:
    """Whether the same document says the target in another environment."""
    return any(
        member.document == view.member.document
        and any(target == other for _path, other in _targets(member))
        for member in members
    )


def _targets(member: Member) -> Iterator[tuple[Path, str]]:
    """Yield the addresses of a member that are not shared on purpose, with their paths."""
    for name, job in member.spec.scrape.items():
        if not job.shared:
            for index, target in enumerate(job.targets or ()):
                if not target.startswith(_OWN_MACHINE):
                    yield ("scrape", name, "targets", index), target
    for name, resource in member.spec.resources.items():
        if resource.http is not None and not resource.shared:
            host = urlsplit(resource.http.url).netloc
            if not f"{host}:".startswith(_OWN_MACHINE):
                yield ("resources", name, "http", "url"), resource.http.url
        if resource.bucket is not None and not resource.shared:
            place = f"{resource.bucket.endpoint or 's3'}/{resource.bucket.name}"
            yield ("resources", name, "bucket", "name"), place
    server = member.spec.stack.alertmanager if member.spec.stack else None
    if server is not None and not server.shared:
        for index, target in enumerate(server.targets):
            if not target.startswith(_OWN_MACHINE):
                yield ("stack", "alertmanager", "targets", index), target
