"""Which way to say it is a channel's."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from runtime.contract.channel import Channel
    from runtime.contract.secret import Secret
    from runtime.notify.letter import Letter


def send(
    channel: Channel, letter: Letter, resolve: Callable[[Secret], str], seconds: float
) -> None:
    """Send a letter through a channel; raise `DeliveryError` or `SecretError` when it fails."""
    if channel.smtp is not None:
        from runtime.notify import smtp

        smtp.send(channel.smtp, letter, resolve, seconds)
    elif channel.slack is not None:
        from runtime.notify import slack

        slack.send(channel.slack, letter, resolve, seconds)
    elif channel.pagerduty is not None:
        from runtime.notify import pagerduty

        pagerduty.send(channel.pagerduty, letter, resolve, seconds)
    elif channel.webhook is not None:
        from runtime.notify import webhook

        webhook.send(channel.webhook, letter, resolve, seconds)


def way(channel: Channel) -> str:
    """Return what a channel sends through, for people."""
    ways = ("smtp", "slack", "pagerduty", "webhook")
    return next(name for name in ways if getattr(channel, name) is not None)
