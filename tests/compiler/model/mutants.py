"""Specs that are almost valid: a valid one enters, changed in one to three places it leaves."""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from hypothesis import strategies as st

from tests.compiler.model.specs import plain, valid_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Draw: TypeAlias = Callable[[st.SearchStrategy[Any]], Any]

Change: TypeAlias = "Callable[[Draw, dict[str, Any]], None]"

ODD: Final[tuple[Any, ...]] = (
    None,
    True,
    False,
    0,
    1,
    -1,
    2.0,
    0.5,
    10**15,
    "",
    " ",
    "x",
    "on",
    "5m",
    "5 m",
    "0.3B",
    "101%",
    "99.9%",
    "1GiB",
    "~40",
    "~0",
    "every 0s",
    "daily at 25:00",
    "weekly on sun at 03:00",
    "manual",
    "/srv",
    "https://user:pw@example.org",
    "https://example.org/a",
    "node1:9100",
    "a.b",
    "Ümlaut",
    "2.42",
    "#a",
    "two\nlines",
    "end\n",
    "x" * 5000,
    [],
    {},
    ["x"],
    ["GET", 1],
    ["/a", "b"],
    {"x": 1},
    {"file": "/run/secrets/x"},
    {"file": "/run/secrets/x", "env": "X"},
    {"matches": "("},
    {"matches": "a.*"},
    {"cron": "0 2 * * 0"},
    {"cron": "99 2 * * 0"},
)
"""Values that are right in some places and wrong in most."""

_MEASURE = re.compile(r"[0-9]+(\.[0-9]+)?(ms|s|m|h|d|w|y|%|B|[kMGT]B|[KMGT]iB)\Z")
_SCHEDULE = re.compile(r"(every|hourly|daily|weekly|monthly|quarterly) ")
_OPERATORS: Final = frozenset({"matches", "not", "not_matches"})
DURATIONS: Final = ("0s", "500ms", "45s", "10m", "1h30m", "7d", "2w")
SIZES: Final = ("1B", "64kB", "1.5MiB", "2GB")
PROPORTIONS: Final = ("0%", "0.1%", "50%", "99.95%")


@dataclass(frozen=True, slots=True)
class Spot:
    """A container of a spec and one of its keys (or 0-indexed positions)."""

    container: Any
    key: Any

    @property
    def value(self) -> Any:
        """What stands there."""
        return self.container[self.key]


def spots(node: Any) -> Iterator[Spot]:
    """Given plain values, yield every place in them."""
    entries = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in list(entries):
        yield Spot(node, key)
        if isinstance(value, dict | list):
            yield from spots(value)


def _spot(draw: Draw, spec: dict[str, Any], wanted: Callable[[Spot], bool]) -> Spot | None:
    found = [spot for spot in spots(spec) if wanted(spot)]
    return found[draw(st.integers(0, len(found) - 1))] if found else None


def _is_any(_: Spot) -> bool:
    return True


def _is_named(spot: Spot) -> bool:
    return isinstance(spot.container, dict)


def _replace_key(container: dict[str, Any], old: str, new: str) -> None:
    entries = [(new if key == old else key, value) for key, value in container.items()]
    container.clear()
    container.update(entries)


def delete(draw: Draw, spec: dict[str, Any]) -> None:
    """Take an entry or an item out."""
    if spot := _spot(draw, spec, _is_any):
        del spot.container[spot.key]


def misspell(draw: Draw, spec: dict[str, Any]) -> None:
    """Change a letter of a key, or double it."""
    if spot := _spot(draw, spec, _is_named):
        at = draw(st.integers(0, max(0, len(spot.key) - 1)))
        letter = draw(st.sampled_from(("", "x", "X", "_", "-", ".", " ", "\n", "0")))
        _replace_key(spot.container, spot.key, spot.key[:at] + letter + spot.key[at + 1 :])


def put_odd(draw: Draw, spec: dict[str, Any]) -> None:
    """Put an odd value anywhere."""
    if spot := _spot(draw, spec, _is_any):
        spot.container[spot.key] = copy.deepcopy(draw(st.sampled_from(ODD)))


def add_unknown(draw: Draw, spec: dict[str, Any]) -> None:
    """Add a key that one of the mappings may not know."""
    if spot := _spot(draw, spec, lambda spot: isinstance(spot.value, dict)):
        key = draw(
            st.sampled_from(("colour", "description", "labels", "for", "other-name", "name"))
        )
        spot.value.setdefault(key, copy.deepcopy(draw(st.sampled_from(ODD))))


def swap(draw: Draw, spec: dict[str, Any]) -> None:
    """Let two leaves change places."""
    leaves = [spot for spot in spots(spec) if not isinstance(spot.value, dict | list)]
    if not leaves:
        return
    one, other = (leaves[draw(st.integers(0, len(leaves) - 1))] for _ in range(2))
    one.container[one.key], other.container[other.key] = other.value, one.value


def nudge(draw: Draw, spec: dict[str, Any]) -> None:
    """Change a text or a number a little."""

    def is_scalar(spot: Spot) -> bool:
        return isinstance(spot.value, str | int | float) and not isinstance(spot.value, bool)

    spot = _spot(draw, spec, is_scalar)
    if spot is None:
        return
    if isinstance(spot.value, str):
        change = draw(st.sampled_from(("{} ", " {}", "{}x", "{}0", "0{}", "{}%", "{}\n")))
        spot.container[spot.key] = change.format(spot.value)
    else:
        spot.container[spot.key] = draw(st.sampled_from((spot.value + 1, -spot.value, 1.5, 2.0)))


def almost(draw: Draw, spec: dict[str, Any]) -> None:
    """Write a value nearly as it should be: a unit too little, a weekday that is none."""
    spot = _spot(draw, spec, lambda spot: bool(_nearly(spot)))
    if spot is not None:
        spot.container[spot.key] = copy.deepcopy(draw(st.sampled_from(_nearly(spot))))


def _nearly(spot: Spot) -> tuple[Any, ...]:
    """Return what might be written for a value by mistake, or nothing."""
    value = spot.value
    if isinstance(value, int) and not isinstance(value, bool):
        return (float(value), str(value), -value)
    if isinstance(value, dict):
        return ({"matches": "("}, {"matches": "a", "not": "b"}) if _OPERATORS & {*value} else ()
    if not isinstance(value, str):
        return ()
    if _SCHEDULE.match(value):
        return ("every 0s", "daily at 2:00", "weekly on any at 03:00", "monthly on 32 at 04:00")
    if _MEASURE.match(value):
        return ("0.3B", "1.5kB", "1gb", "5", "5 m", "1m1h", "1.5h", "80", "1000%", "0.5%")
    return ()


def remeasure(draw: Draw, spec: dict[str, Any]) -> None:
    """Write another duration, size or proportion where one stands."""
    spot = _spot(
        draw,
        spec,
        lambda spot: isinstance(spot.value, str) and _MEASURE.match(spot.value) is not None,
    )
    if spot is not None:
        of_kind = PROPORTIONS if spot.value.endswith("%") else DURATIONS
        others = SIZES if spot.value.endswith("B") else of_kind
        spot.container[spot.key] = draw(st.sampled_from(others))


def reorder(draw: Draw, spec: dict[str, Any]) -> None:
    """Write the keys of a mapping in another order."""
    inner = [spot.value for spot in spots(spec) if isinstance(spot.value, dict)]
    mapping = draw(st.sampled_from([spec, *inner]))
    entries = draw(st.permutations(list(mapping.items())))
    mapping.clear()
    mapping.update(entries)


def duplicate(draw: Draw, spec: dict[str, Any]) -> None:
    """Write an entry of a section once more under another name, or an item of a list."""
    if draw(st.booleans()):
        lists = [spot.value for spot in spots(spec) if isinstance(spot.value, list) and spot.value]
        if lists:
            chosen = draw(st.sampled_from(lists))
            chosen.append(copy.deepcopy(chosen[0]))
            return
    sections = [spec[name] for name in _NAMED if spec.get(name)]
    if sections:
        section = draw(st.sampled_from(sections))
        key = draw(st.sampled_from(sorted(section)))
        section.setdefault(f"{key}2", copy.deepcopy(section[key]))


def rename(draw: Draw, spec: dict[str, Any]) -> None:
    """Give an entry of a section another name of the same form."""
    sections = [spec[name] for name in _NAMED if spec.get(name)]
    if sections:
        section = draw(st.sampled_from(sections))
        key = draw(st.sampled_from(sorted(section)))
        _replace_key(section, key, f"{key}{draw(st.integers(3, 99))}")


def rephrase(draw: Draw, spec: dict[str, Any]) -> None:
    """Write other words where words stand."""
    spot = _spot(
        draw, spec, lambda spot: spot.key in ("description", "summary", "impact", "title", "help")
    )
    if spot is not None and isinstance(spot.value, str):
        spot.container[spot.key] = draw(st.sampled_from(("Other words", "Ünïcode words", "1x")))


def rethreshold(draw: Draw, spec: dict[str, Any]) -> None:
    """Compare with another threshold."""
    keys = ("above", "below", "at_least", "at_most", "equals", "not_equals")
    if spot := _spot(draw, spec, lambda spot: spot.key in keys):
        spot.container[spot.key] = draw(st.sampled_from((0, -3, 0.25, 1e6, "80%", "2s", "1GiB")))


_NAMED: Final = (
    "teams",
    "hosts",
    "scrape",
    "signals",
    "alert_groups",
    "alerts",
    "retention",
    "jobs",
)
_WRONG: Final = (delete, misspell, put_odd, add_unknown, swap, nudge, almost)
_SOUND: Final = (remeasure, reorder, duplicate, rename, rephrase, rethreshold)


@cache
def _sources() -> tuple[Mapping[str, Any], ...]:
    return tuple(plain(path) for path in valid_files())


@st.composite
def mutants(draw: Draw) -> dict[str, Any]:
    """Return a strategy of specs with one to three changes, about half of them sound ones."""
    spec: dict[str, Any] = copy.deepcopy(dict(draw(st.sampled_from(_sources()))))
    changes = _SOUND if draw(st.booleans()) else (*_WRONG, *_SOUND)
    for change in draw(st.lists(st.sampled_from(changes), min_size=1, max_size=3)):
        change(draw, spec)
    return spec
