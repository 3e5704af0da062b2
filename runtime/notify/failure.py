"""Why a letter did not arrive, and whether it ever will."""

from __future__ import annotations


class DeliveryError(Exception):
    """A letter did not arrive; the text says why, to people.

    `is_permanent` when the same letter would be refused again. `retry_after` is what the receiver
    said, in seconds or as a date of HTTP.
    """

    def __init__(
        self, text: str, *, is_permanent: bool = False, retry_after: str | None = None
    ) -> None:
        super().__init__(text)
        self.is_permanent = is_permanent
        self.retry_after = retry_after
