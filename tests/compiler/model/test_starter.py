"""The spec that `opsc init` writes."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

import compiler.model
from compiler.model.starter import NAME, NAME_IN_ALERTS, NAME_IN_METRICS, starter
from compiler.pipeline import examine

if TYPE_CHECKING:
    from compiler.finding import Finding

FILE = Path(compiler.model.__file__).with_name("starter.yaml")
NAMES = ("ledger", "order-entry", "order_entry", "my-service", "my_service", "no", "null", "x1")


def checked(folder: Path, text: str) -> tuple[Finding, ...]:
    """Given the text of a spec, return what is found in it."""
    file = folder / "spec.yaml"
    file.write_text(text, encoding="utf-8")
    return examine([str(file)], today=date(2027, 1, 1)).findings


def test_the_file_itself_is_a_spec_without_findings() -> None:
    """It is checked as it stands, so that it cannot grow old."""
    found = examine([str(FILE)], today=date(2027, 1, 1)).findings

    assert [finding.headline for finding in found] == []


@pytest.mark.parametrize("name", NAMES)
def test_any_name_makes_a_spec_without_findings(name: str, tmp_path: Path) -> None:
    """Names that YAML reads as something else, and those with `_`, are names all the same."""
    text = starter(name)

    assert name == yaml.safe_load(text)["service"]["name"]
    assert [finding.headline for finding in checked(tmp_path, text)] == []


def test_nothing_is_left_of_the_placeholder() -> None:
    """The name stands wherever it did, as part of a metric's and an alert's name too."""
    text = starter("order-entry")

    assert "order_entry_requests_total" in text
    assert "OrderEntryRequestsFail" in text
    assert [word for word in (NAME, NAME_IN_METRICS, NAME_IN_ALERTS) if word in text] == []
