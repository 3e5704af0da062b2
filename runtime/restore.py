"""A plan that was validated before, as its classes again, without pydantic: data in, entries out.

The plan door validates a plan once; what passed it is known by its digest. Reading it again then
costs no validation, and no import of what validates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, TypeVar, Union, get_args, get_origin, get_type_hints

from runtime.contract.entry import Entry

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

_Class = TypeVar("_Class", bound=Entry)


def restored(cls: type[_Class], raw: Mapping[str, Any]) -> _Class:
    """Given a class and its plan form, which is known to be valid, return the entry."""
    readers: Mapping[str, Callable[[Any], Any]] = _readers(cls)  # type: ignore[arg-type]  # a class is hashable
    return cls(**{name: readers[name](value) for name, value in raw.items()})


@cache
def _readers(cls: Hashable) -> Mapping[str, Callable[[Any], Any]]:
    # A class; the cache alone asks no more of it than that.
    entry: Any = cls
    hints = get_type_hints(entry)
    return {part.name: _reader(hints[part.name]) for part in fields(entry)}


def _reader(hint: Any) -> Callable[[Any], Any]:
    """Given an annotation, return what makes its value of JSON data."""
    origin, arguments = get_origin(hint), get_args(hint)
    if isinstance(hint, type) and issubclass(hint, Entry):
        return lambda raw: restored(hint, raw)
    if getattr(hint, "__name__", "") == "Decimal":
        return lambda raw: hint(str(raw))
    if origin in (Union, UnionType):
        inner = _reader(next(one for one in arguments if one is not NoneType))
        return lambda raw: None if raw is None else inner(raw)
    if origin is Mapping:
        value = _reader(arguments[1])
        return lambda raw: {key: value(item) for key, item in raw.items()}
    if origin is tuple:
        item = _reader(arguments[0])
        return lambda raw: tuple(item(one) for one in raw)
    return _same


def _same(raw: Any) -> Any:
    return raw
