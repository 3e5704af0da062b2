"""Cases for ``amtool config routes test``: the labels of each alert, and who must be told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.artifact.artifact import Artifact
from compiler.artifact.lines import Sourced
from compiler.artifact.notice import notice
from compiler.artifact.yaml import write_yaml
from compiler.lower.routing_tree import known_labels, landings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.lower.plan import Plan, RoutingPlan
    from compiler.lower.routing_tree import Node

COMMENT = "labels that an alert always has → receivers, for `amtool config routes test`"


def cases(plan: Plan, routing: RoutingPlan, tree: Node) -> Artifact:
    """Given a plan and its routing tree, return a case for each alert, and one for a stranger."""
    data = {"cases": [*_alerts(plan, tree), Sourced(_case(tree, {}), routing.origin)]}
    text, origins = write_yaml(data, comments=[notice(plan.services), COMMENT])
    return Artifact(path="alertmanager/routes.test.yml", text=text, origins=origins)


def _alerts(plan: Plan, tree: Node) -> Iterator[Sourced]:
    for group in plan.groups:
        for alert in group.alerts:
            yield Sourced(_case(tree, known_labels(plan, alert)), alert.origin)


def _case(tree: Node, labels: dict[str, str]) -> dict[str, object]:
    return {
        "labels": labels,
        "receivers": [landing.receiver for landing in landings(tree, labels)],
    }
