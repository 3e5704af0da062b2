"""The compiled core schemas: current, and the same as those that pydantic builds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pydantic_core
import pytest

from compiler.model import compiled_schemas, schemas
from compiler.model.read import Reader
from compiler.source.reader import read
from tests.checkout import ROOT
from tests.compiler.model.specs import valid_files

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.model.read import Reading

FAULTY = """\
opsc: 2
service: {name: Shop, title: 5}
alerts: {A: {group: g}, b: {group: g, signal: s, value: v, above: x, severity: info}}
routing: {default: a, receivers: {a: {}}, smtp: {host: x, sender: y, password: z}}
jobs: {j: {run: command, with: {argv: []}, schedule: soon, timeout: 5}}
health: {every: 1, checks: {a: {of: B, degraded: {lag: 1s}}}}
"""


@pytest.fixture
def other_version(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Act as if the data had been written with another version of pydantic's core."""
    monkeypatch.setattr(compiled_schemas, "CORE_VERSION", "0")
    schemas.core_schema.cache_clear()
    schemas.validator.cache_clear()
    yield
    schemas.core_schema.cache_clear()
    schemas.validator.cache_clear()


def readings() -> list[Reading]:
    """Return what is read of every valid spec and of a faulty one."""
    texts = [*(file.read_bytes() for file in valid_files()), FAULTY.encode()]
    roots = [read("spec.yaml", text).root for text in texts]
    return [Reader().read(root) for root in roots if root is not None]


@pytest.mark.skipif(
    pydantic_core.__version__ != compiled_schemas.CORE_VERSION,
    reason="another version of pydantic's core may describe the same classes otherwise",
)
def test_the_compiled_schemas_are_current() -> None:
    """`python -m compiler.model.schemas` rewrites them."""
    committed = (ROOT / "compiler" / "model" / "compiled_schemas.py").read_text(encoding="utf-8")

    assert schemas.render() == committed


def test_another_version_of_the_core_reads_the_same(request: pytest.FixtureRequest) -> None:
    """Built anew, the schemas give equal entries and equal faults."""
    compiled = readings()
    request.getfixturevalue("other_version")

    assert compiled == readings()


def test_building_anew_really_builds(other_version: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The data of another version are not looked at."""
    monkeypatch.setattr(compiled_schemas, "service", None)

    assert "Service" == schemas.core_schema("service")["cls"].__name__


def test_every_part_is_compiled() -> None:
    """Each of the entries has a function of its name."""
    missing: list[Any] = [name for name in schemas.entries() if not hasattr(compiled_schemas, name)]

    assert missing == []
