"""What promtool writes about tests that fail: text enters, what was expected and found leaves.

promtool writes, on either stream and in this shape since its first version:

```
  FAILED:
    name: LinkDown goes-down,
    alertname: LinkDown, time: 20m,
        exp:[
            0:
              Labels:{alertname="LinkDown", device="eth1"}
              Annotations:{summary="…"}
            ],
        got:[]
    expr: "ALERTS{…}", time: 20m,
        exp: {__name__="ALERTS", …} 1E+00
        got: nil
    rule: LinkDown, time: 3m, err: vector contains metrics with the same labelset …
```

A name stands above some of the entries only, so that a test is known for sure where it runs alone.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final, TypeAlias

from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

_NAME: Final = re.compile(r" +name: (.*),\s*$")
_ENTRY: Final = re.compile(
    r" +(?:(?:alertname|rule): (?P<alert>[^\s,]+)|expr: (?P<expr>\"(?:[^\"\\]|\\.)*\")),"
    r" time: (?P<time>[^\s,]+),\s*(?P<rest>.*)$"
)
_PAIR: Final = re.compile(r'([A-Za-z_][A-Za-z0-9_.]*)=("(?:[^"\\]|\\.)*")')
_SET: Final = re.compile(r'\{(?:[^"}]|"(?:[^"\\]|\\.)*")*\}')
_OWN: Final = frozenset({"__name__", "alertname", "alertstate"})
_CHATTER: Final = ("Unit Testing:", "FAILED:", "SUCCESS")

Pairs: TypeAlias = dict[str, str]


@frozen(kw_only=False)
class Shown(Frozen):
    """One alert that fires: its labels but its name, its annotations if compared."""

    labels: Pairs
    annotations: Pairs | None


@frozen
class Mismatch(Frozen):
    """What failed at a time: alerts expected and found, or, in `said`, why nothing was compared.

    `test` and `alert` are the names that promtool told, if it did.
    """

    test: str | None
    alert: str | None
    time: str | None
    expected: tuple[Shown, ...] = ()
    found: tuple[Shown, ...] = ()
    said: str = ""


def mismatches(output: str) -> tuple[Mismatch, ...]:
    """Given all that promtool wrote about tests of which some failed, return what failed.

    What is of no known shape is told as it is, in one mismatch.
    """
    known = tuple(_entry(name, entry, rest) for name, entry, rest in _blocks(output))
    if known:
        return known
    lines = (line.strip() for line in output.splitlines())
    said = "; ".join(line for line in lines if line and not line.startswith(_CHATTER))
    return (Mismatch(test=None, alert=None, time=None, said=said or "promtool says no more"),)


def _blocks(output: str) -> Iterator[tuple[str | None, re.Match[str], list[str]]]:
    """Yield each entry with the name above it, and the lines below it."""
    name: str | None = None
    entry: re.Match[str] | None = None
    above: str | None = None
    rest: list[str] = []
    for line in output.splitlines():
        named, begun = _NAME.match(line), _ENTRY.match(line)
        is_end = named or begun or line.strip().startswith(_CHATTER)
        if is_end and entry is not None:
            yield above, entry, rest
            entry, rest = None, []
        if named:
            name = named[1]
        elif begun:
            above, name, entry, rest = name, None, begun, [begun["rest"]]
        elif entry is not None:
            rest.append(line)
    if entry is not None:
        yield above, entry, rest


def _entry(name: str | None, entry: re.Match[str], lines: list[str]) -> Mismatch:
    text = "\n".join(lines)
    alert = entry["alert"]
    if entry["expr"]:
        alert = dict(_pairs(json.loads(entry["expr"]))).get("alertname")
    expected, marker, found = text.partition("got:")
    if not marker:
        said = text.strip().removeprefix("err: ").removeprefix("error: ")
        return Mismatch(test=name, alert=alert, time=entry["time"], said=" ".join(said.split()))
    return Mismatch(
        test=name,
        alert=alert,
        time=entry["time"],
        expected=tuple(_shown(expected)),
        found=tuple(_shown(found)),
    )


def _shown(text: str) -> Iterator[Shown]:
    """Yield the alerts of one side: in a list of alerts a set of annotations follows."""
    sets = list(_SET.finditer(text))
    for position, each in enumerate(sets):
        if text[: each.start()].endswith("Annotations:"):
            continue
        following = sets[position + 1] if position + 1 < len(sets) else None
        has_annotations = following is not None and text[: following.start()].endswith(
            "Annotations:"
        )
        labels = {key: value for key, value in _pairs(each[0]) if key not in _OWN}
        yield Shown(labels, dict(_pairs(following[0])) if following and has_annotations else None)


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    for pair in _PAIR.finditer(text):
        yield pair[1], _unquoted(pair[2])


def _unquoted(text: str) -> str:
    """Return what stands in quotes of Go, whose escapes are JSON's but for a few."""
    try:
        return str(json.loads(text))
    except ValueError:
        return text[1:-1]
