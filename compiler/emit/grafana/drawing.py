"""How each kind of panel is drawn: the options and the custom fields of its plugin, as of today.

What grafanalib writes of them in today's form is taken over; the rest is Grafana's own default.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from compiler.emit.grafana.units import UNITS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from compiler.lower.dashboards.plan import PanelPlan

_LAST: Final = {"calcs": ["lastNotNull"], "fields": "", "values": False}
"""Of a course the last value is shown."""
_LEGEND: Final = {"showLegend": True, "displayMode": "list", "placement": "bottom", "calcs": []}
_TOOLTIP: Final = {"mode": "single", "sort": "none"}


def options_of(written: Mapping[str, Any], panel: PanelPlan) -> dict[str, Any]:
    """Given grafanalib's JSON of a panel, return the panel's options."""
    match panel.kind:
        case "time-series":
            legend = {"showLegend": True, **written["options"]["legend"]}
            return {"legend": legend, "tooltip": written["options"]["tooltip"]}
        case "stat":
            return {
                **written["options"],
                "percentChangeColorMode": "standard",
                "showPercentChange": False,
                "wideLayout": True,
            }
        case "gauge":
            return _gauge()
        case "bar-gauge":
            return _bars()
        case "table":
            return {"showHeader": True, "cellHeight": "sm", "frameIndex": 0}
        case "heatmap":
            return _heatmap(panel)
        case "state-timeline":
            kept = ("alignValue", "mergeValues", "rowHeight", "showValue")
            return {
                **{key: written["options"][key] for key in kept},
                "legend": _LEGEND,
                "tooltip": _TOOLTIP,
            }


def custom_of(written: Mapping[str, Any], panel: PanelPlan) -> dict[str, Any]:
    """Given grafanalib's JSON of a panel, return the fields that its kind alone has."""
    match panel.kind:
        case "time-series":
            custom = written["fieldConfig"]["defaults"]["custom"]
            made = {key: value for key, value in custom.items() if value is not None}
            return {**made, "scaleDistribution": {"type": "linear"}}
        case "state-timeline":
            return dict(written["fieldConfig"]["defaults"]["custom"])
        case "table":
            return {"align": "auto", "cellOptions": {"type": "auto"}, "inspect": False}
        case _:
            return {}


def _gauge() -> dict[str, Any]:
    return {
        "reduceOptions": _LAST,
        "orientation": "auto",
        "shape": "gauge",
        "barShape": "flat",
        "barWidthFactor": 0.5,
        "effects": {},
        "segmentCount": 1,
        "segmentSpacing": 0.3,
        "sizing": "auto",
        "minVizHeight": 75,
        "minVizWidth": 75,
        "showThresholdLabels": False,
        "showThresholdMarkers": True,
    }


def _bars() -> dict[str, Any]:
    return {
        "reduceOptions": _LAST,
        "orientation": "horizontal",
        "displayMode": "basic",
        "valueMode": "color",
        "namePlacement": "auto",
        "showUnfilled": True,
        "sizing": "auto",
        "minVizWidth": 8,
        "minVizHeight": 16,
        "maxVizHeight": 300,
        "legend": {**_LEGEND, "showLegend": False},
    }


def _heatmap(panel: PanelPlan) -> dict[str, Any]:
    """Return the options of a distribution whose buckets Prometheus has counted."""
    axis = {"axisPlacement": "left", "unit": UNITS[panel.unit]}
    if panel.axis is not None:
        axis["axisLabel"] = panel.axis
    return {
        "calculate": False,
        "cellGap": 1,
        "cellValues": {"unit": "short"},
        "color": {
            "mode": "scheme",
            "scheme": "Oranges",
            "scale": "exponential",
            "exponent": 0.5,
            "fill": "dark-orange",
            "reverse": False,
            "steps": 64,
        },
        "exemplars": {"color": "rgba(255,0,255,0.7)"},
        "filterValues": {"le": 1e-9},
        "legend": {"show": True},
        "rowsFrame": {"layout": "auto"},
        "showValue": "never",
        "tooltip": {"mode": "single", "yHistogram": False},
        "yAxis": axis,
    }
