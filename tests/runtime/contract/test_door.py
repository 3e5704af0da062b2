"""Core schemas as data: stripped, written as source, restored."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic_core import SchemaValidator, ValidationError

from runtime.contract.door import core_schema, render
from runtime.contract.files_expire import FilesExpire
from runtime.contract.health_check import HealthCheck
from runtime.contract.plan import Plan

CLASSES = {"files_expire": FilesExpire, "health_check": HealthCheck, "plan": Plan}

GIVEN: tuple[Any, ...] = (
    {"places": [{"root": "/srv/a"}], "older_than": "7d"},
    {"places": [{"root": "/srv/a", "colour": 1}], "older_than": "7"},
    {"checks": {"a": {"storage": {"path": "/", "degraded_below": "5%", "unhealthy_below": "1%"}}}},
    {"checks": {"a": {}, "b": {"http": {"url": None, "status": "200"}}}},
    {"major": 1, "minor": 0, "compiler": "0", "environment": "e", "jobs": {}},
    {"major": 1, "jobs": {"a/b": {"steps": {"s": {}}}}},
    None,
)


def _restored(name: str) -> Any:
    namespace: dict[str, Any] = {}
    source = render({key: core_schema(entry) for key, entry in CLASSES.items()}, heading="x")
    exec(source, namespace)  # noqa: S102  # what is imported in the product
    return namespace[name]()


def _outcome(schema: Any, value: object) -> object:
    try:
        return SchemaValidator(schema).validate_python(value)
    except ValidationError as error:
        return error.errors(include_url=False)


@pytest.mark.parametrize("name", CLASSES)
@pytest.mark.parametrize("value", GIVEN)
def test_a_restored_schema_validates_the_same(name: str, value: object) -> None:
    """Values and errors are those of the schema that pydantic builds."""
    assert _outcome(core_schema(CLASSES[name]), value) == _outcome(_restored(name), value)


def test_what_is_not_needed_is_left_out_and_never_null() -> None:
    """A key of a spec that says nothing is a fault."""
    check = {"http": {"url": "http://127.0.0.1/"}, "storage": None}

    found: Any = _outcome(core_schema(HealthCheck), {"checks": {"a": check}})

    assert [("checks", "a", "storage")] == [error["loc"][:3] for error in found]


def test_the_same_classes_give_the_same_source() -> None:
    """References are counted, and carry no address of an object."""
    schemas = {"plan": core_schema(Plan)}

    assert render(schemas, heading="x") == render({"plan": core_schema(Plan)}, heading="x")
    assert "0x" not in render(schemas, heading="x")
