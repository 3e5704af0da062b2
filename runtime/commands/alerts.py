"""``opsrun alerts``: what Alertmanager has posted to `opsrun serve`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from runtime.clock import short
from runtime.commands.options import format_option, has_journal, state_option
from runtime.journal.alerts import latest_alerts
from runtime.journal.store import open_store
from runtime.page import json_product, table

if TYPE_CHECKING:
    from runtime.journal.alerts import AlertRecord


@click.command()
@click.option("--firing", is_flag=True, help="Only those that are not over.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True)
@state_option
@format_option
def alerts(*, firing: bool, limit: int, state: str, form: str) -> None:
    """Show the alerts that came last.

    An alert that was posted again stands there once; TIMES says how often it came.
    """
    found: list[AlertRecord] = []
    if has_journal(state):
        with open_store(state) as store:
            found = latest_alerts(store, firing=firing, limit=limit)
    if form == "json":
        json_product([_plain(one) for one in found])
    elif found:
        heads = ("ALERT", "STATUS", "SINCE", "LAST CAME", "TIMES", "LABELS")
        table(heads, [_row(one) for one in found])


def _plain(record: AlertRecord) -> dict[str, Any]:
    alert = record.alert
    return {
        "name": alert.name,
        "status": alert.status,
        "fingerprint": alert.fingerprint,
        "starts_at": short(alert.starts_at),
        "ends_at": None if alert.ends_at is None else short(alert.ends_at),
        "labels": dict(alert.labels),
        "annotations": dict(alert.annotations),
        "receiver": alert.receiver,
        "received_at": short(record.received_at),
        "last_received_at": short(record.last_received_at),
        "times": record.times,
    }


def _row(record: AlertRecord) -> tuple[str, ...]:
    alert = record.alert
    labels = [f"{name}={text}" for name, text in sorted(alert.labels.items())]
    return (
        _shown(alert.name) or "-",
        alert.status,
        short(alert.starts_at),
        short(record.last_received_at),
        str(record.times),
        _shown(" ".join(one for one in labels if not one.startswith("alertname="))),
    )


def _shown(text: str) -> str:
    """Return a text of another's making on one line, without what a terminal would obey."""
    return "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in text)
