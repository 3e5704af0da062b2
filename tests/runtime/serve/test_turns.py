"""Turns are lent to runs, given back while they wait, and had again in order."""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

from runtime.serve import turns
from runtime.serve.ear import can_be_read
from runtime.serve.turns import Lent, Turns, pair
from runtime.stop import StopRequest

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest


class Desk:
    """The scheduler's side, with runs that are not processes."""

    def __init__(self) -> None:
        self.turns = Turns()
        self.now = 0.0
        self._theirs: list[int] = []

    def begin(self, handle: int) -> Lent:
        """Return the turn of a run that begins."""
        ours, theirs = pair()
        self.turns.add(handle, ours)
        self._theirs.append(theirs)
        return Lent(theirs)

    def hear(self) -> None:
        """Take in all that runs have said by now."""
        for end in tuple(self.turns.ends):
            if can_be_read(end, 0):
                self.turns.hear(end, self.now)

    def close(self) -> None:
        """Close the ends of the runs."""
        for end in self._theirs:
            os.close(end)


@contextmanager
def desk() -> Iterator[Desk]:
    """A scheduler without runs."""
    one = Desk()
    try:
        yield one
    finally:
        one.close()


def wants(one: Desk, run: Lent) -> None:
    """Have a run say that it wants its turn again, without waiting for it."""
    with StopRequest() as stop:
        os.kill(os.getpid(), signal.SIGTERM)
        run.take(stop)
    one.hear()


def has_turn(run: Lent) -> bool:
    """Return whether a run was told that it has its turn."""
    return can_be_read(run.end, 0)


def test_a_run_that_rests_takes_no_turn() -> None:
    """Saying it twice is saying it once."""
    with desk() as one:
        run, _other = one.begin(1), one.begin(2)
        assert one.turns.taken == 2
        run.rest()
        run.rest()
        one.hear()
        assert (one.turns.taken, one.turns.waiting) == (1, 1)


def test_turns_are_given_back_in_the_order_in_which_they_are_wanted() -> None:
    """As many as may work at one time, and no more."""
    with desk() as one, StopRequest() as stop:
        runs = [one.begin(handle) for handle in range(3)]
        for run in runs:
            run.rest()
        for now, run in enumerate((runs[2], runs[0], runs[1])):
            one.now = now
            wants(one, run)
        assert sorted(one.turns.wanted_since) == [0, 1, 2]
        one.turns.give(at_once=2)
        assert [has_turn(run) for run in runs] == [True, False, True]
        assert (one.turns.taken, one.turns.waiting) == (2, 1)
        runs[2].take(stop)
        one.turns.remove(2)
        one.turns.give(at_once=2)
        assert has_turn(runs[1])
        assert not one.turns.wanted_since


def test_a_run_that_has_its_turn_waits_for_none() -> None:
    """Nothing is said, and nothing waited for."""
    with desk() as one, StopRequest() as stop:
        one.begin(1).take(stop)
        assert not any(can_be_read(end, 0) for end in one.turns.ends)


def test_of_very_many_that_rest_the_last_ones_keep_their_turns(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each is a process; those that keep theirs have it again when they want it."""
    monkeypatch.setattr(turns, "RESTING_MOST", 2)
    with desk() as one:
        runs = [one.begin(handle) for handle in range(4)]
        for run in runs:
            run.rest()
        one.hear()
        assert (one.turns.taken, one.turns.waiting) == (2, 4)
        wants(one, runs[3])
        one.turns.give(at_once=2)
        assert has_turn(runs[3])
        assert (one.turns.taken, one.turns.waiting) == (2, 3)


def test_a_stop_ends_the_wait_for_a_turn() -> None:
    """The run sees that it was stopped."""
    with desk() as one, StopRequest() as stop:
        run = one.begin(1)
        run.rest()
        os.kill(os.getpid(), signal.SIGTERM)
        run.take(stop)
        assert stop.received is signal.SIGTERM
        assert not has_turn(run)


def test_without_a_scheduler_a_run_goes_on() -> None:
    """Its end of the pair is all that is left."""
    with desk() as one, StopRequest() as stop:
        run = one.begin(1)
        run.rest()
        one.turns.remove(1)
        run.take(stop)
        run.rest()
        run.take(stop)
        assert stop.received is None


def test_a_run_that_ended_says_nothing_more() -> None:
    """Its end is not looked at again, and what it wanted is forgotten with it."""
    one = Turns()
    ours, theirs = pair()
    one.add(1, ours)
    Lent(theirs).rest()
    os.close(theirs)
    one.hear(ours, 0.0)
    assert ours in one.ends
    one.hear(ours, 0.0)
    assert ours not in one.ends
    one.give(at_once=1)
    one.remove(1)
    one.hear(ours, 0.0)
    assert (one.taken, one.waiting, len(one.ends)) == (0, 0, 0)
