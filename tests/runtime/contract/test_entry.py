"""The base of every validated class."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Mapping
from dataclasses import FrozenInstanceError, field, replace
from typing import Any, ClassVar

import pytest
from pydantic_core import ValidationError

from runtime.contract.door import validator
from runtime.contract.entry import Entry, entry, written_key
from runtime.contract.units import Ratio, Seconds


@entry
class Small(Entry):
    """An entry with a default of each sort."""

    size: int
    """Needed."""
    wait_seconds: Seconds = 5
    """With a unit."""
    names: Mapping[str, int] = field(default_factory=dict)
    """Made anew."""


@entry
class Grouped(Entry):
    """An entry with one group of each sort."""

    exactly_one: ClassVar = (("a", "b"),)
    at_least_one: ClassVar = (("c", "d"),)
    at_most_one: ClassVar = (("e", "f", "g_ratio"),)

    a: int | None = None
    b: int | None = None
    c: int | None = None
    d: int | None = None
    e: int | None = None
    f: int | None = None
    g_ratio: Ratio | None = None


SMALL = validator(Small)
GROUPED = validator(Grouped)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("timeout_seconds", "timeout"),
        ("at_bytes", "at"),
        ("sampling_ratio", "sampling"),
        ("with_", "with"),
        ("continue_", "continue"),
        ("seconds", "seconds"),
        ("send_resolved", "send_resolved"),
    ],
)
def test_a_key_is_the_field_without_its_unit(name: str, key: str) -> None:
    """Python's keywords lose their underscore."""
    assert key == written_key(name)


def test_what_is_left_out_has_its_default() -> None:
    """Made by hand or read from a spec, an entry is the same."""
    made = Small(size=1)

    assert (1, 5, {}) == (made.size, made.wait_seconds, made.names)
    assert made == SMALL.validate_python({"size": 1})
    assert made.names is not Small(size=1).names


def test_an_entry_cannot_be_changed() -> None:
    """Neither a field nor anything else can be set or deleted."""
    made = Small(size=1)

    with pytest.raises(FrozenInstanceError):
        made.size = 2  # type: ignore[misc]  # what is refused here
    with pytest.raises(FrozenInstanceError):
        del made.size
    with pytest.raises(FrozenInstanceError):
        made.other = 2
    assert not hasattr(made, "__dict__")


def test_entries_are_equal_by_class_and_fields() -> None:
    """Equal ones have one hash; `replace` makes another."""
    assert Small(size=1) == Small(size=1)
    assert Small(size=1) != Small(size=2)
    assert Small(size=1) != "Small"
    assert hash(Grouped(a=1, c=1)) == hash(Grouped(a=1, c=1))
    assert Small(size=2) == replace(Small(size=1), size=2)


def test_an_entry_is_shown_with_its_fields() -> None:
    """The class and each field stand in its `repr`."""
    assert "Small(size=1, wait_seconds=5, names={})" == repr(Small(size=1))


def test_an_entry_survives_copying_and_pickling() -> None:
    """Frozen as it is, it can be sent to another process."""
    made = Small(size=1, names={"x": 2})

    assert made == copy.deepcopy(made)
    assert made == pickle.loads(pickle.dumps(made))  # noqa: S301  # our own bytes


@pytest.mark.parametrize(
    ("values", "message"),
    [({}, "Small needs 'size'"), ({"size": 1, "colour": 2}, "Small has no 'colour'")],
)
def test_making_one_by_hand_needs_its_fields(values: dict[str, Any], message: str) -> None:
    """A missing field and an unknown one are our own bugs."""
    with pytest.raises(TypeError, match=message):
        Small(**values)


def _errors(validate: Any, value: object) -> list[tuple[str, str]]:
    with pytest.raises(ValidationError) as raised:
        validate.validate_python(value)
    return [(error["type"], error["msg"]) for error in raised.value.errors()]


def test_unknown_keys_are_refused() -> None:
    """So is a field's own name where a spec writes a shorter one."""
    assert ["unexpected_keyword_argument"] * 2 == [
        kind for kind, _ in _errors(SMALL, {"size": 1, "x": 1, "wait_seconds": "5s"})
    ]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"c": 1}, "one of `a`, `b` is missing"),
        ({"a": 1, "b": 1, "c": 1}, "`a` and `b` exclude each other"),
        ({"a": 1}, "one of `c`, `d` is missing"),
        ({"a": 1, "c": 1, "e": 1, "g": "5%"}, "`e` and `g` exclude each other"),
    ],
)
def test_a_group_that_is_not_met_is_refused(given: dict[str, Any], message: str) -> None:
    """The message names the keys as a spec writes them."""
    assert [("spec/key-group", message)] == _errors(GROUPED, given)


@pytest.mark.parametrize(
    "given", [{"a": 1, "c": 1}, {"b": 1, "c": 1, "d": 1}, {"a": 1, "d": 1, "g": "5%"}]
)
def test_groups_that_are_met_are_accepted(given: dict[str, Any]) -> None:
    """One of the first, any of the second, at most one of the third."""
    assert set(given) == {
        written_key(name)
        for name in ("a", "b", "c", "d", "e", "f", "g_ratio")
        if getattr(GROUPED.validate_python(given), name) is not None
    }
