"""Try a channel: letters that say that they are a test, for whoever reads them at the other end."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from runtime.journal.messages import Message
from runtime.journal.outbox import Notice, key_of
from runtime.notify.letter import Letter, write

if TYPE_CHECKING:
    from datetime import datetime

    from runtime.contract.channel import Channel
    from runtime.journal.record import Outcome


def letters(
    name: str, channel: Channel, *, environment: str, host: str, now: datetime
) -> tuple[Letter, ...]:
    """Given a channel, return the letters of a trial.

    It is one, or, where the channel knows incidents, one that opens an incident and one that ends
    it.
    """
    is_pager = channel.pagerduty is not None
    outcomes: tuple[Outcome, ...] = ("failed", "ok") if is_pager else ("ok",)
    return tuple(_letter(name, outcome, environment, host, now) for outcome in outcomes)


def _letter(name: str, outcome: Outcome, environment: str, host: str, now: datetime) -> Letter:
    notice = Notice(
        channel=name,
        host=host,
        job="opsrun/trial",
        due_at=now,
        outcome=outcome,
        reason="somebody tries this channel; nothing ran",
        incident=f"opsrun/{environment}/trial@{host}",
    )
    message = Message(
        id=0, key=key_of(notice.key), channel=name, made_at=now, attempts=1, notices=(notice,)
    )
    return write(message, environment)


def shown(channel: Channel, letter: Letter) -> str:
    """Given a channel and a letter, return what would be sent, without secrets."""
    if channel.smtp is not None:
        from runtime.notify.smtp import mail

        return mail(channel.smtp, letter).as_string()
    if channel.slack is not None:
        from runtime.notify import slack

        payload = slack.payload(channel.slack, letter)
    elif channel.pagerduty is not None:
        from runtime.notify import pagerduty

        payload = pagerduty.payload(letter)
    else:
        from runtime.notify import webhook

        payload = webhook.payload(letter)
    return json.dumps(payload, indent=2, ensure_ascii=False)
