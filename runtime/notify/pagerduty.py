"""PagerDuty: a letter becomes an event, version 2, that opens an incident or ends it.

Source: PagerDuty's developer documentation, Events API v2 overview.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from runtime.clock import short
from runtime.notify.post import post

if TYPE_CHECKING:
    from collections.abc import Callable

    from runtime.contract.channel import PagerDutyChannel
    from runtime.contract.secret import Secret
    from runtime.notify.letter import Letter

SEVERITIES: Final = {
    "failed": "error",
    "timed out": "error",
    "missed": "warning",
    "skipped": "info",
    "ok": "info",
}
MOST_CHARACTERS: Final = 1024
"""Longest summary that PagerDuty takes."""


def send(
    channel: PagerDutyChannel, letter: Letter, resolve: Callable[[Secret], str], seconds: float
) -> None:
    """Send a letter as an event; raise `DeliveryError` when it was not taken."""
    event = {"routing_key": resolve(channel.routing_key).strip(), **payload(letter)}
    post(channel.url, event, letter, seconds)


def payload(letter: Letter) -> dict[str, Any]:
    """Given a letter, return its event, without the routing key.

    One incident is a job's failing. What the limit put together is an incident of its own, which
    nothing ends but a person.
    """
    incidents = {one.incident for one in letter.notices}
    is_one = len(incidents) == 1 and "" not in incidents
    details = {"runs": list(letter.lines), "key": letter.key}
    if not is_one:
        details["note"] = "told together, since the channel's limit was reached: close it by hand"
    return {
        "event_action": "resolve" if letter.worst == "ok" else "trigger",
        "dedup_key": incidents.pop() if is_one else letter.key,
        "client": "opsrun",
        "payload": {
            "summary": letter.title[:MOST_CHARACTERS],
            "source": ", ".join(letter.hosts),
            "severity": SEVERITIES[letter.worst],
            "timestamp": short(letter.made_at),
            "component": letter.notices[0].job.partition("/")[0],
            "group": letter.environment,
            "class": letter.worst,
            "custom_details": details,
        },
    }
