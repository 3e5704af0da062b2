from __future__ import annotations

from typing import Any

import pytest
from pydantic_core import ValidationError

from compiler.model.resources import KINDS, Resource, kind_of
from compiler.model.schemas import validator

SPECS: dict[str, Any] = {
    "postgres": {"postgres": {"dsn": {"env": "DSN"}}},
    "redis": {"redis": {"url": {"env": "URL"}}},
    "http": {"http": {"url": "http://127.0.0.1:8000/health"}},
    "storage": {"storage": {"path": "/srv"}},
    "queue": {"queue": {"in": "cache", "list": "waiting"}},
    "bucket": {"bucket": {"name": "tabular-exports"}},
    "systemd": {"systemd": "worker@1.service"},
}


def resource(written: Any) -> Resource:
    """Return what is written as the model has it."""
    read: Resource = validator("resource").validate_python(written)
    return read


@pytest.mark.parametrize("kind", KINDS)
def test_a_resource_is_of_the_kind_that_is_written(kind: str) -> None:
    """Each kind is a key."""
    assert kind == kind_of(resource(SPECS[kind]))


@pytest.mark.parametrize(
    "written",
    [
        {},
        SPECS["postgres"] | SPECS["redis"],
        {"queue": {"in": "cache"}},
        {"queue": {"in": "cache", "list": "a", "stream": "b"}},
        {"systemd": "worker"},
        {"systemd": "../worker.service"},
        {"storage": {"path": "srv"}},
        {"postgres": {"dsn": "postgresql://user:nosecret@db/x"}},
    ],
)
def test_a_resource_of_no_kind_of_two_or_of_a_wrong_form_is_refused(written: Any) -> None:
    """A resource is one thing, and its secrets stand elsewhere."""
    with pytest.raises(ValidationError):
        resource(written)
