"""What pydantic says about an entry, said to people: errors in, faults out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from compiler.source.fault import Fault, Place
from compiler.source.suggest import nearest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic_core import ErrorDetails, ValidationError

    from compiler.source.tree import Path

_EXPECTED: Final = {
    "string_type": "text",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "`true` or `false`",
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "mapping_type": "a mapping",
    "dataclass_type": "a mapping",
    "dataclass_exact_type": "a mapping",
}
"""What was expected, by the type of pydantic's error."""

_PATTERN_HELP: Final = {
    "|/\\S*|": "a dashboard or a panel by name, such as `performance/errors`, or an address",
    "[a-z][a-z0-9]*([-_]": "lower-case words joined by `-` or `_`, such as `tabular-api`",
    "[A-Z][A-Za-z0-9]*$": "words in camel case that begin with a capital, such as `HighCPUUsage`",
    "(?:\\{ *": 'a metric and its labels in double quotes, such as `up{job="api"}`',
    "[a-zA-Z_:]": "a metric name: letters, digits, `_` and `:`",
    "[a-zA-Z_][": "a label name: letters, digits and `_`",
    "https?://": "an address that begins with http:// or https:// and holds no credentials",
    "[0-9]{1,5}$": "a host and a port, such as `node1:9100`",
    "[^\\s@]+@": "a mail address",
    "[0-9]{4}-": "a minute in UTC, such as `2027-03-01T02:00Z`",
    "[0-9]{1,4}\\.": 'a version in quotes, such as `"2.42"`',
    "[a-z]+(\\.[a-z]+)?$": "an object and a verb, such as `files.expire`, or `command`",
    "[^.\\x00\\n]+(": "a table, with its schema where that is not `public`: `archive.orders`",
    "[^/\\x00][^\\x00]*/$": "the beginning of keys with a slash at its end, such as `exports/`",
    "[a-z0-9.-]{1,61}": "lower-case letters, digits, `-` and `.`, such as `shop-exports`",
    "\\.(json|yml|yaml)": "an absolute path that ends in .json, .yml or .yaml",
    "[*?]*": "a pattern of keys such as `tabular:session:*`, and not one that means every key",
    "(service|socket": "a unit of systemd with its kind, such as `tabular-worker.service`",
    "'*+.^_": "a header's, such as `X-Request-Source`",
    "[^=": "a label, with its value or without, such as `stage=build`",
    "[^/\\s]": "the name of a program, without its folder and without arguments",
    "[a-z0-9]([a-z0-9-]*[a-z0-9])?$": "lower-case letters and digits, joined by hyphens",
    "@sha256:": "an image with its tag or digest, `registry.example.org/opsrun:1.4.2`",
    "[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$": "letters and digits, joined by `-`, `_` or `.`",
    "^/": "an absolute path",
    "[#@]": 'a channel in quotes, such as `"#operations"`',
}
"""What a pattern asks for, by a piece of the pattern."""


def faults_of(error: ValidationError, base: Path, schema: Mapping[str, Any]) -> Iterator[Fault]:
    """Given what validation said of the entry at `base` and its core schema, yield the faults."""
    details = error.errors(include_url=False)
    refused = {detail["loc"][:-1] for detail in details}
    for detail in details:
        # An item that is refused does not count: that a list is too short then follows from it.
        if detail["type"] != "too_short" or detail["loc"] not in refused:
            yield _fault(detail, base, schema)


def _fault(detail: ErrorDetails, base: Path, schema: Mapping[str, Any]) -> Fault:
    path: Path = (*base, *detail["loc"])
    kind = detail["type"]
    context = detail.get("ctx", {})
    if "/" in kind:
        return _own(kind, detail["msg"], path, context)
    if path and path[-1] == "[key]":
        return _wrong_text(Place(path[:-1], "key"), detail, "a name here is ")
    if kind == "unexpected_keyword_argument":
        return _unknown_key(path, known_keys(schema, detail["loc"][:-1]))
    if kind == "missing":
        return Fault(
            rule="spec/missing-key",
            place=Place(path[:-1], "key"),
            headline=f"`{path[-1]}` is missing",
            label="here",
            help=f"add `{path[-1]}:`",
        )
    if kind == "literal_error":
        return _not_one_of(path, detail["input"], context.get("expected", ""))
    if kind in _EXPECTED:
        return _wrong_type(path, detail["input"], _EXPECTED[kind])
    if kind.startswith("string_"):
        return _wrong_text(Place(path), detail, "write ")
    is_empty = kind == "too_short"
    return _empty(path, detail, schema) if is_empty else _out_of_range(path, detail)


def _own(rule: str, message: str, path: Path, context: Mapping[str, Any]) -> Fault:
    """Return the fault of an error that one of our own types raised."""
    inside = (context["start"], context["end"]) if "start" in context else None
    if rule == "spec/bad-schedule" and context["key"]:
        path = (*path, context["key"])
    place = Place(path, "value", inside)
    if rule == "spec/key-group":
        place = Place((*path, context["key"]), "key") if "key" in context else Place(path, "key")
    return Fault(rule=rule, place=place, headline=message, help=context.get("help", ""))


def _unknown_key(path: Path, known: list[str]) -> Fault:
    key = str(path[-1])
    close = nearest(key, known)
    listed = ", ".join(f"`{name}`" for name in known)
    return Fault(
        rule="spec/unknown-key",
        place=Place(path, "key"),
        headline=f"unknown key `{key}`",
        label=f"did you mean `{close}`?" if close else "nothing is said by this key",
        help=f"the keys here are {listed}" if known else "",
    )


def _not_one_of(path: Path, given: object, expected: str) -> Fault:
    choices = [word for word in expected.replace(" or ", ", ").replace("'", "").split(", ") if word]
    close = nearest(given, choices) if isinstance(given, str) else None
    return Fault(
        rule="spec/wrong-type",
        place=Place(path),
        headline=f"{shown(given)} is not one of the values that are possible here",
        label=f"did you mean `{close}`?" if close else "",
        help="write " + " or ".join(f"`{choice}`" for choice in choices),
    )


def _wrong_type(path: Path, given: object, expected: str) -> Fault:
    help_line = ""
    if given is None:
        help_line = "nothing is written here: write a value, or leave the key out"
    elif expected == "text" and isinstance(given, int | float):
        help_line = "write it in quotes"
    elif expected == "a list" and not isinstance(given, dict):
        help_line = f"write a list: `[{shown(given)[1:-1]}]`"
    return Fault(
        rule="spec/wrong-type",
        place=Place(path),
        headline=f"expected {expected}, found {shown(given)}",
        help=help_line,
    )


def _wrong_text(place: Place, detail: ErrorDetails, opening: str) -> Fault:
    context = detail.get("ctx", {})
    pattern = str(context.get("pattern", ""))
    wanted = next((text for piece, text in _PATTERN_HELP.items() if piece in pattern), "")
    if detail["type"] == "string_too_short":
        headline = "text is empty"
    elif detail["type"] == "string_too_long":
        headline = f"text is longer than {context.get('max_length')} characters"
    else:
        headline = f"{shown(detail['input'])} is not of the form that is needed here"
    return Fault(
        rule="spec/bad-name" if place.part == "key" else "spec/wrong-type",
        place=place,
        headline=headline,
        help=opening + wanted if wanted else "",
    )


def _empty(path: Path, detail: ErrorDetails, schema: Mapping[str, Any]) -> Fault:
    """Return the fault of a list, or a mapping, in which nothing stands."""
    what = "mapping" if isinstance(detail["input"], dict) else "list"
    field = _fields(schema, detail["loc"][:-1]).get(str(detail["loc"][-1]))
    is_optional = field is not None and field["schema"]["type"] == "default"
    otherwise = f", or leave `{path[-1]}` out" if is_optional else ""
    return Fault(
        rule="spec/out-of-range",
        place=Place(path),
        headline=f"the {what} is empty",
        help=f"write one entry at least{otherwise}",
    )


def _out_of_range(path: Path, detail: ErrorDetails) -> Fault:
    message = detail["msg"].replace("Input should be ", "")
    return Fault(
        rule="spec/out-of-range",
        place=Place(path),
        headline=f"{shown(detail['input'])} is outside what is possible here",
        help=f"write a value {message}" if "than" in message else message,
    )


def shown(value: object) -> str:
    """Given any value of a tree, return how a headline shows it, short and on one line."""
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    text = text.replace("\n", " ")
    return f"`{text if len(text) <= 60 else text[:57] + '…'}`"


def known_keys(schema: Mapping[str, Any], location: tuple[str | int, ...]) -> list[str]:
    """Given a core schema and a location in it, return the keys of the entry that stands there."""
    return list(_fields(schema, location))


def _fields(schema: Mapping[str, Any], location: tuple[str | int, ...]) -> dict[str, Any]:
    """Return the fields of the entry that stands at a location in a core schema, by their keys."""
    shared = {str(part["ref"]): part for part in schema.get("definitions", ())}
    node = _entry_node(schema, shared)
    for step in location:
        if node is None:
            return {}
        if node["type"] == "dataclass":
            fields = node["schema"]["fields"]
            node = next((f["schema"] for f in fields if f["validation_alias"] == step), None)
        elif node["type"] == "dict":
            node = node["values_schema"]
        else:
            node = node["items_schema"][0]
        node = _entry_node(node, shared)
    if node is None or node["type"] != "dataclass":
        return {}
    return {field["validation_alias"]: field for field in node["schema"]["fields"]}


def _entry_node(schema: Any, shared: Mapping[str, Any]) -> Any:
    """Return the schema of a mapping or list that a schema wraps, or names in `shared`, or None."""
    while schema is not None and schema["type"] not in ("dataclass", "dict", "tuple"):
        is_named = schema["type"] == "definition-ref"
        schema = shared.get(schema["schema_ref"]) if is_named else schema.get("schema")
    return schema
