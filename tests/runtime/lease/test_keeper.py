from __future__ import annotations

import select
import threading
from typing import TYPE_CHECKING, Final

from runtime.errors import LeaseError
from runtime.lease.keeper import Keeper
from runtime.lease.place import Held, Taken
from tests.runtime.turned_clock import START

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from runtime.lease.place import Grant

GRANT: Final = Taken(job="tabular/vacuum", due_at=START, holder="a", fence=1)


class Scripted:
    """A place that answers renewals by a function of how many there were before."""

    def __init__(self, answer: Callable[[int], bool]) -> None:
        self.answer = answer
        self.renewals = 0
        self.several = threading.Event()

    def take(self, job: str, due_at: datetime, holder: str, lasts_seconds: float) -> Grant:
        """Never grant anything."""
        return Held(holder="b", until_seconds=lasts_seconds)

    def renew(self, taken: Taken, lasts_seconds: float) -> bool:
        """Answer as the script says."""
        self.renewals += 1
        if self.renewals > 5:
            self.several.set()
        return self.answer(self.renewals - 1)

    def end(self, taken: Taken, outcome: str) -> bool:
        """End nothing."""
        return False

    def give_back(self, taken: Taken) -> None:
        """Take nothing back."""

    def close(self) -> None:
        """Hold nothing open."""


def is_readable(descriptor: int, timeout_seconds: float) -> bool:
    """Whether a poll sees the descriptor."""
    return bool(select.select([descriptor], [], [], timeout_seconds)[0])


def unreachable(_: int) -> bool:
    """Fail as a network does."""
    raise LeaseError("it cannot be reached")


def test_a_lease_is_renewed_again_and_again() -> None:
    """And nobody is woken."""
    place = Scripted(lambda _: True)
    with Keeper(place, GRANT, 3) as keeper:
        assert place.several.wait(60)
        assert not is_readable(keeper.descriptor, 0)
        assert not keeper.lost.is_set()


def test_a_renewal_that_is_refused_is_a_lease_lost() -> None:
    """At once, and nothing is renewed any more."""
    place = Scripted(lambda _: False)
    with Keeper(place, GRANT, 600) as keeper:
        assert is_readable(keeper.descriptor, 60)
        assert keeper.lost.is_set()
    assert 1 == place.renewals


def test_a_renewal_that_fails_is_tried_again() -> None:
    """A network that comes back in time loses nothing."""
    place = Scripted(lambda number: number >= 5 or unreachable(number))
    with Keeper(place, GRANT, 12) as keeper:
        assert place.several.wait(60)
        assert not keeper.lost.is_set()


def test_a_place_that_is_gone_is_a_lease_lost_when_it_may_have_run_out() -> None:
    """Not before: it was tried several times."""
    place = Scripted(unreachable)
    with Keeper(place, GRANT, 0.5) as keeper:
        assert is_readable(keeper.descriptor, 60)
        assert keeper.lost.is_set()
    assert place.renewals > 1


def test_a_renewal_that_hangs_does_not_hide_the_loss() -> None:
    """The lease runs out whether anybody answers or not."""
    goes_on = threading.Event()
    place = Scripted(lambda _: goes_on.wait(60))
    with Keeper(place, GRANT, 0.2) as keeper:
        assert is_readable(keeper.descriptor, 60)
        goes_on.set()
    assert keeper.lost.is_set()
