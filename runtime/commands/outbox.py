"""``opsrun outbox``: what people are still to be told, and what they never were."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from runtime.clock import SystemClock, short
from runtime.commands.options import format_option, has_journal, in_utf8, state_option
from runtime.journal.outbox_view import entries
from runtime.journal.outbox_view import retry as make_due
from runtime.journal.store import open_store
from runtime.page import json_product, table, talk

if TYPE_CHECKING:
    from runtime.journal.outbox_view import Entry


def _each_in_utf8(
    context: click.Context, parameter: click.Parameter, values: tuple[str, ...]
) -> tuple[str, ...]:
    for value in values:
        in_utf8(context, parameter, value)
    return values


@click.command()
@click.argument("channels", metavar="[CHANNEL]...", nargs=-1, callback=_each_in_utf8)
@click.option("--retry", is_flag=True, help="Make it all due now, what was given up too.")
@state_option
@format_option
def outbox(*, channels: tuple[str, ...], retry: bool, state: str, form: str) -> None:
    """Show what people are still to be told.

    Of CHANNEL, or of all; what was given up stands there too.
    """
    found: list[Entry] = []
    if has_journal(state):
        with open_store(state) as store:
            if retry:
                number = make_due(store, channels, SystemClock().now())
                talk(f"opsrun: {number} messages are due now; `opsrun deliver` takes them")
            found = [one for one in entries(store) if not channels or one.channel in channels]
    if form == "json":
        json_product([_plain(one) for one in found])
    elif found:
        heads = ("CHANNEL", "STATE", "NOTICES", "SINCE", "ATTEMPTS", "NEXT", "ERROR")
        table(heads, [_row(one) for one in found])


def _plain(entry: Entry) -> dict[str, Any]:
    next_at = entry.next_attempt_at
    return {
        "channel": entry.channel,
        "state": entry.state,
        "key": entry.key,
        "notices": entry.notices,
        "jobs": list(entry.jobs),
        "since": short(entry.since),
        "attempts": entry.attempts,
        "next_attempt_at": None if next_at is None else short(next_at),
        "last_error": entry.last_error,
    }


def _row(entry: Entry) -> tuple[str, ...]:
    return (
        entry.channel,
        entry.state,
        str(entry.notices),
        short(entry.since),
        str(entry.attempts),
        "-" if entry.next_attempt_at is None else short(entry.next_attempt_at),
        entry.last_error,
    )
