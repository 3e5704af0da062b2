"""The turn of a run: leave to work, which it gives back while it waits for something else.

Whoever starts many jobs lets so many of them work at one time, and does not count those that wait.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from runtime.stop import StopRequest


class Turn(Protocol):
    """The turn of one run, which it has to begin with."""

    def rest(self) -> None:
        """Give the turn back; nothing happens when it was given back already."""

    def take(self, stop: StopRequest) -> None:
        """Wait until the run has the turn again, or a stop is asked for."""


class Always:
    """The turn of a run that nobody counts: it has it at all times."""

    def rest(self) -> None:
        """Go on."""

    def take(self, stop: StopRequest) -> None:
        """Go on."""


ALWAYS: Final = Always()
