"""Frozen, slotted, keyword-only dataclasses that cost little to make.

What `dataclass` would write and compile anew for every class, `Frozen` has once for all of them:
a command that is over in a tenth of a second pays for each class that it loads.
"""

from __future__ import annotations

from dataclasses import MISSING, FrozenInstanceError, dataclass, field, fields
from functools import cache
from typing import Any, ClassVar, TypeVar, dataclass_transform

_Class = TypeVar("_Class", bound=type)


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
def frozen(cls: _Class) -> _Class:
    """Given a subclass of `Frozen`, return it as a frozen, slotted, keyword-only dataclass."""
    make: Any = dataclass(
        init=False, repr=False, eq=False, match_args=False, kw_only=True, slots=True
    )
    made: _Class = make(cls)
    return made


class Frozen:
    """The base of classes that `frozen` makes."""

    __slots__ = ()

    __dataclass_fields__: ClassVar[dict[str, Any]]

    def __init__(self, **values: Any) -> None:
        """Take the fields' values by name; raise ``TypeError`` for one unknown or missing."""
        put = object.__setattr__
        cls: Any = type(self)
        parts = _parts_of(cls)
        taken = 0
        for name, default, default_factory in parts:
            if name in values:
                put(self, name, values[name])
                taken += 1
            elif default_factory is not MISSING:
                put(self, name, default_factory())
            elif default is not MISSING:
                put(self, name, default)
            else:
                raise TypeError(f"{type(self).__qualname__} needs {name!r}")
        if taken != len(values):
            known = {name for name, _default, _factory in parts}
            unknown = next(name for name in values if name not in known)
            raise TypeError(f"{type(self).__qualname__} has no {unknown!r}")

    def __repr__(self) -> str:
        said = ", ".join(f"{part.name}={getattr(self, part.name)!r}" for part in fields(self))
        return f"{type(self).__qualname__}({said})"

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return all(getattr(self, part.name) == getattr(other, part.name) for part in fields(self))

    def __hash__(self) -> int:
        return hash((type(self), *self.__getstate__()))

    def __setattr__(self, name: str, value: object) -> None:
        raise FrozenInstanceError(f"cannot assign to field {name!r}")

    def __delattr__(self, name: str) -> None:
        raise FrozenInstanceError(f"cannot delete field {name!r}")

    def __getstate__(self) -> tuple[Any, ...]:
        return tuple(getattr(self, part.name) for part in fields(self))

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        for part, value in zip(fields(self), state, strict=True):
            object.__setattr__(self, part.name, value)


@cache
def _parts_of(cls: Any) -> tuple[tuple[str, Any, Any], ...]:
    """Return the name, the default and the default factory of each field of a class."""
    return tuple((part.name, part.default, part.default_factory) for part in fields(cls))
