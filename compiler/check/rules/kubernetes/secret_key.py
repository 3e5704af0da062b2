"""A secret that no key of a Secret can be called after.

## What it does
Looks at the secrets of jobs that a cluster runs, and of what its Prometheus Operator shows. A
secret is a key of a Secret: the name of a credential or a variable, of a file its path, with dots
for slashes.

## Why is this bad
A key has letters, digits, `-`, `_` and `.`, and no more than 253 of them. Of two files that become
one key, a job would be given the other's content.

## Example
```yaml
hosts:
  cluster: {names: [tabular-production], scheduler: kubernetes}
stack:
  kubernetes:
    namespace: tabular
    image: registry.example.org/tabular/opsrun:1.4.2
    pushgateway: http://pushgateway.monitoring:9091
jobs:
  probe:
    run: command
    with:
      argv: [/usr/local/bin/probe]
      secrets: {TOKEN: {file: /run/secrets/the token}}
    hosts: cluster
    schedule: every 10m
    timeout: 30s
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
jobs:
  probe:
    run: command
    with:
      argv: [/usr/local/bin/probe]
      secrets: {TOKEN: {file: /run/secrets/token}}
    hosts: cluster
    schedule: every 10m
    timeout: 30s
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.check.rule import Rule, View
from compiler.check.walk import entries
from compiler.lower.needs import delivery_needs, needs
from compiler.source.fault import Place
from compiler.targets.kubernetes import is_secret_key, secret_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="kubernetes/secret-key")

SHOWN = (
    ("scrape", "*", "basic_auth", "password", "*"),
    ("scrape", "*", "bearer", "*"),
    ("scrape", "*", "tls", "*"),
)
"""What scrape jobs show, by where a secret or a file of theirs is said."""


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each job and scrape job of the member with such a secret."""
    cluster = view.site.stack.kubernetes
    if cluster is None:
        return
    plan = view.plan.in_cluster
    for job in plan.jobs:
        if job.origin.document == view.member.document:
            yield from _faults(Place(job.origin.path, "key"), needs(job.contract).secrets)
    if view.site.routing is not None and view.site.routing[0] is view.member:
        yield from _faults(Place(("routing",), "key"), delivery_needs(plan.channels).secrets)
    if cluster.operator is not None:
        for pattern in SHOWN:
            for path, value in entries(view.member.root, pattern):
                if isinstance(value, str) and path[-1] in ("credential", *FILES):
                    kind = "credential" if path[-1] == "credential" else "file"
                    yield from _faults(Place(path), [(kind, value)])


FILES = ("file", "ca_file", "cert_file", "key_file")
"""Keys of files that become keys of a Secret."""


def _faults(place: Place, secrets: Iterable[tuple[str, str]]) -> Iterator[Fault]:
    first: dict[str, tuple[str, str]] = {}
    for kind, where in secrets:
        key = secret_key(kind, where)
        other = first.setdefault(key, (kind, where))
        if not is_secret_key(key):
            yield RULE.fault(
                place,
                f"no Secret can have a key for the {kind} `{where}`",
                label=f"it would be `{key}`",
                help="keep it under a name of letters, digits, `-`, `_` and `.`",
            )
        elif other != (kind, where) and "file" in (kind, other[0]):
            yield RULE.fault(
                place,
                f"the {kind} `{where}` and the {other[0]} `{other[1]}` are one key of a Secret",
                label=f"both are `{key}`",
                help="keep one of them under another name",
            )
