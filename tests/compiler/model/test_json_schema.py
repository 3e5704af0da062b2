"""The JSON Schema of a spec: complete, documented, the committed copy current."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from compiler.model import json_schema
from compiler.model.kinds import KINDS
from compiler.model.scrape import CATALOGUES, OWN
from compiler.model.spec import SECTIONS
from tests.checkout import ROOT
from tests.compiler.model.specs import plain, valid_files

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCUMENT = json_schema.document()
VALIDATOR = Draft202012Validator(DOCUMENT)
SERVICE = {"name": "shop", "title": "Shop", "owner": "shop-team"}


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """Given a schema, return it with the definition that it refers to."""
    if "$ref" not in schema:
        return schema
    return {**DOCUMENT["$defs"][schema["$ref"].removeprefix("#/$defs/")], **schema}


def schemas(node: Any, name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every property below a schema by its path."""
    if isinstance(node, dict):
        for key, value in node.get("properties", {}).items():
            if isinstance(value, dict):
                yield f"{name}.{key}", value
        for key, value in node.items():
            yield from schemas(value, f"{name}.{key}")
    elif isinstance(node, list):
        for item in node:
            yield from schemas(item, name)


# What stands under `if` and `then` only narrows properties that are described above it.
PROPERTIES = {name: schema for name, schema in schemas(DOCUMENT, "") if ".if." not in name + "."}


def test_the_committed_copy_is_current() -> None:
    """Editors read the file; `python -m compiler.model.json_schema` rewrites it."""
    committed = (ROOT / "specs" / "opsc.schema.json").read_text(encoding="utf-8")

    assert json_schema.render() == committed


def test_the_document_is_a_json_schema() -> None:
    """It keeps to the dialect that it names."""
    Draft202012Validator.check_schema(DOCUMENT)

    assert json_schema.DIALECT == DOCUMENT["$schema"]


def test_every_section_is_in_it() -> None:
    """The sections are those of the language, in their order."""
    assert list(SECTIONS) == list(DOCUMENT["properties"])


def test_every_property_and_definition_is_described() -> None:
    """An editor has something to show at every key."""
    described = {**PROPERTIES, **DOCUMENT["$defs"]}
    silent = [
        name
        for name, schema in described.items()
        if ".then." not in name and not resolved(schema).get("description")
    ]

    assert silent == []


def test_every_value_has_a_form() -> None:
    """Each property says a type, a choice, or one of several forms."""
    forms = {"type", "enum", "const", "anyOf"}
    shapeless = [
        name
        for name, schema in PROPERTIES.items()
        if ".then." not in name and not forms & {*resolved(schema)}
    ]

    assert shapeless == []


def test_texts_of_a_form_show_an_example() -> None:
    """Where a pattern decides, nobody has to read the pattern."""
    bare = [
        name
        for name, schema in {**PROPERTIES, **DOCUMENT["$defs"]}.items()
        if "pattern" in resolved(schema) and not resolved(schema).get("examples")
    ]

    assert bare == []


def test_examples_and_defaults_are_valid() -> None:
    """What an editor offers is never refused."""
    offered = [
        (name, schema, value)
        for name, schema in {**PROPERTIES, **DOCUMENT["$defs"]}.items()
        for value in (
            *resolved(schema).get("examples", ()),
            *([schema["default"]] if "default" in schema else []),
        )
    ]
    refused = [
        (name, value)
        for name, schema, value in offered
        if not VALIDATOR.evolve(schema=resolved(schema)).is_valid(value)
    ]

    assert offered
    assert refused == []


def test_nothing_is_null_and_nothing_is_called_by_a_class() -> None:
    """A key that says nothing is left out, and Python's names stay in Python."""
    text = json.dumps({**DOCUMENT, "title": ""})

    assert '"null"' not in text
    assert '": null' not in text
    assert text.count('"title": ""') == 1
    assert '"title": "' not in text.replace('"title": ""', "")


def test_every_definition_is_referred_to() -> None:
    """No definition is left over."""
    text = json.dumps(DOCUMENT)

    assert [name for name in DOCUMENT["$defs"] if f'"#/$defs/{name}"' not in text] == []


def test_mappings_refuse_what_they_do_not_know() -> None:
    """Each mapping has known keys, or names of a known form."""
    open_ones = [
        name
        for name, schema in {**PROPERTIES, **DOCUMENT["$defs"]}.items()
        if resolved(schema).get("type") == "object"
        and resolved(schema).get("additionalProperties") is not False
        and "propertyNames" not in resolved(schema)
    ]

    # Their names are their author's own words.
    assert {name.rsplit(".", 1)[-1] for name in open_ones} <= {"checks"}


@pytest.mark.parametrize("file", valid_files(), ids=lambda file: str(file.name))
def test_valid_specs_are_valid(file: Any) -> None:
    """The schema refuses none of them."""
    assert [error.message for error in VALIDATOR.iter_errors(plain(file))] == []


def test_the_valid_specs_say_every_key() -> None:
    """The golden folder covers every section and every field."""
    said: set[str] = set()

    def collect(node: Any) -> None:
        if isinstance(node, dict):
            said.update(str(key) for key in node)
        for value in node.values() if isinstance(node, dict) else node:
            if isinstance(value, dict | list):
                collect(value)

    for file in valid_files():
        collect(plain(file))
    keys = {name.rsplit(".", 1)[-1] for name in PROPERTIES}

    assert sorted(keys - said) == []


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({"service": SERVICE}, "'opsc' is a required property"),
        ({"opsc": 2}, "1 was expected"),
        ({"opsc": 1, "servce": SERVICE}, "Additional properties are not allowed"),
        ({"opsc": 1, "jobs": {}}, "'service' is a dependency of 'jobs'"),
        ({"opsc": 1, "teams": {"Shop Team": {}}}, "'Shop Team' does not match"),
        ({"opsc": 1, "hosts": {"front": None}}, "None is not valid under any of the"),
        ({"opsc": 1, "scrape": {"a": {"exposes": "metrics"}}}, "is not valid under any of the"),
    ],
)
def test_faults_are_refused(spec: dict[str, Any], message: str) -> None:
    """A missing version, unknown keys, wrong names, nulls and unmet key groups are refused."""
    assert message in "\n".join(error.message for error in VALIDATOR.iter_errors(spec))


def _job(**job: Any) -> dict[str, Any]:
    whole = {"schedule": "manual", "timeout": "1m", **job}
    return {"opsc": 1, "service": SERVICE, "jobs": {"work": whole}}


@pytest.mark.parametrize(
    ("job", "message"),
    [
        ({"run": "files.expire"}, "'of' is a required property"),
        ({"run": "files.expire", "of": "a", "with": {"x": 1}}, "expected to be empty"),
        ({"run": "health.check"}, "'of' is a required property"),
        ({"run": "command"}, "'with' is a required property"),
        ({"run": "command", "of": "a", "with": {"argv": ["a"]}}, "False schema"),
        ({"run": "command", "with": {"directory": "/"}}, "'argv' is a required property"),
        ({"steps": {"a": {"run": "files.expire"}}}, "'of' is a required property"),
    ],
)
def test_parameters_follow_the_kind(job: dict[str, Any], message: str) -> None:
    """What `of` and `with` hold is said by `run`, in a job and in a step."""
    messages = [error.message for error in VALIDATOR.iter_errors(_job(**job))]

    assert [text for text in messages if message in text]


def test_every_kind_is_offered() -> None:
    """An editor completes `run` with each job kind there is."""
    assert sorted(KINDS) == sorted(DOCUMENT["$defs"]["Kind"]["examples"])


def test_every_catalogue_is_offered() -> None:
    """An editor completes `exposes` with each exporter that is known."""
    offered = DOCUMENT["$defs"]["Exposes"]["examples"]

    assert sorted({OWN, *CATALOGUES}) == sorted(offered)
