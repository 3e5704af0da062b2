"""The JSON Schema of a spec: the model's classes enter, a document for editors leaves.

What pydantic says of the classes is the ground; `document` makes of it what a person writes: no
nulls, no Python defaults, names held by ``propertyNames``, every class and value type a
definition, the parameters of a job by its kind. Whatever the document refuses, the model refuses
too.

`python -m compiler.model.json_schema` writes the committed copy, ``specs/opsc.schema.json``.
"""

from __future__ import annotations

import json
from dataclasses import MISSING, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from compiler.model.health import INTERVAL_PATTERN
from compiler.model.kinds import KINDS
from compiler.model.spec import SECTIONS, Spec
from compiler.model.vocabulary import value_types
from runtime.contract.units import (
    DURATION_PATTERN,
    POSITIVE_DURATION_PATTERN,
    SIZE_PATTERN,
    format_duration,
)

_UNITS: Final = ("B", "KiB", "MiB", "GiB", "TiB")

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Schema: TypeAlias = dict[str, Any]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
IDENTIFIER: Final = "urn:opsc:spec:1"
"""Name of the document; the number is the version of the language."""

_OF_THE_PLACE: Final = ("title", "description", "default")
"""Keywords that a property says for itself when the rest is a definition that it refers to."""

_BY_NAME: Final = frozenset({"properties", "$defs", "patternProperties"})
"""Keywords whose value maps names of any kind to schemas."""


def document() -> Schema:
    """Return the JSON Schema (2020-12) of a whole spec; imports pydantic."""
    classes = _classes()
    types = {found.name: found for found in value_types()}
    names = {_identity(schema): name for name, schema in classes.items()}
    # Of types that are written the same, the first is meant.
    names = {_identity(found.schema): name for name, found in reversed(types.items())} | names
    definitions = {
        name: {**_described(found.meaning), **found.schema} for name, found in types.items()
    } | {name: _body(schema, names) for name, schema in classes.items()}
    spec = definitions.pop("Spec")
    for holder in ("Job", "Step"):
        said = definitions[holder].get("allOf", ())
        definitions[holder]["allOf"] = [*said, *_kinds()]
    own = [name for name, section in SECTIONS.items() if not section.is_shared]
    return {
        "$schema": DIALECT,
        "$id": IDENTIFIER,
        "title": "opsc spec",
        **spec,
        "required": ["opsc"],
        "dependentRequired": {name: ["service"] for name in own if name != "service"},
        "$defs": _used(spec, definitions),
    }


def render() -> str:
    """Return the document as JSON text, the same bytes every time."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


def _classes() -> dict[str, Schema]:
    """Return what pydantic says of every class that a spec is made of, by name."""
    from pydantic import TypeAdapter

    from compiler.model.schemas import entries

    known = entries()
    roots = [Spec, *(known[kind.schema] for kind in KINDS.values() if kind.schema)]
    _, found = TypeAdapter.json_schemas([(root, "validation", TypeAdapter(root)) for root in roots])
    classes: dict[str, Schema] = found["$defs"]
    return classes


def _kinds() -> Iterator[Schema]:
    """Yield, for each job kind, what `of` and `with` hold when `run` names it."""
    from compiler.model.schemas import entries

    known = entries()
    for name, kind in KINDS.items():
        required = []
        properties: dict[str, Any] = {}
        if kind.subject is not None:
            required.append("of")
        else:
            properties["of"] = False
        if kind.resource != "postgres":
            properties["user"] = False
        if kind.schema is not None:
            said = known[kind.schema]
            if _needs_keys(said):
                required.append("with")
            properties["with"] = {"$ref": f"#/$defs/{said.__name__}"}
        else:
            properties["with"] = {"maxProperties": 0}
        yield {
            "if": {"properties": {"run": {"const": name}}, "required": ["run"]},
            "then": {"required": required, "properties": properties},
        }


def _needs_keys(entry: Any) -> bool:
    """Whether an entry has a key that must be said."""
    return any(
        part.default is MISSING and part.default_factory is MISSING for part in fields(entry)
    )


def _identity(schema: Schema) -> str:
    """Return what makes a schema the same as another, wherever it stands."""
    return json.dumps(
        {key: value for key, value in schema.items() if key not in _OF_THE_PLACE}, sort_keys=True
    )


def _clean(node: Any, names: Mapping[str, str]) -> Any:
    """Return a schema as people write it; what has a name becomes a reference to it."""
    if isinstance(node, list):
        return [_clean(item, names) for item in node]
    if not isinstance(node, dict):
        return node
    node = _without_null(node)
    name = names.get(_identity(node))
    if name is not None:
        own = {key: node[key] for key in _OF_THE_PLACE if key in node}
        if "default" in own:
            own["default"] = _written(own["default"], node.get("pattern"))
        node = {"$ref": f"#/$defs/{name}", **own}
    return _body(node, names)


def _body(node: Schema, names: Mapping[str, str]) -> Schema:
    """Return the schema itself, its keywords cleaned one by one."""
    cleaned: Schema = {}
    for key, value in _named(node).items():
        if key == "title" or (key == "default" and value in (None, [], {})):
            continue
        if key == "description":
            cleaned.update(_described(value))
        elif key in _BY_NAME:
            cleaned[key] = {name: _clean(item, names) for name, item in value.items()}
        elif key == "default":
            cleaned[key] = _written(value, node.get("pattern"))
        elif key in ("examples", "enum", "const", "required"):
            cleaned[key] = value
        else:
            cleaned[key] = _clean(value, names)
    return cleaned


def _without_null(node: Schema) -> Schema:
    """Return a schema without the choice of null: a key that says nothing is left out."""
    if {"type": "null"} not in node.get("anyOf", ()):
        return node
    rest = [choice for choice in node["anyOf"] if choice != {"type": "null"}]
    others = {key: value for key, value in node.items() if key != "anyOf"}
    if others.get("default", ...) is None:
        del others["default"]
    return {**rest[0], **others} if len(rest) == 1 else {**others, "anyOf": rest}


def _written(value: Any, pattern: str | None) -> Any:
    """Given a default as the model holds it, return it as a spec writes it: 15 is ``15s``."""
    if pattern in (DURATION_PATTERN, POSITIVE_DURATION_PATTERN, INTERVAL_PATTERN):
        return format_duration(value)
    if pattern == SIZE_PATTERN:
        return _size(value)
    return value


def _size(size: int) -> str:
    """Return a size as a spec writes it, in the largest unit that holds it whole: ``4MiB``."""
    exponent = 0
    while size and size % 1024 == 0 and exponent < len(_UNITS) - 1:
        size, exponent = size // 1024, exponent + 1
    return f"{size}{_UNITS[exponent]}"


def _named(schema: Schema) -> Schema:
    """Return a mapping with its names held by ``propertyNames``, so that a wrong one is refused."""
    names = {"type": "string", **schema.get("propertyNames", {})}
    if "patternProperties" not in schema:
        return {**schema, "propertyNames": names} if "propertyNames" in schema else schema
    rest = {key: value for key, value in schema.items() if key != "patternProperties"}
    ((names["pattern"], value),) = schema["patternProperties"].items()
    return {**rest, "propertyNames": names, "additionalProperties": value}


def _described(docstring: str) -> Schema:
    """Return a description with its lines joined, and again as Markdown where it has any."""
    text = "\n\n".join(" ".join(part.split()) for part in docstring.split("\n\n"))
    return {"description": text} | ({"markdownDescription": text} if "`" in text else {})


def _used(spec: Schema, definitions: Mapping[str, Schema]) -> dict[str, Schema]:
    """Return the definitions that the spec leads to, by name."""
    found: dict[str, Schema] = {}
    waiting = [*_references(spec)]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = definitions[name]
            waiting.extend(_references(definitions[name]))
    return dict(sorted(found.items()))


def _references(node: Any) -> Iterator[str]:
    """Yield the names of the definitions that a schema refers to."""
    if isinstance(node, list):
        for item in node:
            yield from _references(item)
    elif isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"].removeprefix("#/$defs/")
        for value in node.values():
            yield from _references(value)


if __name__ == "__main__":
    copy = Path(__file__).parents[2] / "specs" / "opsc.schema.json"
    copy.write_text(render(), encoding="utf-8")
