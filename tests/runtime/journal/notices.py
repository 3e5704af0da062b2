"""Notices for tests."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from runtime.contract.channel import Channel, PagerDutyChannel, WebhookChannel
from runtime.contract.secret import Secret
from runtime.journal.outbox import Notice, enqueue
from tests.runtime.turned_clock import START

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from runtime.journal.store import Store


def notice(number: int = 0, **fields: Any) -> Notice:
    """Return the notice that the run due `number` minutes after the start failed."""
    said: dict[str, Any] = {
        "channel": "hook",
        "host": "node1.example.org",
        "job": "tabular/tidy",
        "due_at": START + timedelta(minutes=number),
        "outcome": "failed",
        "reason": f"reason {number}",
    }
    return Notice(**said | fields)


def hook(url: str = "http://127.0.0.1:9/", **fields: Any) -> Channel:
    """Return a channel that posts JSON, without a wait for company."""
    return Channel(webhook=WebhookChannel(url=url), **{"group_seconds": 0} | fields)


def pager(url: str = "http://127.0.0.1:9/", **fields: Any) -> Channel:
    """Return a channel that knows incidents, without a wait for company."""
    pages = PagerDutyChannel(routing_key=Secret(env="ROUTING_KEY"), url=url)
    return Channel(pagerduty=pages, **{"group_seconds": 0} | fields)


def put(store: Store, notices: Iterable[Notice], now: datetime = START) -> int:
    """Write notices down; return how many are new."""
    with store.transaction() as connection:
        return enqueue(connection, notices, now)
