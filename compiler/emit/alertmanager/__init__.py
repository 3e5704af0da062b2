"""Alertmanager: a plan becomes ``alertmanager.yml`` and the cases that hold its routes.

Nothing is written when the plan has no routing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.emit.alertmanager.cases import cases
from compiler.emit.alertmanager.configuration import configuration
from compiler.lower.routing_tree import routing_tree

if TYPE_CHECKING:
    from compiler.artifact.artifact import Artifact
    from compiler.lower.plan import Plan


def emit(plan: Plan) -> tuple[Artifact, ...]:
    """Given a plan, return Alertmanager's configuration and the cases of its routes."""
    if plan.routing is None:
        return ()
    tree = routing_tree(plan.routing)
    return (configuration(plan, plan.routing, tree), cases(plan, plan.routing, tree))
