from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from compiler.lower.dashboards.names import panel_id, row_id
from compiler.lower.dashboards.slo_dashboard import MOST_ROWS, slo_dashboards
from compiler.lower.slo.rules import RulesOf
from compiler.promql.parse import parse
from compiler.promql.tree import Query, selectors
from tests.compiler.lower.specs import plan_of, shop

if TYPE_CHECKING:
    from compiler.lower.dashboards.plan import DashboardPlan
    from compiler.lower.plan import Plan
    from compiler.lower.slo.plan import SloPlan

VALID = Path(__file__).parents[3] / "golden" / "valid"


def golden(name: str) -> Plan:
    """Return the plan of a spec of the goldens."""
    return plan_of((VALID / f"{name}.yaml").read_text(encoding="utf-8"))


def many(count: int, *more: str) -> DashboardPlan:
    """Return the dashboard of so many SLOs, and more."""
    slos = [f"  s{number}: {{objective: 99%, boolean: {{of: up}}}}\n" for number in range(count)]
    (found,) = slo_dashboards(plan_of(shop("slos:\n") + "".join((*slos, *more))))
    return found


def recorded(slo: SloPlan) -> list[tuple[str, dict[str, str]]]:
    """Return the series that an SLO's rules record, with the labels that they surely have."""
    own = {slo.names.id: slo.id, slo.names.service: slo.service, slo.names.slo: slo.name}
    rules = RulesOf(slo)
    records = (*rules.counts(), *rules.budget())
    return [(record.name, {**own, **record.labels}) for record in records]


def is_recorded(selector: Any, slo: SloPlan) -> bool:
    """Whether an SLO's rules record what a selector asks for; labels of groups can be any."""
    said = {each.name: each.value for each in selector.matchers.matchers if each.name not in slo.by}
    return any(name == selector.name and said.items() <= own.items() for name, own in recorded(slo))


@pytest.mark.parametrize("name", ["slos", "dashboards"])
def test_each_series_that_is_asked_for_is_recorded(name: str) -> None:
    """A panel of an SLO asks for nothing but what that SLO's rules record, under their labels."""
    plan = golden(name)
    slos = {slo.name: slo for slo in plan.slos}
    (found,) = slo_dashboards(plan)
    asked = [
        (row.name, selector)
        for row in found.rows[1:]
        for panel in row.panels
        for question in panel.asked
        for selector in selectors(read(question.expression).tree)
    ]

    assert len(asked) > 50
    assert [] == [str(each) for row, each in asked if not is_recorded(each, slos[row])]


def read(expression: str) -> Query:
    """Return an expression, parsed."""
    query = parse(expression)
    assert isinstance(query, Query)
    return query


def test_overview_asks_for_slos_of_both_names() -> None:
    """Those with Sloth's labels are in the table, by the names that the others have."""
    (found,) = slo_dashboards(golden("dashboards"))
    table = found.rows[0].panels[-1]

    assert "table" == table.kind
    for question in table.asked:
        assert '{slo_service="shop"} or label_replace(' in question.expression
        assert '{sloth_service="shop"}, "slo_name", "$1", "sloth_slo", "(.*)")' in (
            question.expression
        )


def test_groups_have_a_variable_and_a_row_for_each_chosen_value() -> None:
    """The row is repeated, and its panels show the value that it stands for."""
    (found,) = slo_dashboards(golden("dashboards"))
    row = next(each for each in found.rows if each.name == "by-method")
    (variable,) = (each for each in found.variables if each.name == row.repeat)

    assert ("method", True) == (variable.label, variable.is_multiple)
    assert 'slo:period_error_budget_remaining:ratio{slo_id="shop-by-method"}' == variable.of
    assert all(
        f'method=~"${variable.name}"' in question.expression
        for panel in row.panels
        for question in panel.asked
    )


def test_objectives_of_values_have_burn_rates_of_their_own() -> None:
    """Each share is divided by the budget that its value has."""
    (found,) = slo_dashboards(golden("dashboards"))
    row = next(each for each in found.rows if each.name == "by-method")
    burns = next(each for each in row.panels if each.name == "by-method-burn-rates")

    assert re.search(
        r'method="POST"} / 0\.001 or .*method!="POST"} / 0\.01$', (burns.asked[0].expression)
    )


def test_thresholds_are_those_of_the_alerts() -> None:
    """Page and ticket are lines in the panel of shares; the policy colours what is left."""
    (found,) = slo_dashboards(golden("dashboards"))
    panels = {panel.name: panel for row in found.rows for panel in row.panels}
    shares = [(step.start, step.colour) for step in panels["availability-shares"].steps]
    left = [(step.start, step.colour) for step in panels["availability-budget"].steps]

    assert [None, "0.001", "0.003", "0.006", "0.0144"] == [
        None if start is None else f"{start.normalize():f}" for start, _colour in shares
    ]
    assert ["green", "orange", "orange", "red", "red"] == [colour for _start, colour in shares]
    assert ["red", "orange", "blue", "green"] == [colour for _start, colour in left]


def test_many_slos_share_one_row() -> None:
    """A dashboard stays one that can be opened; people choose which SLOs they look at."""
    few, more = many(MOST_ROWS), many(MOST_ROWS + 1)

    assert MOST_ROWS + 1 == len(few.rows)
    assert ["all slos", "chosen slos"] == [row.name for row in more.rows]
    assert [("slo", "slo_name", "s0")] == [
        (each.name, each.label, each.default) for each in more.variables
    ]


def test_many_slos_are_shown_in_the_windows_that_all_record() -> None:
    """One without alerts records its shortest window and the whole one."""
    bare = (
        "  bare: {objective: 99%, boolean: {of: up},"
        " alerts: {page: {disabled: true}, ticket: {disabled: true}}}\n"
    )
    panels = {panel.name: panel for panel in many(MOST_ROWS, bare).rows[1].panels}

    assert ["5m"] == [question.legend for question in panels["shares"].asked]


def test_no_name_of_an_slo_is_taken() -> None:
    """An SLO may be called like what the overview shows: every number stays its own."""
    names = ("least", "fastest", "all", "overview", "chosen", "all-slos")
    (found,) = slo_dashboards(
        plan_of(
            shop("slos:\n")
            + "".join(f"  {name}: {{objective: 99%, boolean: {{of: up}}}}\n" for name in names)
        )
    )
    numbers = [row_id(row.name) for row in found.rows]
    numbers += [panel_id(panel.name) for row in found.rows for panel in row.panels]

    assert len(numbers) == len(set(numbers))


def test_rows_are_closed_where_there_are_many() -> None:
    """The overview is seen at once, and each SLO when it is opened."""
    assert {False} == {row.is_collapsed for row in many(4).rows}
    assert [False, *[True] * 5] == [row.is_collapsed for row in many(5).rows]


def test_a_dashboard_that_is_said_stands_in_its_place() -> None:
    """Who writes `dashboards.slos` gets that one."""
    said = "dashboards:\n  slos: {rows: {now: {level: summary, panels: {a: {slo: s0}}}}}\n"
    plan = plan_of(shop("slos:\n") + "  s0: {objective: 99%, boolean: {of: up}}\n" + said)

    assert [] == list(slo_dashboards(plan))
    assert ["shop-slos"] == [each.uid for each in plan.dashboards]
