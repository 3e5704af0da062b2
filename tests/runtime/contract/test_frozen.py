"""Classes that `frozen` makes behave as frozen, slotted dataclasses do."""

from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError, field, fields, is_dataclass, replace
from typing import Any

import pytest

from runtime.contract.frozen import Frozen, frozen


@frozen
class Lamp(Frozen):
    """A class whose fields are given by name."""

    colour: str
    lumens: int = 800
    rooms: list[str] = field(default_factory=list)
    maker: str = field(default="", repr=False, compare=False)


@frozen(kw_only=False)
class Point(Frozen):
    """A class whose fields are given by position, too."""

    x: int
    y: int = 0


def test_values_come_by_name_and_defaults_fill_the_rest() -> None:
    """Each object has its own of what a factory makes."""
    lamp = Lamp(colour="red")
    assert (lamp.colour, lamp.lumens, lamp.rooms) == ("red", 800, [])
    assert lamp.rooms is not Lamp(colour="red").rooms


def test_values_come_by_position_where_the_class_says_so() -> None:
    """Calls and patterns may leave the names out."""
    assert Point(1, 2) == Point(x=1, y=2)
    assert Point(1) == Point(1, y=0)
    match Point(3, 4):
        case Point(x, y):
            assert (x, y) == (3, 4)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda cls: cls(), "needs 'colour'"),
        (lambda cls: cls(lumens=1), "needs 'colour'"),
        (lambda cls: cls(colour="red", size=1), "has no 'size'"),
        (lambda cls: cls("red"), "takes 0 values by position"),
    ],
)
def test_values_that_do_not_fit_are_refused(make: Any, words: str) -> None:
    """What is missing, unknown or without its name is said."""
    with pytest.raises(TypeError, match=words):
        make(Lamp)


@pytest.mark.parametrize("make", [lambda cls: cls(1, 2, 3), lambda cls: cls(1, x=1)])
def test_too_many_values_and_one_given_twice_are_refused(make: Any) -> None:
    """As Python refuses both of a function."""
    with pytest.raises(TypeError, match="takes 2 values by position, none of them twice"):
        make(Point)


def test_nothing_can_be_assigned_or_deleted() -> None:
    """No field, and no other name either."""
    point: Any = Point(1, 2)
    with pytest.raises(FrozenInstanceError):
        point.x = 2
    with pytest.raises(FrozenInstanceError):
        del point.x
    with pytest.raises(FrozenInstanceError):
        point.z = 3
    assert not hasattr(point, "__dict__")


def test_equal_are_those_of_one_class_whose_compared_values_are_equal() -> None:
    """And equal ones have one hash."""
    assert Point(1, 2) == Point(1, 2)
    assert Point(1, 2) != Point(2, 1)
    assert Point(1, 2) != (1, 2)
    assert Lamp(colour="red", maker="a") == Lamp(colour="red", maker="b")
    assert hash(Point(1, 2)) == hash(Point(1, 2))
    assert {Point(1, 2): "found"}[Point(1, 2)] == "found"


def test_it_shows_the_values_it_would_be_made_of() -> None:
    """But those that a field keeps to itself."""
    assert repr(Point(1, 2)) == "Point(x=1, y=2)"
    assert repr(Lamp(colour="red", maker="a")) == "Lamp(colour='red', lumens=800, rooms=[])"


def test_it_is_a_dataclass_and_can_be_copied_replaced_and_pickled() -> None:
    """The functions of `dataclasses` know it."""
    lamp = Lamp(colour="red", rooms=["hall"], maker="a")
    assert is_dataclass(lamp)
    assert [part.name for part in fields(lamp)] == ["colour", "lumens", "rooms", "maker"]
    assert replace(lamp, lumens=1) == Lamp(colour="red", lumens=1, rooms=["hall"])
    pickled = pickle.loads(pickle.dumps(lamp))  # noqa: S301  # of this very line
    for made in (copy.copy(lamp), copy.deepcopy(lamp), pickled):
        assert made == lamp
        assert made.maker == "a"
