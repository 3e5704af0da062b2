"""Webhook: a letter becomes a JSON document that is posted to an address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runtime.clock import short
from runtime.notify.post import post

if TYPE_CHECKING:
    from collections.abc import Callable

    from runtime.contract.channel import WebhookChannel
    from runtime.contract.secret import Secret
    from runtime.notify.letter import Letter


def send(
    channel: WebhookChannel, letter: Letter, resolve: Callable[[Secret], str], seconds: float
) -> None:
    """Post a letter; raise `DeliveryError` when it was not taken."""
    url = channel.url if channel.url_from is None else resolve(channel.url_from).strip()
    token = None if channel.token is None else resolve(channel.token).strip()
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    post(str(url), payload(letter), letter, seconds, headers)


def payload(letter: Letter) -> dict[str, Any]:
    """Given a letter, return what is posted: the words, and every notice with its own key."""
    return {
        "version": 1,
        "key": letter.key,
        "environment": letter.environment,
        "title": letter.title,
        "text": letter.text,
        "notices": [
            {
                "key": one.key,
                "host": one.host,
                "job": one.job,
                "due_at": short(one.due_at),
                "outcome": one.outcome,
                "reason": one.reason,
            }
            for one in letter.notices
        ],
    }
