from __future__ import annotations

import re
from pathlib import Path

import pytest

from compiler.check import pages
from compiler.check.registry import CHECKED, PAGES, RULES, module
from compiler.check.rule import Rule
from compiler.finding import Severity
from tests.compiler.check.examples import examples, findings

COMPILER = Path(pages.__file__).parents[1]
FAMILIES = sorted({rule.partition("/")[0] for rule in RULES})
WITHOUT_EXAMPLE = {"artifact/refused", "kubernetes/too-large", "spec/rule-crashed", "test/failed"}
# Decided on artifacts, by tools that `opsc check` does not run, or too large for a page.


@pytest.mark.parametrize("rule", sorted(set(RULES) - WITHOUT_EXAMPLE))
def test_example_of_a_page_draws_its_finding(rule: str, tmp_path: Path) -> None:
    """What a page shows as a fault is found, at the severity that the page names."""
    found = {finding.id: finding for finding in findings(examples(rule)["Example"], tmp_path)}

    assert rule in found
    assert module(rule).RULE.severity == found[rule].severity


@pytest.mark.parametrize("rule", sorted(set(RULES) - WITHOUT_EXAMPLE))
def test_what_a_page_says_to_write_instead_passes(rule: str, tmp_path: Path) -> None:
    """The near miss draws no finding of the rule, nor any error."""
    found = findings(examples(rule)["Use instead"], tmp_path)

    assert [] == [each for each in found if each.id == rule or each.severity is Severity.ERROR]


@pytest.mark.parametrize("rule", sorted(set(RULES) - WITHOUT_EXAMPLE))
def test_example_of_a_page_shows_no_other_error(rule: str, tmp_path: Path) -> None:
    """An example shows one kind of fault, so that nobody mistakes another for it."""
    found = findings(examples(rule)["Example"], tmp_path)

    assert set() == {each.id for each in found if each.severity is Severity.ERROR} - {rule}


@pytest.mark.parametrize("rule", RULES)
def test_page_has_the_headings_in_order(rule: str) -> None:
    """Every page says what a rule does, why the fault is bad, and shows it."""
    page = pages.page(rule) or ""
    headings = re.findall(r"^## (.*)$", page, re.MULTILINE)
    wanted = ["What it does", "Why is this bad", "Example", "Use instead"]
    if rule in WITHOUT_EXAMPLE:
        wanted.remove("Use instead")

    assert wanted == [heading for heading in headings if heading != "References"]


def test_every_module_of_a_rule_is_registered() -> None:
    """No rule lies in the folder without being run or shown."""
    folder = COMPILER / "check" / "rules"
    there = {
        f"{path.parent.name}/{path.stem.replace('_', '-')}"
        for path in folder.glob("*/*.py")
        if path.stem != "__init__"
    }

    assert there == set(RULES)


def test_rule_knows_its_own_id_and_whether_it_checks() -> None:
    """The id in a module is that of its path, and only registered checks check."""
    rules = {rule: module(rule) for rule in RULES}

    assert all(isinstance(each.RULE, Rule) and each.RULE.id == rule for rule, each in rules.items())
    assert set(CHECKED) == {rule for rule, each in rules.items() if hasattr(each, "check")}
    assert set() == set(CHECKED) & set(PAGES)


def test_every_id_that_the_compiler_raises_has_a_page() -> None:
    """Nothing is found whose page cannot be read."""
    pattern = re.compile(rf'"((?:{"|".join(FAMILIES)})/[a-z]+(?:-[a-z]+)*)"')
    raised = {
        found
        for path in COMPILER.rglob("*.py")
        for found in pattern.findall(path.read_text(encoding="utf-8"))
    }

    assert set() == raised - set(RULES)


def test_index_names_every_rule_with_its_first_line() -> None:
    """The list of rules has one line for each."""
    lines = pages.index().splitlines()

    assert list(RULES) == [line.split()[0] for line in lines]
    assert all(line.endswith(".") for line in lines)


def test_page_of_an_unknown_rule_is_none() -> None:
    """What is no id has no page."""
    assert pages.page("spec/nonsense") is None
