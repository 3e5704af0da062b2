"""Post JSON over HTTP, and read from the answer whether it arrived."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from runtime.notify.failure import DeliveryError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runtime.notify.letter import Letter

LIMIT_BYTES: Final = 4096
"""How much of an answer is read; a longer one is not quoted."""

_LATER: Final = (408, 425, 429)
"""Statuses below 500 that say to come again."""


def post(
    url: str,
    payload: Any,
    letter: Letter,
    seconds: float,
    headers: Mapping[str, str] | None = None,
) -> None:
    """Post a payload, with the letter's key; raise `DeliveryError` when it was not taken."""
    from runtime.http import HttpError, Request, ask

    request = Request(
        url=url,
        method="POST",
        headers={
            "Content-Type": "application/json",
            "Idempotency-Key": letter.key,
            **(headers or {}),
        },
        body=json.dumps(payload).encode(),
    )
    try:
        response = ask(request, timeout_seconds=seconds, limit_bytes=LIMIT_BYTES)
    except HttpError as error:
        raise DeliveryError(str(error)) from None
    if 200 <= response.status < 300:
        return
    # What is cut may end within a secret, of which then not all would be there to be hidden.
    text = response.text if len(response.body) < LIMIT_BYTES else ""
    said = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    raise DeliveryError(
        f"the receiver answered {response.status}{f': {said}' if said else ''}",
        is_permanent=400 <= response.status < 500 and response.status not in _LATER,
        retry_after=response.retry_after,
    )
