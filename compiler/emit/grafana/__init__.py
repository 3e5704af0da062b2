"""Grafana: a plan becomes dashboards, and the provisioning that makes Grafana show them.

``grafana/dashboards/<service>-<name>.json``, ``grafana/provisioning/{datasources,dashboards}/``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.artifact.artifact import Artifact
from compiler.artifact.json import write_json
from compiler.emit.grafana.provisioning import provisioning
from compiler.lower.dashboards.slo_dashboard import slo_dashboards

if TYPE_CHECKING:
    from compiler.lower.dashboards.plan import DashboardPlan
    from compiler.lower.plan import Plan


def emit(plan: Plan) -> tuple[Artifact, ...]:
    """Given a plan, return its dashboards and their provisioning; nothing when it has none."""
    dashboards = (*plan.dashboards, *slo_dashboards(plan))
    if not dashboards:
        return ()
    return (*map(_artifact, dashboards), *provisioning(plan))


def _artifact(dashboard: DashboardPlan) -> Artifact:
    # grafanalib is slow to import, and most plans that are emitted in tests have no dashboard.
    from compiler.emit.grafana.adapter import grafanalib_json
    from compiler.emit.grafana.normal import normal

    text, lines = write_json(normal(grafanalib_json(dashboard), dashboard))
    path = f"grafana/dashboards/{dashboard.service}-{dashboard.name}.json"
    return Artifact(path=path, text=text, origins=lines)
