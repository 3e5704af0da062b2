"""Runbooks: a Markdown page for each alert, for whoever is woken by it, and an index."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.artifact.artifact import Artifact, LineRange
from compiler.artifact.notice import notice
from compiler.emit.runbooks.page import Page, pages
from compiler.targets.opsrun import PLAN_FILE, USER

if TYPE_CHECKING:
    from compiler.lower.plan import Plan


def emit(plan: Plan) -> tuple[Artifact, ...]:
    """Given a plan, return a page per alert and the index of the pages; nothing without alerts."""
    made = pages(plan)
    if not made:
        return ()
    command = f"runuser -u {USER} -- opsrun run JOB --plan {PLAN_FILE}"
    index = _render(
        "index.md.j2", pages=made, plan=plan, command=command, notice=notice(plan.services)
    )
    return (
        *(_artifact(page, plan) for page in made),
        Artifact(path="runbooks/README.md", text=index),
    )


def _artifact(page: Page, plan: Plan) -> Artifact:
    text = _render("runbook.md.j2", page=page, plan=plan, notice=notice([page.alert.service]))
    lines = LineRange(1, text.count("\n"), page.alert.origin)
    return Artifact(path=f"runbooks/{page.alert.name}.md", text=text, origins=(lines,))


def _render(template: str, **context: object) -> str:
    # jinja2 is slow to import, and a check needs no page.
    from compiler.emit.runbooks.templates import environment

    return environment().get_template(template).render(context)
