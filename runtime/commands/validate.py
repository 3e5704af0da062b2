"""``opsrun validate``: whether a plan would be accepted."""

from __future__ import annotations

import click

from runtime.load import load_plan
from runtime.page import talk


@click.command()
@click.argument("plan", metavar="PLAN")
def validate(*, plan: str) -> None:
    """Find every fault of PLAN.

    It is read as `opsrun run` reads it; with a fault, the exit code is 2.
    """
    loaded = load_plan(plan)
    talk(f"{plan}: {len(loaded.jobs)} jobs for {loaded.environment}, fine")
