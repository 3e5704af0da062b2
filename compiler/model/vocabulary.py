"""The value types of the language by name: what each means and how it is written.

Types enter from the model's modules, their meanings from the docstrings that follow them in the
source; JSON Schema and the language reference are made of what leaves.
"""

from __future__ import annotations

import ast
import inspect
import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, get_args

from compiler.model import (
    alert_tests,
    dashboards,
    environments,
    health,
    jobs,
    maintenance,
    metrics,
    resources,
    routing,
    scrape,
    slos,
    types,
    values,
)
from runtime.contract import data_expire, database, postgres_bloat, units
from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

_MODULES: Final = (
    *(units, types, values, environments, scrape, metrics, routing, slos, alert_tests),
    *(dashboards, resources, health, jobs, maintenance, database, data_expire, postgres_bloat),
)

_TITLES: Final = {
    "Seconds": "Duration",
    "Bytes": "Size",
    "Ratio": "Proportion",
    "ScheduleText": "Schedule",
    "SamplesText": "Samples",
    "Positive": "PositiveCount",
    "DashboardText": "DashboardName",
    "Status": "HttpStatus",
}
"""What people call a type, where Python's name for it tells of what the model holds."""

_PRIVATE: Final = frozenset({"Dimension", "MatchOperator", "ResourceKind"})
"""Types of the model's inside, which no key is written with."""


@frozen
class ValueType(Frozen):
    """One type: `schema` is the JSON Schema of its written form, `meaning` a sentence or two."""

    name: str
    schema: dict[str, Any]
    meaning: str


def value_types() -> tuple[ValueType, ...]:
    """Return the value types of the language, those with units first. Needs the modules' source."""
    return tuple(found for module in _MODULES for found in _types_of(module))


def _types_of(module: ModuleType) -> Iterator[ValueType]:
    for name, docstring in _documented(module):
        schema = _schema(getattr(module, name))
        if schema and name not in _PRIVATE:
            meaning = re.sub(r"``(.+?)``", r"`\1`", " ".join(docstring.split()))
            yield ValueType(name=_TITLES.get(name, name), schema=schema, meaning=meaning)


def _documented(module: ModuleType) -> Iterator[tuple[str, str]]:
    """Yield the names that a module assigns and documents, with their docstrings."""
    body = ast.parse(inspect.getsource(module)).body
    for statement, following in pairwise(body):
        target = statement.targets[0] if isinstance(statement, ast.Assign) else None
        text = following.value if isinstance(following, ast.Expr) else None
        if isinstance(target, ast.Name) and isinstance(text, ast.Constant):
            yield target.id, str(text.value)


def _schema(annotation: Any) -> dict[str, Any] | None:
    """Return the JSON Schema that an annotation brings along, or None when it is no type."""
    for part in getattr(annotation, "__metadata__", ()):
        written = getattr(part, "__get_pydantic_json_schema__", None)
        if written is not None:
            schema: dict[str, Any] = written(None, None)
            return schema
    choices = get_args(annotation)
    if choices and all(isinstance(choice, str) for choice in choices):
        return {"type": "string", "enum": list(choices)}
    return None
