"""Dashboards held against the JSON Schema of a current Grafana: a dashboard enters, errors leave.

``schema/README.md`` says where the schemas come from. They are taken as they are, but for
annotations: there the generated type says what the same package calls a remainder, and its own
hand-written type, `veneer/dashboard.types`, says a query of the data source; what that query's
events are called stands beside it, in what the newer model of dashboards calls `legacyOptions`.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jsonschema import Draft7Validator

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMAS = Path(__file__).with_name("schema")
ANNOTATION_TEXTS = ("titleFormat", "textFormat")


@cache
def validator(name: str) -> Draft7Validator:
    """Given a schema's name, return its validator, with a query for what annotations ask."""
    schema = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
    if name == "dashboard":
        annotation = schema["definitions"]["AnnotationQuery"]["properties"]
        annotation["target"] = {"type": "object", "required": ["refId", "expr"]}
        annotation |= {key: {"type": "string"} for key in ANNOTATION_TEXTS}
    return Draft7Validator(schema)


def errors(dashboard: dict[str, Any]) -> list[str]:
    """Given a dashboard, return what the schemas have against it, and against its panels."""
    return [*_errors("dashboard", dashboard), *_of_panels(dashboard["panels"])]


def panels_of(dashboard: dict[str, Any]) -> list[dict[str, Any]]:
    """Given a dashboard, return its panels, those in closed rows too, without the rows."""
    found: list[dict[str, Any]] = []
    for panel in dashboard["panels"]:
        found.extend(panel["panels"] if panel["type"] == "row" else [panel])
    return found


def _of_panels(panels: list[dict[str, Any]]) -> Iterator[str]:
    for panel in panels:
        if panel["type"] == "row":
            yield from _of_panels(panel["panels"])
            continue
        yield from _errors(f"options-{panel['type']}", panel["options"])
        custom = panel["fieldConfig"]["defaults"]["custom"]
        if (SCHEMAS / f"custom-{panel['type']}.json").exists():
            yield from _errors(f"custom-{panel['type']}", custom)
        else:
            assert {} == custom


def _errors(name: str, data: object) -> Iterator[str]:
    for error in validator(name).iter_errors(data):
        path = "/".join(map(str, error.absolute_path))
        yield f"{name} at {path}: {error.message[:200]}"
