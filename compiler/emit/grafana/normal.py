"""Normalising: grafanalib's JSON and the plan enter, the JSON that a current Grafana writes leaves.

Grafana would migrate what is old, each time it reads it, and changes what it shows by that. What
is written here is held against the JSON Schema of `SCHEMA_VERSION` in the tests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from compiler.artifact.lines import Sourced
from compiler.artifact.notice import notice
from compiler.emit.grafana.adapter import SOURCE, reference
from compiler.emit.grafana.drawing import custom_of, options_of
from compiler.emit.grafana.units import UNITS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from compiler.lower.dashboards.plan import (
        Column,
        DashboardPlan,
        EventPlan,
        PanelPlan,
        RowPlan,
        Step,
        VariablePlan,
    )

SCHEMA_VERSION: Final = 42
"""That of Grafana 12 and 13; older ones read it, too."""

COLOURED: Final = frozenset(("stat", "gauge", "bar-gauge", "state-timeline", "table"))
"""Kinds whose values have the colours of thresholds; others have a colour for each line."""

_BUILT_IN: Final = {
    "builtIn": 1,
    "datasource": {"type": "grafana", "uid": "-- Grafana --"},
    "enable": True,
    "hide": True,
    "iconColor": "rgba(0, 211, 255, 1)",
    "name": "Annotations & Alerts",
    "type": "dashboard",
}
"""What people mark by hand, which every dashboard has."""


def normal(data: Mapping[str, Any], dashboard: DashboardPlan) -> dict[str, Any]:
    """Given grafanalib's JSON of a dashboard, return that of today, panels with their origins."""
    said = (data["description"], notice([dashboard.service]))
    return {
        "uid": data["uid"],
        "title": data["title"],
        "description": "\n\n".join(text for text in said if text),
        "tags": data["tags"],
        "schemaVersion": SCHEMA_VERSION,
        "editable": data["editable"],
        "graphTooltip": data["graphTooltip"],
        "timezone": data["timezone"],
        "time": data["time"],
        "timepicker": {"refresh_intervals": data["timepicker"]["refresh_intervals"]},
        "refresh": data["refresh"],
        "links": data["links"],
        "annotations": {"list": [_BUILT_IN, *map(_annotation, dashboard.events)]},
        "templating": {"list": list(_variables(data["templating"]["list"], dashboard.variables))},
        "panels": list(_panels(data["panels"], dashboard.rows)),
    }


def _annotation(event: EventPlan) -> dict[str, Any]:
    return {
        "name": event.name,
        "datasource": SOURCE,
        "enable": True,
        "iconColor": event.colour,
        "target": {"expr": event.expression, "interval": "", "refId": "Anno"},
        "titleFormat": event.title,
        "textFormat": event.text,
    }


def _variables(
    written: Sequence[Mapping[str, Any]], variables: Sequence[VariablePlan]
) -> Iterator[dict[str, Any]]:
    """Yield the data source, which comes first, and the dashboard's own variables."""
    source, *own = written
    yield {**_variable(source), "current": {"text": "default", "value": "default"}}
    for each, variable in zip(own, variables, strict=True):
        made = _variable(each)
        if variable.description is not None:
            made["description"] = variable.description
        if variable.label is not None:
            made["datasource"] = SOURCE
            made["multi"] = made["includeAll"] = variable.is_multiple
            current = _chosen(variable)
        else:
            choice = variable.default or variable.values[0]
            current = {"text": choice, "value": choice}
            made["options"] = [
                {"text": value, "value": value, "selected": value == choice}
                for value in variable.values
            ]
        yield {**made, **({"current": current} if current else {})}


def _variable(written: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is alike in old and new of a variable."""
    return {key: written[key] for key in ("name", "label", "type", "query", "refresh", "sort")}


def _chosen(variable: VariablePlan) -> dict[str, Any]:
    """Return what is chosen first of a label: the default, else all, else what Grafana takes."""
    if variable.default is not None:
        value: Any = [variable.default] if variable.is_multiple else variable.default
        return {"text": value, "value": value}
    return {"text": ["All"], "value": ["$__all"]} if variable.is_multiple else {}


def _panels(written: Sequence[Mapping[str, Any]], rows: Sequence[RowPlan]) -> Iterator[Sourced]:
    """Yield rows and panels in the order written: a closed row holds its panels."""
    rest = iter(written)
    for row in rows:
        head = next(rest)
        inside = head["panels"] if row.is_collapsed else [next(rest) for _panel in row.panels]
        panels = [
            Sourced(_panel(each, panel), panel.origin)
            for each, panel in zip(inside, row.panels, strict=True)
        ]
        yield Sourced(_row(head, row, panels if row.is_collapsed else []), row.origin)
        if not row.is_collapsed:
            yield from panels


def _row(written: Mapping[str, Any], row: RowPlan, panels: list[Sourced]) -> dict[str, Any]:
    made = {key: written[key] for key in ("id", "type", "title", "gridPos", "collapsed")}
    return {**made, **({"repeat": row.repeat} if row.repeat else {}), "panels": panels}


def _panel(written: Mapping[str, Any], panel: PanelPlan) -> dict[str, Any]:
    made = {key: written[key] for key in ("id", "type", "title")}
    if panel.description is not None:
        made["description"] = panel.description
    made |= {key: written[key] for key in ("gridPos", "datasource")}
    made["targets"] = [_target(each) for each in written["targets"]]
    made["fieldConfig"] = {
        "defaults": _defaults(written, panel),
        "overrides": [_override(column) for column in panel.columns],
    }
    made["options"] = options_of(written, panel)
    if panel.kind == "table":
        made["transformations"] = list(_transformations(panel))
    if written["links"]:
        made["links"] = written["links"]
    return made


def _target(written: Mapping[str, Any]) -> dict[str, Any]:
    kept = ("refId", "datasource", "expr", "legendFormat", "format", "instant")
    return {
        **{key: written[key] for key in kept},
        "range": not written["instant"],
        "editorMode": "code",
    }


def _defaults(written: Mapping[str, Any], panel: PanelPlan) -> dict[str, Any]:
    is_dial = panel.kind == "gauge" and panel.unit == "ratio"
    minimum = 0 if panel.minimum is None and is_dial else panel.minimum
    maximum = 1 if panel.maximum is None and is_dial else panel.maximum
    limits = {"min": minimum, "max": maximum}
    return {
        "color": {"mode": "thresholds" if panel.kind in COLOURED else "palette-classic"},
        "unit": UNITS[panel.unit],
        **{key: value for key, value in limits.items() if value is not None},
        "mappings": [],
        "thresholds": _thresholds(panel.steps),
        "custom": custom_of(written, panel),
    }


def _thresholds(steps: Sequence[Step]) -> dict[str, Any]:
    """Return thresholds: the first step begins below everything."""
    return {
        "mode": "absolute",
        "steps": [{"color": step.colour, "value": step.start} for step in steps]
        or [{"color": "green", "value": None}],
    }


def _override(column: Column) -> dict[str, Any]:
    properties: list[dict[str, Any]] = [{"id": "unit", "value": UNITS[column.unit]}]
    if column.steps:
        cell = {"type": "color-background", "mode": "basic"}
        properties += [
            {"id": "thresholds", "value": _thresholds(column.steps)},
            {"id": "custom.cellOptions", "value": cell},
        ]
    return {"matcher": {"id": "byName", "options": column.name}, "properties": properties}


def _transformations(panel: PanelPlan) -> Iterator[dict[str, Any]]:
    """Yield what makes one table of the answers, with a column for each that its legend heads."""
    names = [asked.legend or panel.title for asked in panel.asked]
    is_one = len(names) == 1
    if not is_one:
        yield {"id": "merge", "options": {}}
    values = {
        "Value" if is_one else f"Value #{reference(index)}": name
        for index, name in enumerate(names)
    }
    yield {
        "id": "organize",
        "options": {
            "excludeByName": {"Time": True, "__name__": True},
            "renameByName": values,
        },
    }
