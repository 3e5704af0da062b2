from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from compiler.check import registry, run
from compiler.check.registry import RULES
from compiler.check.suppress import suppress
from compiler.finding import Finding, Position, Severity, Span
from compiler.lower.lower import lower
from compiler.model.site import sites
from compiler.source.files import load
from compiler.source.tree import Document, Map, Suppression, Text

if TYPE_CHECKING:
    from pathlib import Path

TODAY = date(2026, 11, 23)
RULE = "alert/no-impact"


def document(*suppressions: Suppression) -> Document:
    """Return a file of three lines with some suppressions."""
    lines = ("a: 1", "b: 2  # opsc: allow alert/no-impact because x", "c: 3")
    return Document(
        text=Text("spec.yaml", "\n".join(lines), lines), root=Map(), suppressions=suppressions
    )


def allow(rule: str = RULE, until: str | None = None, target_line: int = 2) -> Suppression:
    """Return a suppression in the second line."""
    return Suppression(
        line=2, column=7, target_line=target_line, rule=rule, until=until, reason="x"
    )


def finding(line: int = 2, rule: str = RULE, file: str = "spec.yaml") -> Finding:
    """Return a finding that begins on a line."""
    span = Span(file, Position(line, 1), Position(line, 2))
    return Finding(id=rule, severity=Severity.WARNING, headline="x", span=span)


def ids(found: list[Finding]) -> list[str]:
    """Return the ids of findings."""
    return [each.id for each in found]


def test_suppression_takes_away_findings_of_its_rule_and_line() -> None:
    """Those of other lines, rules and files stay."""
    others = [finding(line=1), finding(rule="alert/no-for"), finding(file="other.yaml")]

    assert others == suppress([finding(), finding(), *others], [document(allow())], TODAY)


def test_suppression_holds_on_its_last_day_and_not_after_it() -> None:
    """`until` is the last day."""
    last, over = document(allow(until="2026-11-23")), document(allow(until="2026-11-22"))

    assert [] == ids(suppress([finding()], [last], TODAY))
    assert [RULE, "spec/expired-suppression"] == ids(suppress([finding()], [over], TODAY))


def test_suppression_that_allows_nothing_is_told() -> None:
    """It would hide the next fault of its line."""
    found = suppress([finding(line=1)], [document(allow())], TODAY)

    assert [RULE, "spec/unused-suppression"] == ids(found)


@pytest.mark.parametrize(
    "rule", sorted({rule for rule in RULES if rule.startswith(("spec/", "secret/", "query/"))})
)
def test_error_that_breaks_an_artifact_cannot_be_suppressed(rule: str) -> None:
    """It stays, and the suppression is a fault."""
    wrong = replace(finding(rule=rule), severity=Severity.ERROR)

    assert [rule, "spec/bad-suppression"] == ids(suppress([wrong], [document(allow(rule))], TODAY))


def test_error_that_breaks_nothing_can_be_suppressed() -> None:
    """An alert without a runbook is compiled whole."""
    wrong = replace(finding(rule="alert/no-runbook"), severity=Severity.ERROR)

    assert [] == suppress([wrong], [document(allow("alert/no-runbook"))], TODAY)


def test_crash_of_a_rule_is_a_finding_and_the_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it found before is told too, and no value of the spec is in the words."""
    file = tmp_path / "spec.yaml"
    file.write_text("opsc: 1\nteams:\n  a: {receiver: nobody}\n", encoding="utf-8")
    (site,) = sites([read.root for read in load([str(file)]) if read.root is not None])

    def crash(view: object) -> None:
        raise KeyError("hunter2")

    whole = registry.module
    monkeypatch.setattr(
        run,
        "module",
        lambda rule: SimpleNamespace(check=crash) if rule == "alert/no-for" else whole(rule),
    )
    found = run.check(site, lower(site), TODAY, rules=["alert/no-for", "spec/unknown-reference"])

    assert [
        (0, "the rule `alert/no-for` crashed: KeyError"),
        (0, "there is no receiver `nobody`"),
    ] == [(number, fault.headline) for number, fault in found]
