"""The base of every validated class, of a spec and of a job plan alike.

A class is a standard dataclass made by `entry`, as `frozen` is called at the doors; pydantic
validates it. A spec writes each field under `written_key(field)`, the field's name without its
unit: ``timeout_seconds`` is written ``timeout: 5m``. A job plan writes the field's own name and the
number.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any, ClassVar, Final

from runtime.contract.frozen import Frozen
from runtime.contract.frozen import frozen as entry

__all__ = ["UNIT_SUFFIXES", "Entry", "check_key_groups", "entry", "wrapped", "written_key"]

UNIT_SUFFIXES: Final = ("_seconds", "_bytes", "_ratio")


def written_key(field: str) -> str:
    """Given a field's name, return the key a spec writes: no unit suffix, no trailing ``_``."""
    for suffix in UNIT_SUFFIXES:
        if field.endswith(suffix):
            return field[: -len(suffix)]
    return field.rstrip("_")


class Entry(Frozen):
    """A mapping with known keys; every subclass is decorated with `entry`.

    `exactly_one`, `at_least_one`, `at_most_one` and `all_or_none` name groups of fields (Python
    names) of which an entry has so many. A field counts as given when it is not None.
    """

    __slots__ = ()
    __pydantic_config__: ClassVar[dict[str, Any]] = {
        "extra": "forbid",
        "use_attribute_docstrings": True,
        "alias_generator": written_key,
    }
    exactly_one: ClassVar[tuple[tuple[str, ...], ...]] = ()
    at_least_one: ClassVar[tuple[tuple[str, ...], ...]] = ()
    at_most_one: ClassVar[tuple[tuple[str, ...], ...]] = ()
    all_or_none: ClassVar[tuple[tuple[str, ...], ...]] = ()

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        """Return the dataclass schema, with the check of the key groups after it."""
        schema = handler(source)
        if not (cls.exactly_one or cls.at_least_one or cls.at_most_one or cls.all_or_none):
            return schema
        return wrapped(
            {
                "type": "function-after",
                "function": {"type": "no-info", "function": check_key_groups},
            },
            schema,
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: Any) -> Any:
        """Return the JSON Schema, with the key groups said as ``oneOf`` and ``not``."""
        described = handler(schema)
        target = handler.resolve_ref_schema(described)
        groups: list[dict[str, Any]] = [
            {how: [{"required": [written_key(name)]} for name in group]}
            for how, some in (("oneOf", cls.exactly_one), ("anyOf", cls.at_least_one))
            for group in some
        ]
        for group in cls.at_most_one:
            pairs = combinations([written_key(name) for name in group], 2)
            groups.append({"not": {"anyOf": [{"required": list(pair)} for pair in pairs]}})
        for group in cls.all_or_none:
            keys = [written_key(name) for name in group]
            groups.append({"dependentRequired": dict.fromkeys(keys, keys)})
        if groups:
            # Set, not added to: pydantic asks twice for a class whose schema stands in another.
            target["allOf"] = groups
        _describe_inherited(cls, target.get("properties", {}))
        return described


def _describe_inherited(cls: type[Entry], properties: dict[str, Any]) -> None:
    """Give the keys that a class has of another one the words that stand there.

    pydantic reads the docstrings of a class's own fields alone.
    """
    for base in cls.__bases__:
        if base is not Entry and issubclass(base, Entry):
            from pydantic import TypeAdapter

            inherited = TypeAdapter(base).json_schema()["properties"]
            for key, said in inherited.items():
                properties[key].setdefault("description", said["description"])


def wrapped(wrapper: dict[str, Any], schema: Any) -> dict[str, Any]:
    """Given a schema without its inner one, and that, return the two as one.

    The reference moves outside: pydantic uses what bears it wherever the class comes again, and
    would leave the wrapper out there.
    """
    inner = dict(schema)
    reference = inner.pop("ref", None)
    named = {} if reference is None else {"ref": reference}
    return {**wrapper, "schema": inner, **named}


def check_key_groups(entry: Entry) -> Entry:
    """Given a validated entry, return it; raise ``spec/key-group`` when a group is not met."""
    for group in entry.exactly_one:
        _check_group(entry, group, least=1, most=1)
    for group in entry.at_least_one:
        _check_group(entry, group, least=1, most=len(group))
    for group in entry.at_most_one:
        _check_group(entry, group, least=0, most=1)
    for group in entry.all_or_none:
        if any(getattr(entry, name) is not None for name in group):
            _check_all(entry, group)
    return entry


def _check_all(entry: Entry, group: tuple[str, ...]) -> None:
    # Here and below: what only an error needs is loaded with it.
    from pydantic_core import PydanticCustomError

    given = [written_key(name) for name in group if getattr(entry, name) is not None]
    missing = [written_key(name) for name in group if getattr(entry, name) is None]
    if missing:
        listed = " and ".join(f"`{key}`" for key in missing)
        raise PydanticCustomError(
            "spec/key-group",
            "`{given}` says nothing without {listed}",
            {"given": given[0], "listed": listed, "help": f"add {listed}", "key": given[0]},
        )


def _check_group(entry: Entry, group: tuple[str, ...], *, least: int, most: int) -> None:
    if least <= len([1 for name in group if getattr(entry, name) is not None]) <= most:
        return
    from pydantic_core import PydanticCustomError

    given = [written_key(name) for name in group if getattr(entry, name) is not None]
    keys = ", ".join(f"`{written_key(name)}`" for name in group)
    if len(given) > most:
        both = " and ".join(f"`{key}`" for key in given)
        raise PydanticCustomError(
            "spec/key-group",
            "{both} exclude each other",
            {"both": both, "help": f"keep one of {keys}", "key": given[1]},
        )
    raise PydanticCustomError(
        "spec/key-group",
        "one of {keys} is missing",
        {"keys": keys, "help": f"add one of {keys}"},
    )
