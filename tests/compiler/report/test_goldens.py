"""Bad specs and what is said of them, carets included; ``--update-goldens`` writes it anew."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from compiler.check.registry import RULES
from compiler.pipeline import examine
from compiler.report import text

GOLDENS = Path(__file__).parents[2] / "golden" / "findings"
CASES = sorted(path.name for path in GOLDENS.iterdir())
NOT_IN_A_SPEC = {"artifact/refused", "kubernetes/too-large", "spec/rule-crashed", "test/failed"}


def said(case: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the report of a case, its files named as they lie in its folder."""
    monkeypatch.chdir(GOLDENS / case)
    files = sorted(name for name in os.listdir() if name.endswith(".yaml"))
    found = examine(files, today=date(2026, 11, 23))
    return text.render(found.findings, found.texts, colour=False)


@pytest.mark.parametrize("case", CASES)
def test_report_of_a_bad_spec(
    case: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """Each finding has its place, its caret, its words and its help."""
    expected = GOLDENS / case / "expected.txt"
    report = said(case, monkeypatch)
    if request.config.getoption("--update-goldens"):
        expected.write_text(report, encoding="utf-8")

    assert expected.read_text(encoding="utf-8") == report


def test_every_rule_stands_in_a_golden() -> None:
    """No id is raised whose report nobody has looked at."""
    reports = "".join(
        (GOLDENS / case / "expected.txt").read_text(encoding="utf-8") for case in CASES
    )

    elsewhere = {rule for rule in RULES if rule.startswith("adopt/")}  # in ../adopt
    unseen = {rule for rule in RULES if f"[{rule}]" not in reports}

    assert set() == unseen - NOT_IN_A_SPEC - elsewhere


def test_no_report_shows_a_secret() -> None:
    """What is refused as a secret is masked, also where another fault shows its line."""
    secrets = ("hunter2", "0123456789abcdef", "AKIAIOSFODNN7EXAMPLE")
    reports = {
        case: (GOLDENS / case / "expected.txt").read_text(encoding="utf-8") for case in CASES
    }

    assert [] == [case for case, said in reports.items() if any(each in said for each in secrets)]
