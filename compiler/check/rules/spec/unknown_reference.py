"""A name that no entry has.

## What it does
Checks every place that names an entry of another section: owners, receivers, signals, groups,
severities, host groups, jobs, resources, classes of data, kinds of job, catalogues of metrics.

## Why is this bad
What the entry says is lost: an alert that names no receiver reaches nobody. A name that is only
written wrongly is offered in its right form. Entries that are there but broken can be named.

## Example
```yaml
teams:
  platform: {receiver: pager}
  operations: {receiver: opperations}
```

## Use instead
```yaml
teams:
  operations: {receiver: operations}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.check.references import SEVERITY, names, references
from compiler.check.rule import Rule, View
from compiler.source.fault import Place
from compiler.source.suggest import nearest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.check.references import Target
    from compiler.source.fault import Fault

RULE = Rule(id="spec/unknown-reference")

MAX_LISTED = 8
"""Names that the help line lists."""


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each reference of the member that leads nowhere."""
    for path, name, target in references(view.member):
        known = names(view, target)
        if known is None or name in known:
            continue
        close = nearest(name, known)
        yield RULE.fault(
            Place(path, "key" if path[-1] == name else "value"),
            f"there is no {target.noun} `{name}`",
            label=f"did you mean `{close}`?" if close else "",
            help=_help(target, known),
        )


def _help(target: Target, known: frozenset[str]) -> str:
    listed = ", ".join(f"`{name}`" for name in sorted(known)[:MAX_LISTED])
    if len(known) > MAX_LISTED:
        listed += f" and {len(known) - MAX_LISTED} more"
    if target is SEVERITY:
        return f"write {listed}, or say in `routing.severities` what the word means"
    if target.section is None:
        return f"the {target.noun.partition(' ')[0]}s are {listed}"
    if not known:
        return f"add it to `{target.shown}`, which names none"
    return f"`{target.shown}` has {listed}"
