"""``opsrun deliver``: tell people what runs have left in the outbox."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from runtime.clock import SystemClock
from runtime.commands.options import format_option, has_journal, plan_option, state_option
from runtime.errors import Exit
from runtime.journal.store import open_store
from runtime.load import load_plan
from runtime.page import json_product, product, talk

if TYPE_CHECKING:
    from runtime.notify.deliver import Tally


@click.command()
@click.option("--now", is_flag=True, help="Do not wait until a notice has waited for company.")
@plan_option
@state_option
@format_option
def deliver(*, now: bool, plan_path: str, state: str, form: str) -> Exit:
    """Tell people what waits to be told.

    A channel that fails is tried again later by itself, then the exit code is 75; it is 1 when
    something was given up. A run delivers nothing by itself: call this beside, as the units do.
    """
    from runtime.notify.deliver import Tally, Terms
    from runtime.notify.deliver import deliver as make_pass

    plan = load_plan(plan_path)
    tally = Tally()
    if has_journal(state):
        terms = Terms(
            state=state,
            clock=SystemClock(),
            environment=os.environ,
            say=lambda line: talk(f"opsrun: {line}"),
            is_patient=not now,
        )
        with open_store(state) as store:
            tally = make_pass(store, plan, terms)
    _show(tally, form)
    if tally.given_up:
        return Exit.FAILED
    return Exit.TRY_AGAIN if tally.failed else Exit.OK


def _show(tally: Tally, form: str) -> None:
    if form == "json":
        said = {
            "messages": tally.messages,
            "notices": tally.notices,
            "failed": tally.failed,
            "given_up": tally.given_up,
            "busy": tally.is_busy,
        }
        json_product(said)
        return
    if tally.is_busy:
        talk("opsrun: another `opsrun deliver` is at work, and takes what is due")
    if tally.messages:
        product(f"delivered {tally.messages} messages with {tally.notices} notices")
