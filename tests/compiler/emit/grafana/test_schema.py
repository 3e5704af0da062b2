"""Dashboards as a current Grafana reads them."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from compiler.emit.grafana.adapter import grafanalib_json
from compiler.emit.grafana.normal import SCHEMA_VERSION
from tests.compiler.emit.grafana.compiled import artifacts, dashboards, plans
from tests.compiler.emit.grafana.judge import errors, panels_of, validator

ANY = "dashboards/default: grafana/dashboards/shop-web.json"


@pytest.mark.parametrize("name", dashboards())
def test_a_dashboard_has_no_error(name: str) -> None:
    """The schema of a dashboard, and those of its panels, have nothing against it."""
    assert [] == errors(dashboards()[name])


def test_every_kind_of_panel_is_held_against_the_schema() -> None:
    """The goldens show each kind that a spec can say."""
    kinds = {panel["type"] for panel in panels_of(dashboards()[ANY])}

    assert kinds == {
        *("timeseries", "stat", "gauge", "bargauge", "table", "heatmap", "state-timeline")
    }


def test_what_grafanalib_writes_is_refused() -> None:
    """The judge tells old from new: grafanalib's own JSON is refused, every panel of it."""
    (plan,) = plans()["dashboards/default"].dashboards
    raw = grafanalib_json(plan)
    refused = [
        panel["title"]
        for panel in raw["panels"]
        if list(validator("dashboard").iter_errors({"schemaVersion": 12, "panels": [panel]}))
    ]

    assert 12 == raw["schemaVersion"]
    assert len(raw["panels"]) == len(refused)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("schemaVersion",), None),
        (("panels", 1, "targets"), "up"),
        (("panels", 1, "datasource"), "prometheus"),
        (("panels", 1, "fieldConfig", "defaults", "thresholds", "steps"), ""),
        (("panels", 1, "options", "reduceOptions"), {}),
        (("panels", 1, "gridPos", "w"), "12"),
        (("annotations", "list", 1, "target"), {"expr": "up"}),
        (("templating", "list", 0, "type"), "prometheus"),
    ],
)
def test_the_judge_finds_what_is_wrong(path: tuple[str | int, ...], value: object) -> None:
    """Each of the faults that Grafana would make something else of is seen."""
    broken: Any = copy.deepcopy(dashboards()[ANY])
    node = broken
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = value

    assert errors(broken)


@pytest.mark.parametrize("name", dashboards())
def test_numbers_of_panels_are_their_own(name: str) -> None:
    """Rows and panels of one dashboard have one number each, and a place in the grid."""
    dashboard = dashboards()[name]
    every = [
        *panels_of(dashboard),
        *(each for each in dashboard["panels"] if each["type"] == "row"),
    ]
    numbers = [each["id"] for each in every]

    assert len(numbers) == len(set(numbers))
    assert SCHEMA_VERSION == dashboard["schemaVersion"]
    assert all(each["gridPos"]["x"] + each["gridPos"]["w"] <= 24 for each in every)


@pytest.mark.parametrize("name", dashboards())
def test_panels_ask_what_people_chose(name: str) -> None:
    """Every panel asks the data source that is chosen above, and every dashboard offers it."""
    dashboard = dashboards()[name]
    chosen = {"type": "prometheus", "uid": "${datasource}"}
    first = dashboard["templating"]["list"][0]

    assert ("datasource", "datasource", "prometheus") == tuple(
        first[key] for key in ("name", "type", "query")
    )
    for panel in panels_of(dashboard):
        assert chosen == panel["datasource"]
        assert all(chosen == target["datasource"] for target in panel["targets"])


def test_the_guides_dashboards_are_as_it_says() -> None:
    """Six hours, every ten seconds, axes from 0 to 100%, and an interval of four choices."""
    system = dashboards()["tabular/production: grafana/dashboards/tabular-system.json"]
    performance = dashboards()["tabular/production: grafana/dashboards/tabular-performance.json"]
    named = {panel["title"]: panel for panel in (*panels_of(system), *panels_of(performance))}
    interval = next(
        each for each in performance["templating"]["list"] if each["name"] == "interval"
    )

    assert ({"from": "now-6h", "to": "now"}, "10s") == (system["time"], system["refresh"])
    for title in ("CPU Usage", "Memory Usage"):
        defaults = named[title]["fieldConfig"]["defaults"]
        assert ("percentunit", 0, 1) == (defaults["unit"], defaults["min"], defaults["max"])
        assert "{{instance}}" == named[title]["targets"][0]["legendFormat"]
    times = named["API Response Times"]
    assert ["p95", "p99", "avg"] == [target["legendFormat"] for target in times["targets"]]
    assert ("s", "Response Time") == (
        times["fieldConfig"]["defaults"]["unit"],
        times["fieldConfig"]["defaults"]["custom"]["axisLabel"],
    )
    assert (
        "{{generator_type}} - {{data_size}}"
        == (named["Generation Performance"]["targets"][0]["legendFormat"])
    )
    assert ("interval", ["1m", "5m", "15m", "1h"], "5m") == (
        interval["type"],
        [option["value"] for option in interval["options"]],
        interval["current"]["value"],
    )


def test_thresholds_of_alerts_are_lines() -> None:
    """The panel of a signal shows where its alerts begin, and leads to their runbooks."""
    system = dashboards()["tabular/production: grafana/dashboards/tabular-system.json"]
    memory = next(panel for panel in panels_of(system) if panel["title"] == "Memory Usage")
    defaults = memory["fieldConfig"]["defaults"]

    assert [("green", None), ("orange", 0.85), ("red", 0.9)] == [
        (step["color"], step["value"]) for step in defaults["thresholds"]["steps"]
    ]
    assert "line" == defaults["custom"]["thresholdsStyle"]["mode"]
    assert ["Runbook of MemoryPressure", "Runbook of HighMemoryUsage"] == [
        link["title"] for link in memory["links"]
    ]


def test_a_line_of_a_panel_leads_back_to_the_spec() -> None:
    """The innermost range around a panel's title is that of the panel."""
    artifact = artifacts()[ANY]
    line = artifact.text.split("\n").index('      "title": "Queue",') + 1
    origin = artifact.origin_of(line)

    assert origin is not None
    assert ("dashboards", "web", "rows", "detail", "panels", "queue") == origin.path


def test_sizes_are_exact() -> None:
    """Ten GiB are written in bytes, to the last one."""
    starts = [
        step["value"]
        for panel in panels_of(dashboards()[ANY])
        for step in panel["fieldConfig"]["defaults"]["thresholds"]["steps"]
    ]

    assert 10 * 2**30 in starts
