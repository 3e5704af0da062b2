"""Where queries stand in the section `dashboards`; variables of Grafana may stand in them."""

from __future__ import annotations

from typing import Final

PANEL: Final = ("dashboards", "*", "rows", "*", "panels", "*", "queries", "*")
EVENT: Final = ("dashboards", "*", "events", "*")
VARIABLE: Final = ("dashboards", "*", "variables", "*", "of")

ASKED: Final = (PANEL, EVENT, VARIABLE)
"""Queries that Grafana asks, with what people chose in the place of variables."""
