"""The door: pydantic's core schema of an `Entry` class, and its validator.

A schema can be built (needs pydantic, slow to import) or restored from `render`ed source, for
which pydantic's core is enough. Both ways validate the same and report the same errors.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from pydantic_core import SchemaValidator

CoreSchema: TypeAlias = "dict[str, Any]"

_DESCRIPTIVE: Final = frozenset({"metadata", "title", "serialization", "serialization_alias"})
"""Keys of a core schema that validation does not read."""


def core_schema(entry: Any) -> CoreSchema:
    """Given an `Entry` class or any annotation, return its core schema; imports pydantic.

    A key that is not needed is left out, never written as null: nullable schemas are unwrapped.
    """
    from pydantic import TypeAdapter

    built: Any = TypeAdapter(entry).core_schema
    stripped: CoreSchema = _strip(built, {})
    return stripped


@cache
def validator(entry: Hashable) -> SchemaValidator:
    """Given an `Entry` class, return its validator, made once; imports pydantic."""
    from pydantic_core import SchemaValidator

    return SchemaValidator(core_schema(entry))


def _strip(schema: Any, references: dict[str, str]) -> Any:
    """Return the schema without descriptions and nullables, its references counted from one."""
    if isinstance(schema, list | tuple):
        return type(schema)(_strip(item, references) for item in schema)
    if not isinstance(schema, dict):
        return schema
    if schema.get("type") == "nullable":
        return _strip(schema["schema"], references)
    stripped = {}
    for key, value in schema.items():
        if key in _DESCRIPTIVE:
            continue
        if key in ("ref", "schema_ref"):
            stripped[key] = references.setdefault(value, f"entry-{len(references) + 1}")
        else:
            stripped[key] = _strip(value, references)
    return stripped


def render(schemas: Mapping[str, CoreSchema], *, heading: str) -> str:
    """Given core schemas by name, return a Python module with one function each.

    Classes and functions in a schema must be importable by their qualified names.
    """
    imports: dict[str, str] = {}
    functions = [
        f'def {name}() -> "dict[str, object]":\n    return {_source(schema, imports)}\n'
        for name, schema in sorted(schemas.items())
    ]
    lines = [f"import {module}" for module in sorted(set(imports.values()))]
    return f'"""{heading}"""\n\n' + "\n".join(lines) + "\n\n\n" + "\n\n".join(functions)


def _source(value: Any, imports: dict[str, str]) -> str:
    if isinstance(value, dict):
        items = ", ".join(f"{key!r}: {_source(item, imports)}" for key, item in value.items())
        return "{" + items + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_source(item, imports) for item in value) + "]"
    if isinstance(value, tuple):
        return "(" + "".join(_source(item, imports) + ", " for item in value) + ")"
    if value is None or isinstance(value, bool | int | float | str):
        return repr(value)
    if value.__module__ == "builtins":
        return str(value.__qualname__)
    name = f"{value.__module__}.{value.__qualname__}"
    imports[name] = value.__module__
    return name
