"""Slack: a letter becomes a post to an incoming webhook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runtime.notify.post import post

if TYPE_CHECKING:
    from collections.abc import Callable

    from runtime.contract.channel import SlackChannel
    from runtime.contract.secret import Secret
    from runtime.notify.letter import Letter


def send(
    channel: SlackChannel, letter: Letter, resolve: Callable[[Secret], str], seconds: float
) -> None:
    """Post a letter; raise `DeliveryError` when it was not taken."""
    post(resolve(channel.url).strip(), payload(channel, letter), letter, seconds)


def payload(channel: SlackChannel, letter: Letter) -> dict[str, Any]:
    """Given a letter, return what is posted. Nobody is mentioned by what a job says."""
    text = f"*{_plain(letter.title)}*\n{_plain(letter.text)}"
    said: dict[str, Any] = {"text": text, "unfurl_links": False, "unfurl_media": False}
    return said if channel.channel is None else said | {"channel": channel.channel}


def _plain(text: str) -> str:
    """Return text in Slack's own form, in which `<!channel>` would call everybody."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
