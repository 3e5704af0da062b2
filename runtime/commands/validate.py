"""``opsrun validate``: whether a plan would be accepted."""

from __future__ import annotations

import click

from runtime.commands.page import talk
from runtime.load import load_plan


@click.command()
@click.argument("plan", metavar="PLAN")
def validate(*, plan: str) -> None:
    """Check PLAN as `run` would; every fault in one run, exit 2 when there is one."""
    loaded = load_plan(plan)
    talk(f"{plan}: {len(loaded.jobs)} jobs for {loaded.environment}, fine")
