"""``opsrun notify test``: try a channel, before the night in which it is needed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from runtime.clock import SystemClock
from runtime.commands.options import in_utf8, plan_option
from runtime.errors import Exit, PlanError, SecretError
from runtime.load import load_plan
from runtime.page import product, talk

if TYPE_CHECKING:
    from runtime.contract.channel import Channel
    from runtime.contract.plan import Plan
    from runtime.notify.letter import Letter


@click.group()
def notify() -> None:
    """Try the channels of the plan."""


@notify.command("test")
@click.argument("channel", callback=in_utf8)
@click.option("--dry-run", is_flag=True, help="Show what would be sent, and look for the secrets.")
@plan_option
def try_channel(*, channel: str, dry_run: bool, plan_path: str) -> Exit:
    """Send a test through CHANNEL, past the outbox.

    Where the channel knows incidents, one is opened and ended at once.
    """
    from runtime.notify.trial import letters

    plan = load_plan(plan_path)
    found = _channel(plan, channel, plan_path)
    now, host = SystemClock().now(), os.uname().nodename
    written = letters(channel, found, environment=plan.environment, host=host, now=now)
    return _show(found, written) if dry_run else _send(channel, found, written)


def _channel(plan: Plan, name: str, file: str) -> Channel:
    if name in plan.channels:
        return plan.channels[name]
    known = ", ".join(f"`{one}`" for one in sorted(plan.channels)) or "none"
    raise PlanError(f"{file} has no channel `{name}`; there are {known}")


def _show(channel: Channel, letters: tuple[Letter, ...]) -> Exit:
    """Show what would be sent; return whether every secret is there."""
    from runtime.masking import references_in
    from runtime.notify.trial import shown
    from runtime.secrets import resolve

    for letter in letters:
        product(shown(channel, letter))
    code = Exit.OK
    for reference in references_in(channel):
        try:
            resolve(reference, os.environ)
        except SecretError as error:
            talk(f"opsrun: {error}")
            code = Exit.FAILED
    return code


def _send(name: str, channel: Channel, letters: tuple[Letter, ...]) -> Exit:
    from runtime.notify.deliver import attempt

    for letter in letters:
        fault = attempt(channel, letter, os.environ)
        if fault is not None:
            talk(f"opsrun: {name}: {fault}")
            return Exit.FAILED
        product(f"{name} took `{letter.title}`")
    return Exit.OK
