"""The lease of one attempt, where one of several hosts runs a job: taken, kept, given up."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from runtime.errors import LeaseError
from runtime.gate import LEASE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runtime.clock import Clock
    from runtime.contract.plan import Lease
    from runtime.lease.place import Place, Taken
    from runtime.stop import StopRequest


TRIES: Final = 5
"""How often the place is told of an end, when it cannot be reached."""
PAUSE_SECONDS: Final = 2.0
"""How long is waited between."""


class Leased:
    """Where the hosts agree; a context manager. `place` is None where there is nothing to agree."""

    def __init__(self, place: Place | None) -> None:
        self.place = place

    @classmethod
    def of(cls, lease: Lease | None) -> Leased:
        """Given where leases are kept, return it; it is reached when it is first asked.

        Raise `SecretError` when its address cannot be had, `LeaseError` without a driver for it.
        """
        if lease is None:
            return cls(None)
        from runtime.lease.opening import open_place

        return cls(open_place(lease, os.environ))

    def __enter__(self) -> Leased:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the place."""
        if self.place is not None:
            self.place.close()

    @contextmanager
    def kept(self, taken: Taken | None, stop: StopRequest) -> Iterator[None]:
        """Renew a lease for a block; when it is lost, the block is asked to stop."""
        if self.place is None or taken is None:
            yield
            return
        from runtime.lease.keeper import Keeper

        with Keeper(self.place, taken, LEASE_SECONDS) as keeper, stop.also(keeper.descriptor):
            yield

    def give_back(self, taken: Taken) -> None:
        """Let another host have it at once: nothing was done. Raise `LeaseError` as it comes."""
        if self.place is not None:
            self.place.give_back(taken)

    def end(self, taken: Taken, outcome: str, clock: Clock) -> bool:
        """Record the end for all hosts, and return whether the lease was still ours.

        Asked for again for a while: the same end may be said twice. Raise `LeaseError` after that.
        """
        if self.place is None:
            return True
        for _ in range(TRIES - 1):
            try:
                return self.place.end(taken, outcome)
            except LeaseError:
                clock.sleep(PAUSE_SECONDS)
        return self.place.end(taken, outcome)
