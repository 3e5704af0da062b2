"""Keeps a web alive: the socket that it listens on outlives it, and its settings are replaced."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from runtime.contract.frozen import Frozen, frozen
from runtime.errors import RunError, reason_of
from runtime.serve.crew import send
from runtime.serve.ear import can_be_read
from runtime.serve.listening import listen_on, refusal, remark

if TYPE_CHECKING:
    import socket

    from runtime.contract.serve import Serve
    from runtime.serve.crew import Crew, Member
    from runtime.serve.dials import Dials
    from runtime.serve.station import Station
    from runtime.serve.terms import Wait, Web

TITLE: Final = "the web"
READY_SECONDS: Final = 30.0
"""How long a web may take until it listens."""
LONGEST_PAUSE_SECONDS: Final = 60.0
"""How long is waited, at most, until a web that died is begun again."""
STEADY_SECONDS: Final = 600.0
"""How long a web has lived whose death has nothing to do with those before."""


@frozen
class _Standing(Frozen):
    """By which reading of the plan a web stands, and where it listens."""

    station: Station
    settings: Serve
    opened: socket.socket


@frozen
class _Living(Frozen):
    """A web that was begun, and where what it says can be read, if it was not waited for."""

    member: Member
    begun_at: float
    reader: int | None = None

    def last_words(self) -> str:
        """Return what it has said, once, behind a colon; nothing where it said that it is ready."""
        if self.reader is None:
            return ""
        with open(self.reader, "rb", buffering=0) as pipe:
            said = (pipe.read(4096) or b"").decode()
        return f": {said}" if said not in ("", "ready") else ""


@dataclass(slots=True, kw_only=True)
class Keeper:
    """Has one web at a time.

    With a `listen` that is where it listens, else the plan says it.
    """

    crew: Crew
    dials: Dials
    web: Web
    listen: str | None
    _standing: _Standing | None = None
    _living: _Living | None = None
    _deaths: int = 0
    _again_at: float = 0.0

    @property
    def address(self) -> str:
        """Where it listens."""
        if self._standing is None:
            return ""
        host, port = self._standing.opened.getsockname()[:2]
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    def take_on(self, station: Station, wait: Wait = can_be_read) -> None:
        """Begin a web for a reading of the plan, and let the one before it end.

        `wait` is given a descriptor and seconds, and returns whether that can be read by then.
        Raise `RunError`, with its reason, when it must not listen so, or cannot; then the one
        before stays.
        """
        settings = station.plan.serve
        if self.listen is not None:
            settings = replace(settings, listen=self.listen)
        fault = refusal(settings)
        if fault is not None:
            raise RunError(fault)
        before = self._standing
        is_same = before is not None and before.settings.listen == settings.listen
        opened = before.opened if is_same and before is not None else self._opened(settings.listen)
        standing = _Standing(station=station, settings=settings, opened=opened)
        try:
            living = self._begin(standing, wait)
        except RunError:
            if not is_same:
                opened.close()
            raise
        # The one before may have died, and been begun again, meanwhile.
        living_before = self._living
        self._standing, self._living = standing, living
        if living_before is not None:
            living_before.last_words()
            send(living_before.member, signal.SIGTERM)
        if before is not None and not is_same:
            before.opened.close()
        said = remark(settings)
        if said is not None:
            station.log().note(said)

    def _opened(self, listen: str) -> socket.socket:
        """Listen at another address than before. Raise `RunError` where that is not to be had."""
        try:
            return listen_on(listen)
        except RunError as error:
            has_port = self.address.rpartition(":")[2] == listen.rpartition(":")[2]
            way_out = "; its port is served already: stop `opsrun serve` and start it anew"
            raise RunError(f"{error}{way_out if has_port else ''}") from None

    def tend(self) -> None:
        """Begin the web again that has died, when its pause is over."""
        standing = self._standing
        if standing is None or self._living is not None or time.monotonic() < self._again_at:
            return
        try:
            self._living = self._begin(standing, None)
        except RunError as error:
            self._again_at = time.monotonic() + LONGEST_PAUSE_SECONDS
            standing.station.log().note(str(error))

    def ended(self, member: Member, code: int) -> None:
        """Take in that a process has ended, which may be the web."""
        living = self._living
        if living is None or member.handle != living.member.handle or self._standing is None:
            return
        self._living = None
        if time.monotonic() - living.begun_at >= STEADY_SECONDS:
            self._deaths = 0
        pause = pause_seconds(self._deaths)
        self._deaths += 1
        self._again_at = time.monotonic() + pause
        ended = f"the web has ended, with {code}{living.last_words()}"
        self._standing.station.log().note(f"{ended}; it is begun again in {pause:.0f}s")

    def close(self) -> None:
        """Listen no more; the web itself is for the crew to end."""
        if self._standing is not None:
            self._standing.opened.close()
        if self._living is not None:
            self._living.last_words()
        self._standing = self._living = None

    def _begin(self, standing: _Standing, wait: Wait | None) -> _Living:
        """Begin a web; wait until it listens. Raise `RunError`, with its reason, when it does not.

        Without a `wait` it is seen later whether it lives.
        """
        reader, writer = os.pipe2(os.O_CLOEXEC)
        web, dials = self.web, self.dials
        try:
            member = self.crew.start(
                TITLE,
                lambda: web(standing.station, standing.settings, dials, standing.opened, writer),
                kept=(writer, standing.opened.fileno()),
            )
        except OSError as error:
            os.close(reader)
            raise RunError(f"the web cannot be begun: {reason_of(error)}") from None
        finally:
            os.close(writer)
        self.dials.add("web_starts")
        begun_at = time.monotonic()
        if wait is None:
            # One that has neither spoken nor ended must not be waited for.
            os.set_blocking(reader, False)
            return _Living(member=member, begun_at=begun_at, reader=reader)
        try:
            said = os.read(reader, 4096).decode() if wait(reader, READY_SECONDS) else ""
            if said != "ready":
                raise RunError(said or "the web did not begin to listen")
        except RunError:
            # Whoever waited may have seen it end, and reaped it.
            if self.crew.members.get(member.handle) is member:
                send(member, signal.SIGKILL)
                self.crew.reap(member)
            raise
        finally:
            os.close(reader)
        return _Living(member=member, begun_at=begun_at)


def pause_seconds(deaths: int) -> float:
    """Return how long is waited until a web is begun again, of which so many died before."""
    # A power of a thousand deaths would be more than a float can be.
    return min(2.0 ** min(deaths, 10), LONGEST_PAUSE_SECONDS)
