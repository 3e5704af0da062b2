"""Tests that failed become findings at the lines of the spec that said them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

from compiler.finding import Finding, Severity
from compiler.source.tree import Map
from runtime.contract.units import parse_duration

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from compiler.authority.mismatch import Mismatch, Pairs, Shown
    from compiler.authority.suite import Case
    from compiler.finding import Span
    from compiler.lower.plan import Origin
    from compiler.source.tree import Path

RULE: Final = "test/failed"
MOST_SHOWN: Final = 4
"""Moments of one test that are told; one fault often shows at many."""

_WRITTEN: Final = 4
"""Steps of the path of a test that a spec writes: ``alerts``, a name, ``tests``, a name."""


def finding_of(
    case: Case,
    failed: Sequence[Mismatch],
    root: Map,
    span: Callable[[Path, Literal["key", "value"]], Span],
) -> Finding:
    """Given a test, what failed of it, the tree of its document and its spans, return a finding.

    A test that the spec writes has its caret at the moment that failed first, any other at the
    alert or the SLO that it is made of.
    """
    first, *others = sorted(failed, key=_seconds)
    path = case.origin.path
    is_written = _is_written(case.origin)
    moment = _moment(root, path, first.time) if is_written else path
    said = case.name.removeprefix(f"{case.alert} ")
    told = [_told(each) for each in others[: MOST_SHOWN - 1]]
    if len(others) >= MOST_SHOWN:
        told.append(f"and at {len(others) - MOST_SHOWN + 1} more times")
    way_out = (
        "mend the test or the alert"
        if is_written
        else "opsc made this test of the expression: when that is right, it is a fault of opsc"
    )
    return Finding(
        id=RULE,
        severity=Severity.ERROR,
        headline=f"`{case.alert}` does not do what its test says: `{said}`",
        span=span(moment, "key" if moment == path else "value"),
        label=_told(first),
        help="\n".join([*told, way_out]),
    )


def _seconds(failed: Mismatch) -> float:
    return parse_duration(failed.time or "") or 0


def _is_written(origin: Origin) -> bool:
    return len(origin.path) == _WRITTEN and origin.path[2] == "tests"


def _moment(root: Map, path: Path, time: str | None) -> Path:
    """Return the path of the moment of a written test that is at a time, or that of the test."""
    node: Any = root
    for step in path:
        node = node.get(str(step)) if isinstance(node, Map) else None
    seconds = None if time is None else parse_duration(time)
    if not isinstance(node, Map) or seconds is None:
        return path
    for key in ("fires", "silent"):
        for index, said in enumerate(node.get(key) or ()):
            at = said.get("at") if isinstance(said, Map) else said
            if isinstance(at, str) and parse_duration(at) == seconds:
                return (*path, key, index, *(("at",) if isinstance(said, Map) else ()))
    return path


def _told(failed: Mismatch) -> str:
    """Return what is expected and what is found, in a sentence."""
    at = "" if failed.time is None else f"at {failed.time} "
    if failed.said:
        return f"{at}promtool says: {failed.said}"
    missing = [each for each in failed.expected if each not in failed.found]
    extra = [each for each in failed.found if each not in failed.expected]
    if len(missing) == len(extra) == 1:
        return at + "; ".join(_differences(missing[0], extra[0]))
    told = [f"{_alert(each)} should fire" for each in missing]
    told += [f"{_alert(each)} fires" for each in extra]
    if not failed.found:
        told.append("nothing fires")
    elif not failed.expected:
        told.append("nothing should")
    return at + ", and ".join(told)


def _alert(shown: Shown) -> str:
    return "{" + ", ".join(f"{key}={value}" for key, value in shown.labels.items()) + "}"


def _differences(expected: Shown, found: Shown) -> Iterator[str]:
    """Yield each label and annotation of one alert that is another than expected."""
    yield from _differing("label", expected.labels, found.labels)
    yield from _differing("annotation", expected.annotations or {}, found.annotations or {})


def _differing(what: str, expected: Pairs, found: Pairs) -> Iterator[str]:
    for key in sorted({*expected, *found}):
        wanted, there = expected.get(key), found.get(key)
        if wanted == there:
            continue
        if there is None:
            yield f"the {what} `{key}` is missing, expected `{wanted}`"
        elif wanted is None:
            yield f"the {what} `{key}` is `{there}`, expected none"
        else:
            yield f"the {what} `{key}` is `{there}`, expected `{wanted}`"
