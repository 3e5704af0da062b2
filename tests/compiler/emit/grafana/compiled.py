"""The dashboards of the reference spec and of the golden one, as they are emitted."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

from compiler.emit import grafana
from compiler.pipeline import examine
from tests.checkout import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from compiler.artifact.artifact import Artifact
    from compiler.lower.plan import Plan

SPECS = (
    ROOT / "specs" / "tabular.yaml",
    ROOT / "tests" / "golden" / "valid" / "dashboards.yaml",
    ROOT / "tests" / "golden" / "valid" / "slos.yaml",
)


@cache
def plans() -> Mapping[str, Plan]:
    """Return the plan of each environment of the specs."""
    return {
        f"{spec.stem}/{plan.environment}": plan
        for spec in SPECS
        for plan in examine([str(spec)], today=date(2026, 11, 23)).plans
    }


@cache
def artifacts() -> Mapping[str, Artifact]:
    """Return what is emitted for Grafana, by the plan's name and the path."""
    return {
        f"{name}: {artifact.path}": artifact
        for name, plan in plans().items()
        for artifact in grafana.emit(plan)
    }


@cache
def dashboards() -> Mapping[str, dict[str, Any]]:
    """Return the dashboards, by the plan's name and the path."""
    return {
        name: json.loads(artifact.text)
        for name, artifact in artifacts().items()
        if artifact.path.endswith(".json")
    }
