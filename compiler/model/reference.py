"""The language reference: the model enters, as its JSON Schema; a Markdown page leaves.

The opening is ``reference_opening.txt``; each section opens with its part of ``reference.yaml``, a
valid spec. `python -m compiler.model.reference` writes the committed page, ``specs/README.md``.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from compiler.model.json_schema import document
from compiler.model.kinds import KINDS
from compiler.model.spec import SECTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from compiler.model.json_schema import Schema

SHARED: Final = ("Secret", "Relabel", "AlertFiring")
"""Mappings that stand in several places, and are told of once, among the values."""


def render() -> str:
    """Return the whole page, the same bytes every time; imports pydantic."""
    here = Path(__file__)
    opening = here.with_name("reference_opening.txt").read_text(encoding="utf-8")
    examples = examples_of(here.with_name("reference.yaml").read_text(encoding="utf-8"))
    page = _Page(document())
    parts = [opening.rstrip("\n"), *page.sections(examples), *page.values()]
    return "\n\n".join(parts) + "\n"


def examples_of(text: str) -> dict[str, str]:
    """Given the text of a spec, return the text of each of its sections by name."""
    pieces = re.split(r"(?m)^(?=[a-z_]+:)", text)
    return {piece.partition(":")[0]: piece.rstrip("\n") for piece in pieces if piece.strip()}


class _Page:
    """What the parts of the page are made of: the definitions of the JSON Schema."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self.definitions: Mapping[str, Schema] = schema["$defs"]
        self.headings: dict[str, str] = dict.fromkeys(SHARED, "") | {
            name: name for name in (*SHARED, *self._plain())
        }

    def sections(self, examples: Mapping[str, str]) -> Iterator[str]:
        """Yield the page's parts about the sections, in order."""
        yield "## Sections\n\n" + "\n".join(
            f"- [`{name}`](#{_anchor(name)}): {self._lead(self.schema['properties'][name])}"
            for name in SECTIONS
        )
        for name in SECTIONS:
            schema = self.schema["properties"][name]
            yield f"## `{name}`\n\n{schema['description']}"
            yield f"```yaml\n{examples[name]}\n```"
            yield from self._place(name, schema, is_headed=True)
            if name == "jobs":
                yield from self._kinds()

    def values(self) -> Iterator[str]:
        """Yield the page's parts about values."""
        rows = [
            f'| <a id="{_anchor(name)}"></a>{name} | {_cell(schema["description"])} '
            f"| {self._examples(schema)} |"
            for name, schema in sorted(self._plain().items())
        ]
        head = "| value | meaning | written |\n|---|---|---|\n"
        yield "## Values\n\n" + head + "\n".join(rows)
        for name in SHARED:
            yield f"### {name}\n\n{self.definitions[name]['description']}"
            yield from self._mapping(name, self.definitions[name])

    def _plain(self) -> dict[str, Schema]:
        """Return the definitions that are values and not mappings with keys."""
        return {
            name: schema for name, schema in self.definitions.items() if "properties" not in schema
        }

    def _place(self, path: str, schema: Schema, *, is_headed: bool) -> Iterator[str]:
        """Yield the parts about what stands at a path: its heading, its keys, what is in them."""
        reference = schema.get("$ref", "").removeprefix("#/$defs/")
        inner = schema.get("additionalProperties")
        if isinstance(inner, dict) and "properties" in self._resolved(inner):
            name = _target(inner)
            key = self._value(schema.get("propertyNames", {}))
            yield f"Each key is a {key}. Its value: {self.definitions[name]['description']}"
            yield from self._mapping(f"{path}.<name>", self.definitions[name])
        elif reference and "properties" in self.definitions[reference]:
            if not is_headed:
                yield f"### `{path}`\n\n{self.definitions[reference]['description']}"
            yield from self._mapping(path, self.definitions[reference])
        elif is_headed:
            yield f"Value: {self._value(schema)}."

    def _mapping(self, path: str, schema: Schema) -> Iterator[str]:
        """Yield the table of a mapping's keys, then the parts about the mappings inside it."""
        required = schema.get("required", ())
        rows = [
            f"| `{key}` | {self._value(value)} | {_default(key, value, required)} "
            f"| {_cell(self._lead(value))} |"
            for key, value in schema["properties"].items()
        ]
        table = "| key | value | default | meaning |\n|---|---|---|---|\n" + "\n".join(rows)
        yield "\n\n".join([table, *_groups(schema)])
        for key, value in schema["properties"].items():
            yield from self._inside(f"{path}.{key}", value)

    def _inside(self, path: str, schema: Schema) -> Iterator[str]:
        """Yield the parts about the mapping at a path, unless it is told of elsewhere."""
        inner = schema.get("additionalProperties")
        held = inner if isinstance(inner, dict) else schema.get("items", schema)
        name = _target(held)
        if name in self.headings or "properties" not in self._resolved(held):
            return
        below = f"{path}.<name>" if held is inner else path
        self.headings[name] = below
        # Below a kind of job, which is a part of its own, a mapping is a part of that part.
        level = "#####" if path.startswith("with.") else "###"
        yield f"{level} `{below}`\n\n{self.definitions[name]['description']}"
        yield from self._mapping(below, self.definitions[name])

    def _kinds(self) -> Iterator[str]:
        """Yield the parts about the job kinds: what each is done to, its parameters."""
        yield "### Kinds of jobs"
        for step in self.definitions["Step"]["allOf"]:
            name = step["if"]["properties"]["run"]["const"]
            kind = KINDS[name]
            held = step["then"]["properties"]["with"]
            words = f"`of` names an entry of `{kind.subject}`" if kind.subject else ""
            if kind.resource is not None:
                words += f", a `{kind.resource}`"
            if "$ref" not in held:
                yield f"#### `{name}`\n\n{words}; `with` is empty."
                continue
            target = self.definitions[_target(held)]
            says = f"{words}; `with` says:" if words else "`with` says:"
            yield f"#### `{name}`\n\n{says} {target['description']}"
            self.headings[_target(held)] = name
            yield from self._mapping("with", target)

    def _resolved(self, schema: Schema) -> Schema:
        return self.definitions.get(_target(schema), schema)

    def _lead(self, schema: Schema) -> str:
        """Return what a place says of itself, or what the mapping there says of itself."""
        text: str = schema.get("description") or self._resolved(schema)["description"]
        return text

    def _value(self, schema: Any) -> str:
        """Return what may stand somewhere, in words, with links to where it is told of."""
        name = _target(schema)
        if name in self._plain() or name in SHARED:
            return f"[{name}](#{_anchor(name)})"
        if name:
            return "a mapping"
        if "enum" in schema:
            return ", ".join(f"`{choice}`" for choice in schema["enum"])
        if "const" in schema:
            return f"`{schema['const']}`"
        if schema.get("type") == "array":
            return f"list: {self._value(schema['items'])}"
        if schema.get("type") == "object":
            return self._of_names(schema)
        return _TYPES[schema["type"]]

    def _of_names(self, schema: Schema) -> str:
        names, inner = schema.get("propertyNames"), schema.get("additionalProperties")
        held = self._value(inner) if isinstance(inner, dict) and inner else "any value"
        return f"mapping: {self._value(names) if names else 'text'} → {held}"

    def _examples(self, schema: Schema) -> str:
        """Return how a value is written: its choices, or examples."""
        shown = schema.get("enum") or schema.get("examples") or ()
        if schema.get("type") == "boolean":
            shown = ("true", "false")
        if "minimum" in schema:
            return f"`{schema['minimum']}` to `{schema['maximum']}`"
        return ", ".join(f"`{_flow(value)}`" for value in shown) or _TYPES[schema["type"]]


_TYPES: Final = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "`true` or `false`",
}


def _target(schema: Any) -> str:
    """Return the name of the definition that a schema refers to, or an empty text."""
    reference: str = schema.get("$ref", "")
    return reference.removeprefix("#/$defs/")


def _default(key: str, schema: Schema, required: tuple[str, ...]) -> str:
    if key in required:
        return "required"
    return f"`{_flow(schema['default'])}`" if "default" in schema else ""


def _flow(value: Any) -> str:
    """Return a value as YAML writes it on one line."""
    if isinstance(value, list):
        return "[" + ", ".join(_flow(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value)
    quoted = isinstance(value, str) and (not text or text[0] in "#@{[*;$" or _is_number(text))
    return f'"{text}"' if quoted else text


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[0-9]+(\.[0-9]+)*", text) is not None


def _groups(schema: Schema) -> Iterator[str]:
    """Yield, in words, which keys exclude or need each other."""
    for group in schema.get("allOf", ()):
        for how, words in (("oneOf", "Exactly one of"), ("anyOf", "At least one of")):
            if how in group:
                yield f"{words} {_keys(choice['required'][0] for choice in group[how])}."
        if "not" in group:
            pairs = [key for pair in group["not"]["anyOf"] for key in pair["required"]]
            yield f"At most one of {_keys(dict.fromkeys(pairs))}."


def _keys(names: Any) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _cell(text: str) -> str:
    """Return a text as it stands in a table."""
    return " ".join(text.split()).replace("|", "\\|")


def _anchor(heading: str) -> str:
    """Return the name of the place that a heading becomes."""
    return re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-")


if __name__ == "__main__":
    page = Path(__file__).parents[2] / "specs" / "README.md"
    page.write_text(render(), encoding="utf-8")
