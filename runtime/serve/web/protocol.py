"""HTTP/1.1 as uvicorn speaks it, for peers that must send the head of a request in time."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    from asyncio import TimerHandle, Transport

HEAD_SECONDS: Final = 10.0
"""How long the head of a request may take, from the connection or from its first byte on."""


class HeadInTime(H11Protocol):
    """Closes a connection whose next request does not get on."""

    _deadline: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        """Wait for the first head."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Take what came; wait for the rest of a head that has begun."""
        super().data_received(data)
        # The state by its name: uvicorn brings the library that has it, and is free to change it.
        if repr(self.conn.their_state) == "IDLE" and self.conn.trailing_data[0]:
            self._wait()
        elif self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        if self._deadline is not None:
            self._deadline.cancel()
        super().connection_lost(exc)

    def _wait(self) -> None:
        if self._deadline is None:
            self._deadline = asyncio.get_running_loop().call_later(HEAD_SECONDS, self._give_up)

    def _give_up(self) -> None:
        if not self.transport.is_closing():
            self.transport.close()
