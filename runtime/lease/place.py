"""Leases: an occurrence and a host enter, leave to run it, or who else has it.

An occurrence is a job and the instant at which it is due. A host *takes* it for some seconds,
*renews* it while it works, and *ends* it, or *gives it back* undone. What a place promises:

- At one time at most one host holds a lease of an occurrence that has not run out. When it has run
  out is decided by the place's clock; what the hosts believe the time to be is of no account.
- Each grant has a fence, a number larger than that of every grant before it, whoever got them.
  Only the latest grant of an occurrence can be renewed, ended or given back; what an earlier
  holder tries is refused, and changes nothing.
- At most one end of an occurrence is recorded. All hosts see it, for seven days; while it is there,
  nobody is granted the occurrence again. When the same grant ends in the same way twice, since the
  first answer was lost, it is told that it succeeded.

What is not promised: that a host that has lost its lease knows it. It may have been paused, and be
working still, while another has begun. Whatever must not happen twice compares the fence. Nor does
a place outlive itself: a Redis that evicts keys, or that forgets what it acknowledged when it
fails over, has forgotten its leases as well.

A holder is a host. One that asks again, after a crash of its own, gets the occurrence again before
its lease has run out, with a larger fence; so two hosts must never go by one name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from datetime import datetime

KEPT_SECONDS: Final = 7 * 86_400
"""How long an end is kept, for hosts that ask late."""


@frozen
class Taken(Frozen):
    """This host is to run the occurrence."""

    job: str
    """Key of the job, ``<service>/<name>``."""
    due_at: datetime
    """When the occurrence is due, aware."""
    holder: str
    """The host that it was granted to."""
    fence: int
    """Number of the grant, larger than any before it."""


@frozen
class Held(Frozen):
    """Another host runs the occurrence, and renews its lease."""

    holder: str
    """The host that runs it."""
    until_seconds: float
    """How long its lease lasts from now on, unless it is renewed."""


@frozen
class Ended(Frozen):
    """The occurrence has ended, on whichever host."""

    holder: str
    """The host that ended it."""
    outcome: str
    """How it ended, in the words of who ended it."""


class Place(Protocol):
    """Where hosts agree on who runs an occurrence.

    May be used by several threads; they wait for one another. Connecting, making ready and the
    question itself each end within the timeout that the place was opened with. Every call raises
    `LeaseError` when the place cannot be asked; what was asked may then have come about all the
    same, and asking the same again does no harm.
    """

    def take(self, job: str, due_at: datetime, holder: str, lasts_seconds: float) -> Grant:
        """Given an occurrence and a host, return leave to run it, or who else has it."""

    def renew(self, taken: Taken, lasts_seconds: float) -> bool:
        """Return whether the lease now lasts that long from now; not when it was lost.

        One that has run out, and that nobody else was granted since, can be renewed.
        """

    def end(self, taken: Taken, outcome: str) -> bool:
        """Return whether this end is the one that all hosts see; not when the lease was lost."""

    def give_back(self, taken: Taken) -> None:
        """Let another host take the occurrence at once: nothing was done for it."""

    def close(self) -> None:
        """Let go of the connection; what is held is held on."""


Grant = Taken | Held | Ended
