"""`opsc explain`: pages of rules, and where lines of artifacts come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.compiler.commands.conftest import Opsc


def test_a_rule_has_a_page(opsc: Opsc) -> None:
    """The page says what the rule does, why, and what to write instead."""
    result = opsc("explain", "query/syntax")

    assert result.code == 0
    for heading in ("What it does", "Why is this bad", "Example"):
        assert heading in result.stdout


def test_without_a_subject_the_rules_are_listed(opsc: Opsc) -> None:
    """Every rule stands in the list."""
    assert "query/unsupported-function" in opsc("explain").stdout


def test_an_unknown_rule_is_a_usage_error_with_a_suggestion(opsc: Opsc) -> None:
    """A typing error finds its way."""
    result = opsc("explain", "query/sintax")

    assert result.code == 2
    assert "did you mean `query/syntax`" in result.stderr


def test_a_line_of_an_artifact_leads_back_to_the_spec(folder: Path, opsc: Opsc) -> None:
    """The line of the alert's expression is from the alert's entry."""
    opsc("compile")
    rules = folder / "generated/production/prometheus/rules/shop.yml"
    line = rules.read_text().splitlines().index('        expr: up{job="api"} == 0') + 1
    result = opsc("explain", f"generated/production/prometheus/rules/shop.yml:{line}")

    assert result.stdout == "specs/shop.yaml:14: alerts.Down\n"


def test_a_line_of_no_artifact_is_a_usage_error(folder: Path, opsc: Opsc) -> None:
    """A file that is not there, and a file without a source map."""
    assert opsc("explain", "generated/production/x.yml:3").code == 2
    assert opsc("explain", "specs/shop.yaml:3").code == 2


SLOS = """\
slos:
  availability:
    objective: 99.9%
    events: {total: shop_requests_total, bad: {status: {matches: "5.."}}}
    impact: Nobody can buy anything
"""


def test_an_slo_is_explained(folder: Path, opsc: Opsc) -> None:
    """By its name, with its service's before it, or by its whole id; in any environment."""
    spec = folder / "specs/shop.yaml"
    spec.write_text(spec.read_text() + SLOS)
    said = opsc("explain", "slo", "availability")

    assert "100%    page quick    52s" in said.stdout
    assert said == opsc("explain", "slo", "shop/availability", "specs")
    assert "staging" in opsc("explain", "slo", "shop-availability", "--env", "staging").stdout
    assert opsc("explain", "slo", "availability", "--format", "svg").stdout.startswith("<svg")
    assert (
        '"slo": "shop-availability"'
        in opsc("explain", "slo", "availability", "--format", "json").stdout
    )


def test_an_slo_that_is_not_there_is_a_usage_error(folder: Path, opsc: Opsc) -> None:
    """With a suggestion, and so is one without a budget."""
    spec = folder / "specs/shop.yaml"
    spec.write_text(spec.read_text() + SLOS.replace("99.9%", "100%"))
    missing, empty = opsc("explain", "slo", "availibility"), opsc("explain", "slo", "availability")

    assert (2, True) == (missing.code, "did you mean `availability`" in missing.stderr)
    assert (2, True) == (empty.code, "has no error budget" in empty.stderr)
