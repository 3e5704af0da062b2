"""Frozen, slotted dataclasses that cost little to make.

What `dataclass` would write and compile anew for every class, `Frozen` has once for all of them:
a command that is over in a fifth of a second pays for each class that it loads.
"""

from __future__ import annotations

from dataclasses import MISSING, FrozenInstanceError, dataclass, field, fields
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeVar, dataclass_transform, overload

if TYPE_CHECKING:
    from collections.abc import Callable

_Class = TypeVar("_Class", bound=type)


@overload
def frozen(cls: _Class) -> _Class: ...


@overload
def frozen(*, kw_only: bool) -> Callable[[_Class], _Class]: ...


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
def frozen(cls: Any = None, *, kw_only: bool = True) -> Any:
    """Given a subclass of `Frozen`, return it as a frozen, slotted dataclass.

    Its fields are given by name, and by position too where `kw_only` is false.
    """
    make: Any = dataclass(
        init=False, repr=False, eq=False, match_args=not kw_only, kw_only=kw_only, slots=True
    )
    return make if cls is None else make(cls)


class Frozen:
    """The base of classes that `frozen` makes."""

    __slots__ = ()

    __dataclass_fields__: ClassVar[dict[str, Any]]

    def __init__(self, *in_order: Any, **by_name: Any) -> None:
        """Take the fields' values; raise ``TypeError`` for one unknown, missing or given twice."""
        shape = _shape_of(type(self))
        if in_order:
            shape.name(in_order, by_name)
        if len(by_name) != len(shape.setters):
            shape.complete(by_name)
        try:
            for name, put in shape.setters:
                put(self, by_name[name])
        except KeyError as missing:
            raise TypeError(f"{type(self).__qualname__} needs {missing}") from None

    def __repr__(self) -> str:
        said = (f"{part.name}={getattr(self, part.name)!r}" for part in fields(self) if part.repr)
        return f"{type(self).__qualname__}({', '.join(said)})"

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        compared = _shape_of(type(self)).compared
        return all(getattr(self, name) == getattr(other, name) for name in compared)

    def __hash__(self) -> int:
        compared = _shape_of(type(self)).compared
        return hash((type(self), *(getattr(self, name) for name in compared)))

    def __setattr__(self, name: str, value: object) -> None:
        raise FrozenInstanceError(f"cannot assign to field {name!r}")

    def __delattr__(self, name: str) -> None:
        raise FrozenInstanceError(f"cannot delete field {name!r}")

    def __getstate__(self) -> tuple[Any, ...]:
        return tuple(getattr(self, name) for name, _put in _shape_of(type(self)).setters)

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        for (_name, put), value in zip(_shape_of(type(self)).setters, state, strict=True):
            put(self, value)


class _Shape:
    """What the methods of `Frozen` ask of one class, found once."""

    __slots__ = ("_defaults", "_ordered", "_title", "compared", "setters")

    def __init__(self, cls: Any) -> None:
        parts: tuple[Any, ...] = fields(cls)
        self._title = cls.__qualname__
        self._ordered = tuple(part.name for part in parts if not part.kw_only)
        self._defaults = tuple(
            (part.name, part.default, part.default_factory)
            for part in parts
            if part.default is not MISSING or part.default_factory is not MISSING
        )
        self.setters = tuple((part.name, getattr(cls, part.name).__set__) for part in parts)
        self.compared = tuple(part.name for part in parts if part.compare)

    def name(self, in_order: tuple[Any, ...], by_name: dict[str, Any]) -> None:
        """Given values in the order of the fields, put them among those that have a name."""
        expected = len(by_name) + len(in_order)
        by_name.update(zip(self._ordered, in_order, strict=False))
        if len(by_name) != expected:
            raise TypeError(
                f"{self._title} takes {len(self._ordered)} values by position, none of them twice"
            )

    def complete(self, by_name: dict[str, Any]) -> None:
        """Given the values that were given, add the defaults of the others."""
        for name, default, default_factory in self._defaults:
            if name not in by_name:
                by_name[name] = default_factory() if default is MISSING else default
        if len(by_name) > len(self.setters):
            known = {name for name, _put in self.setters}
            unknown = next(name for name in by_name if name not in known)
            raise TypeError(f"{self._title} has no {unknown!r}")


_SHAPES: Final[dict[Any, _Shape]] = {}


def _shape_of(cls: Any) -> _Shape:
    try:
        return _SHAPES[cls]
    except KeyError:
        return _SHAPES.setdefault(cls, _Shape(cls))
