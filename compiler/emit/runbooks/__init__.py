"""Runbooks: a Markdown page for each alert and SLO, for whoever is woken by it, and an index."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.artifact.artifact import Artifact, LineRange
from compiler.artifact.notice import notice
from compiler.emit.runbooks.page import Page, pages
from compiler.emit.runbooks.slo_page import slo_page
from compiler.lower.routing_tree import routing_tree
from compiler.targets.opsrun import PLAN_FILE, USER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.lower.plan import Plan


def emit(plan: Plan) -> tuple[Artifact, ...]:
    """Given a plan, return its pages and their index; nothing without alerts and SLOs."""
    made = pages(plan)
    if not made and not plan.slos:
        return ()
    command = f"runuser -u {USER} -- opsrun run JOB --plan {PLAN_FILE}"
    index = _render(
        "index.md.j2", pages=made, plan=plan, command=command, notice=notice(plan.services)
    )
    return (
        *(_artifact(page, plan) for page in made),
        *_slos(plan),
        Artifact(path="runbooks/README.md", text=index),
    )


def _slos(plan: Plan) -> Iterator[Artifact]:
    tree = routing_tree(plan.routing) if plan.routing is not None else None
    for slo in plan.slos:
        text = slo_page(plan, tree, slo)
        lines = LineRange(1, text.count("\n"), slo.origin)
        yield Artifact(path=f"runbooks/slo-{slo.id}.md", text=text, origins=(lines,))


def _artifact(page: Page, plan: Plan) -> Artifact:
    text = _render("runbook.md.j2", page=page, plan=plan, notice=notice([page.alert.service]))
    lines = LineRange(1, text.count("\n"), page.alert.origin)
    return Artifact(path=f"runbooks/{page.alert.name}.md", text=text, origins=(lines,))


def _render(template: str, **context: object) -> str:
    # jinja2 is slow to import, and a check needs no page.
    from compiler.emit.runbooks.templates import environment

    return environment().get_template(template).render(context)
