"""Prometheus: a plan becomes ``prometheus.yml`` and the rule files of each service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.emit.prometheus.configuration import configuration
from compiler.emit.prometheus.rules import rules
from compiler.emit.prometheus.slo_rules import slo_rules

if TYPE_CHECKING:
    from compiler.artifact.artifact import Artifact
    from compiler.lower.plan import Plan


def emit(plan: Plan) -> tuple[Artifact, ...]:
    """Given a plan, return Prometheus' configuration and the rule files of each service."""
    return (configuration(plan), *rules(plan), *slo_rules(plan))
