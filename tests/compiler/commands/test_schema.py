"""`opsc schema`: what editors are given."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.compiler.commands.conftest import Opsc


def test_the_schema_is_of_the_current_draft(opsc: Opsc) -> None:
    """A JSON Schema of 2020-12 on standard output."""
    schema = json.loads(opsc("schema").stdout)

    assert "https://json-schema.org/draft/2020-12/schema" == schema["$schema"]
