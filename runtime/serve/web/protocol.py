"""HTTP/1.1 as uvicorn speaks it, for peers that must get on: none keeps a connection by being slow.

Data and the time enter; what leaves is the end of a connection that does not get on.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    from asyncio import TimerHandle, Transport

HEAD_SECONDS: Final = 10.0
"""How long the head of a request may take, from the connection or from its first byte on."""
UNREAD_SECONDS: Final = 30.0
"""How long a peer may leave unread what it is sent."""


class InTime(H11Protocol):
    """Ends a connection that does not get on.

    One whose next request does not come, whose last one is not whole when it is answered, or whose
    answers are not read.
    """

    _head: TimerHandle | None = None
    _unread: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        """Wait for the first head."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Take what came; wait for the rest of a head that has begun."""
        super().data_received(data)
        self._wait_if_begun()
        self._see_off()

    def on_response_complete(self) -> None:
        """Go on to the next request; end instead where this one still comes: nobody reads that."""
        if self._peer_is("SEND_BODY"):
            self.transport.close()
        super().on_response_complete()
        self._wait_if_begun()
        self._see_off()

    def pause_writing(self) -> None:
        """Wait for the peer to read."""
        super().pause_writing()
        self._wait_for_reader()

    def resume_writing(self) -> None:
        """Go on: the peer reads."""
        super().resume_writing()
        if self._unread is not None and not self.transport.is_closing():
            self._unread.cancel()
            self._unread = None

    def timeout_keep_alive_handler(self) -> None:
        """End what has been idle."""
        super().timeout_keep_alive_handler()
        self._see_off()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        for timer in (self._head, self._unread):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)

    def _peer_is(self, state: str) -> bool:
        # By its name: uvicorn brings the library that has the state, and is free to change it.
        return repr(self.conn.their_state) == state

    def _wait_if_begun(self) -> None:
        if self._peer_is("IDLE") and self.conn.trailing_data[0]:
            self._wait()
        elif self._head is not None:
            self._head.cancel()
            self._head = None

    def _wait(self) -> None:
        if self._head is None:
            self._head = asyncio.get_running_loop().call_later(HEAD_SECONDS, self.transport.abort)

    def _see_off(self) -> None:
        """Give a connection that ends, but has something left to send, no more than some time."""
        if self.transport.is_closing():
            self._wait_for_reader()

    def _wait_for_reader(self) -> None:
        if self._unread is None:
            loop = asyncio.get_running_loop()
            self._unread = loop.call_later(UNREAD_SECONDS, self.transport.abort)
