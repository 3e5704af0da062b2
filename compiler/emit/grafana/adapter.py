"""grafanalib behind one door: the plan of a dashboard enters, grafanalib's JSON of it leaves.

What grafanalib writes is of 2018 in part: `normal` makes it what Grafana reads today. Nothing else
imports grafanalib, which takes as long as all the rest of a start.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from grafanalib import core  # type: ignore[import-untyped]  # grafanalib has no types
from grafanalib._gen import (  # type: ignore[import-untyped]  # grafanalib has no types
    DashboardEncoder,
)

from compiler.emit.grafana.layout import Box, bottom, boxes
from compiler.emit.grafana.units import UNITS
from compiler.lower.dashboards.names import panel_id, row_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from compiler.lower.dashboards.plan import (
        Asked,
        DashboardPlan,
        PanelPlan,
        RowPlan,
        VariablePlan,
    )
    from compiler.model.dashboards import PanelKind

SOURCE: Final = {"type": "prometheus", "uid": "${datasource}"}
"""The data source that people choose."""

PANELS: Final[Mapping[PanelKind, Callable[..., core.Panel]]] = {
    "time-series": core.TimeSeries,
    "stat": core.Stat,
    "gauge": core.GaugePanel,
    "bar-gauge": core.BarGauge,
    "table": core.Table,
    "heatmap": core.Heatmap,
    "state-timeline": core.StateTimeline,
}

NOW: Final = frozenset(("table", "bar-gauge"))
"""Kinds that show the end of the time alone."""


def grafanalib_json(dashboard: DashboardPlan) -> dict[str, Any]:
    """Given a dashboard, return what grafanalib writes of it, as data."""
    made = core.Dashboard(
        title=dashboard.title,
        uid=dashboard.uid,
        description=dashboard.description or "",
        editable=False,
        graphTooltip=core.GRAPH_TOOLTIP_MODE_SHARED_CROSSHAIR,
        tags=[dashboard.service, *dashboard.tags],
        timezone="browser",
        refresh=in_one_unit(dashboard.refresh_seconds),
        time=core.Time(f"now-{in_one_unit(dashboard.range_seconds)}", "now"),
        templating=core.Templating(list=[_source(), *map(_template, dashboard.variables)]),
        links=list(_links(dashboard)),
        panels=list(_panels(dashboard)),
    )
    data: dict[str, Any] = json.loads(json.dumps(made.to_json_data(), cls=DashboardEncoder))
    return data


def in_one_unit(seconds: int) -> str:
    """Given a time, return it in the largest unit that holds it whole: Grafana reads no `1d12h`."""
    units = {"d": 86_400, "h": 3600, "m": 60, "s": 1}
    unit = next(name for name, length in units.items() if seconds % length == 0)
    return f"{seconds // units[unit]}{unit}"


def _source() -> core.Template:
    return core.Template(
        name="datasource",
        label="Data source",
        type="datasource",
        query="prometheus",
        default="default",
    )


def _template(variable: VariablePlan) -> core.Template:
    """Return a variable: an interval, values that are written, or those of a label."""
    if variable.label is None:
        return core.Template(
            name=variable.name,
            label=variable.title,
            type="interval" if variable.is_interval else "custom",
            query=",".join(value.replace(",", "\\,") for value in variable.values),
            default=variable.default or variable.values[0],
        )
    return core.Template(
        name=variable.name,
        label=variable.title,
        query=f"label_values({variable.of}, {variable.label})",
        dataSource=SOURCE,
        default=variable.default,
        multi=variable.is_multiple,
        includeAll=variable.is_multiple,
        refresh=core.REFRESH_ON_TIME_RANGE_CHANGE,
    )


def _links(dashboard: DashboardPlan) -> Iterator[core.DashboardLink]:
    """Yield a list of the service's other dashboards, then each address."""
    yield core.DashboardLink(
        title="Dashboards",
        type="dashboards",
        tags=[dashboard.service],
        asDropdown=True,
        includeVars=False,
    )
    for title, url in dashboard.links.items():
        yield _link(title, url)


def _link(title: str, url: str) -> core.DashboardLink:
    return core.DashboardLink(title=title, type="link", uri=url, keepTime=False, targetBlank=True)


def _panels(dashboard: DashboardPlan) -> Iterator[core.Panel]:
    top = 0
    for row in dashboard.rows:
        placed = boxes(row.panels, top + 1)
        panels = [_panel(panel, box) for panel, box in zip(row.panels, placed, strict=True)]
        yield _row(row, top, panels if row.is_collapsed else [])
        if not row.is_collapsed:
            yield from panels
        top = top + 1 if row.is_collapsed else bottom(placed, top + 1)


def _row(row: RowPlan, top: int, panels: list[core.Panel]) -> core.RowPanel:
    return core.RowPanel(
        id=row_id(row.name),
        title=row.title,
        gridPos=core.GridPos(h=1, w=24, x=0, y=top),
        collapsed=row.is_collapsed,
        panels=panels,
        repeat=core.Repeat(variable=row.repeat),
    )


def _panel(panel: PanelPlan, box: Box) -> core.Panel:
    return PANELS[panel.kind](
        id=panel_id(panel.name),
        title=panel.title,
        description=panel.description,
        dataSource=SOURCE,
        gridPos=core.GridPos(h=box.height, w=box.width, x=box.x, y=box.y),
        targets=[_target(panel, index, asked) for index, asked in enumerate(panel.asked)],
        links=[_link(title, url) for title, url in panel.links.items()],
        **_own(panel),
    )


def _own(panel: PanelPlan) -> dict[str, Any]:
    """Return what grafanalib can say of one kind alone."""
    if panel.kind == "time-series":
        is_table = len(panel.asked) > 1 or "{{" in (panel.asked[0].legend or "{{")
        return {
            "unit": UNITS[panel.unit],
            "axisLabel": panel.axis or "",
            "fillOpacity": 30 if panel.is_stacked else 10,
            "stacking": {"mode": "normal" if panel.is_stacked else "none", "group": "A"},
            "legendDisplayMode": "table" if is_table else "list",
            "legendCalcs": ["mean", "max", "lastNotNull"] if is_table else [],
            "tooltipMode": "multi",
            "tooltipSort": "desc",
            "thresholdsStyleMode": _style(panel),
        }
    if panel.kind == "stat":
        return {"format": UNITS[panel.unit], "reduceCalc": "lastNotNull", "noValue": "-"}
    if panel.kind == "heatmap":
        return {"dataFormat": "tsbuckets"}
    return {}


def _style(panel: PanelPlan) -> str:
    """Return how thresholds are drawn: as lines, with areas where what is below is bad."""
    if len(panel.steps) < 2:
        return "off"
    return "line" if panel.steps[0].colour == "green" else "line+area"


def _target(panel: PanelPlan, index: int, asked: Asked) -> core.Target:
    is_now = panel.kind in NOW
    formats = {"table": "table", "heatmap": "heatmap"}
    return core.Target(
        expr=asked.expression,
        legendFormat="__auto" if asked.legend is None else asked.legend,
        refId=reference(index),
        format=formats.get(panel.kind, "time_series"),
        instant=is_now,
        datasource=SOURCE,
    )


def reference(index: int) -> str:
    """Given the 0-indexed number of a question, return its letters: A to Z, then AA and so on."""
    letters = chr(ord("A") + index % 26)
    return letters if index < 26 else reference(index // 26 - 1) + letters
