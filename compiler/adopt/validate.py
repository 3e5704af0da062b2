"""A foreign document through its door: a located tree enters, an entry or faults leave."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic_core import SchemaValidator, ValidationError

from compiler.model.complaint import faults_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from compiler.source.fault import Fault
    from compiler.source.tree import Path


@cache
def _door(shape: type) -> tuple[Mapping[str, Any], SchemaValidator]:
    # Built when it is needed, by pydantic itself: an import is seldom, and every other verb cold.
    from runtime.contract.door import core_schema

    schema = core_schema(shape)
    return schema, SchemaValidator(schema)


def validated(shape: type, node: Any, path: Path = ()) -> tuple[Any, list[Fault]]:
    """Given the class of what stands at a path, return it, or None and what is wrong with it."""
    schema, validator = _door(shape)
    try:
        return validator.validate_python(node), []
    except ValidationError as error:
        return None, list(faults_of(error, path, schema))
