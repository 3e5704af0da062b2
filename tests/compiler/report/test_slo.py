"""`opsc explain slo` as a page, as JSON and as a chart, of the valid spec that has every key."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pytest

from compiler.lower.slo.explanation import Explanation, cost_of, explain
from compiler.pipeline import examine
from compiler.report import slo as pages
from compiler.report.slo_chart import svg
from tests.compiler.lower.specs import plan_of

GOLDEN = Path(__file__).parents[2] / "golden"
SPEC = GOLDEN / "valid" / "slos.yaml"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def explained() -> dict[str, Explanation]:
    """Every SLO of the spec, explained."""
    (plan,) = examine([str(SPEC)], today=date(2026, 11, 24)).plans
    return {slo.name: explain(plan, slo) for slo in plan.slos}


@pytest.mark.parametrize("name", ["availability", "availability-by-method", "latency", "fresh"])
def test_the_page_is_the_golden(
    name: str, explained: dict[str, Explanation], request: pytest.FixtureRequest
) -> None:
    """Floors, `for`, objectives of single values, sampled SLIs."""
    expected = GOLDEN / "explain" / f"{name}.txt"
    said = pages.text(explained[name], "production")
    if request.config.getoption("--update-goldens"):
        expected.parent.mkdir(exist_ok=True)
        expected.write_text(said, encoding="utf-8")

    assert expected.read_text(encoding="utf-8") == said


def test_every_slo_fits_a_terminal(explained: dict[str, Explanation]) -> None:
    """No line is wider than 80 characters."""
    texts = [pages.text(each, "production") for each in explained.values()]

    assert [] == [line for text in texts for line in text.splitlines() if len(line) > 80]


def test_json_says_the_same_as_the_table(explained: dict[str, Explanation]) -> None:
    """A total outage of the latency pages after 43m12s, with 2% of the budget spent."""
    said = json.loads(pages.as_json(explained["latency"], "production"))
    row = said["promises"][0]["rows"][-1]

    assert (1.0, "page") == (row["error_ratio"], row["first"])
    assert {
        "branch": "quick",
        "after_seconds": 2592.0,
        "budget_spent": 0.02,
        "resets_seconds": 84.0,
    } == row["alerts"]["page"]


def test_chart_has_a_panel_for_each_objective(explained: dict[str, Explanation]) -> None:
    """Each with the curves of page, ticket and budget, within the picture."""
    text = svg(explained["availability-by-method"], "production")
    drawn = ElementTree.fromstring(text)  # noqa: S314  # our own picture
    panels = drawn.findall(f"{SVG}g")
    curves = [
        {str(line.get("class")) for line in panel.findall(f"{SVG}polyline")} for panel in panels
    ]
    points = [
        float(number)
        for line in drawn.iter(f"{SVG}polyline")
        for pair in str(line.get("points")).split()
        for number in pair.split(",")
    ]

    assert [{"page", "ticket", "exhausted"}] * 2 == curves
    assert 0 <= min(points) <= max(points) <= 960


def test_chart_is_the_same_each_time(explained: dict[str, Explanation]) -> None:
    """And has both colour schemes."""
    first = svg(explained["latency"], "production")

    assert first == svg(explained["latency"], "production")
    assert "prefers-color-scheme: dark" in first


@pytest.mark.parametrize("objective", ["0.1%", "50%", "93%", "99.99999%"])
@pytest.mark.parametrize("window", ["1h", "7d", "365d"])
@pytest.mark.parametrize(
    "alerts", ["{}", "{page: {disabled: true}, ticket: {disabled: true}}", "{page: {for: 7d}}"]
)
def test_anything_that_leaves_a_budget_is_explained(
    objective: str, window: str, alerts: str
) -> None:
    """Also where no alert can fire, or none is there."""
    plan = plan_of(
        "opsc: 1\n"
        "service: {name: shop, title: Shop, owner: ops}\n"
        "teams: {ops: {contact: {email: ops@example.org}}}\n"
        f"slos: {{a: {{objective: {objective}, window: {window}, alerts: {alerts},"
        " events: {total: a_total, bad: b_total}}}\n"
    )
    said = explain(plan, plan.slos[0])
    lines = pages.text(said, "production").splitlines()

    assert [] == [line for line in lines if len(line) > 80]
    assert "nan" not in svg(said, "production")
    assert json.loads(pages.as_json(said, "production"))["slo"] == "shop-a"


def test_cost_counts_what_rules_read(explained: dict[str, Explanation]) -> None:
    """A composite measures nothing itself, and longer scrape intervals mean fewer samples."""
    latency = explained["latency"].slo
    often, seldom = cost_of(latency, 15), cost_of(latency, 30)

    assert 0 == explained["whole"].cost.raw_samples
    assert often.raw_samples == 2 * seldom.raw_samples
    assert often.own_samples == seldom.own_samples
