"""A volume is mounted where another one is, or where opsrun has its own files.

## What it does
Compares the paths of `stack.kubernetes.volumes` with each other, and with the folders that every
pod has: the plan's, the journal's, that of credentials.

## Why is this bad
A pod with two mounts at one path is refused, and a volume over opsrun's own folders hides them.

## Example
```yaml
stack:
  kubernetes:
    namespace: tabular
    image: registry.example.org/tabular/opsrun:1.4.2
    volumes:
      data: {claim: tabular-data, path: /var/lib/tabular}
      exports: {claim: tabular-exports, path: /var/lib/tabular}
```

## Use instead
```yaml
stack:
  kubernetes:
    namespace: tabular
    image: registry.example.org/tabular/opsrun:1.4.2
    volumes:
      data: {claim: tabular-data, path: /var/lib/tabular}
      exports: {claim: tabular-exports, path: /var/lib/tabular/exports}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.check.rule import Rule, View
from compiler.lower.needs import is_inside
from compiler.source.fault import Place
from compiler.targets.kubernetes import CREDENTIALS
from compiler.targets.opsrun import PLAN_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="kubernetes/volume-clash")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each volume that the member mounts over something else."""
    stack = view.member.spec.stack
    if stack is None or stack.kubernetes is None:
        return
    taken = {
        stack.opsrun.state: "the journal is there",
        PLAN_FILE: "the plan is there",
        CREDENTIALS: "credentials are there",
    }
    seen: dict[str, str] = {}
    for name, volume in stack.kubernetes.volumes.items():
        path = volume.path.rstrip("/") or "/"
        other = seen.setdefault(path, name)
        reason = next((why for one, why in taken.items() if is_inside(one, path)), None)
        if other != name:
            reason = f"the volume `{other}` is there"
        elif len(path) > 1 and ("//" in path or {".", ".."} & set(path.split("/"))):
            reason = "it is no plain path"
        if reason is not None:
            yield RULE.fault(
                Place(("stack", "kubernetes", "volumes", name, "path")),
                f"no volume can be mounted at `{volume.path}`",
                label=reason,
                help="mount it elsewhere, or name the folder below that the jobs work on",
            )
