"""A run gives its turn back while it waits, and has it again before it works."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from runtime.errors import Exit
from runtime.journal.store import open_store
from runtime.locks import Holder, Locks
from runtime.stop import StopRequest
from tests.runtime import plans
from tests.runtime.test_attempts import DUE, TRUE, Host, counting, retries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

DATABASE = {"tabular/database": "exclusive"}


class Scarce:
    """A turn that comes back when the host's clock has turned by so much; it is all written down.

    Nothing real lends turns to a run that is no process of its own.
    """

    def __init__(self, host: Host, seconds: float = 0.0) -> None:
        self.host, self.seconds = host, seconds
        self.said: list[str] = []

    def rest(self) -> None:
        """Note that it was given back."""
        if self.said[-1:] != ["rest"]:
            self.said.append("rest")

    def take(self, stop: StopRequest) -> None:
        """Have it back later."""
        if self.said[-1:] == ["rest"]:
            with Locks(self.host.state, DATABASE, None) as other:
                self.said.append("free" if other.take(_somebody()) is None else "held")
            self.host.clock.turn(self.seconds)


def _somebody() -> Holder:
    return Holder(job="tabular/backup", due_at=DUE, pid=1)


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    """A host that has run nothing."""
    with ExitStack() as stack:
        store = stack.enter_context(open_store(str(tmp_path / "state")))
        yield Host(tmp_path / "state", store, stack.enter_context(StopRequest()))


def test_a_run_that_waits_for_nothing_keeps_its_turn(host: Host) -> None:
    """Whoever lends it hears nothing of it."""
    turn = host.turn = Scarce(host)

    assert host.run(plans.loaded(plans.job({"one": TRUE}))).exit_code is Exit.OK
    assert turn.said == []


def test_a_next_attempt_begins_when_it_is_its_turn_again(host: Host, tmp_path: Path) -> None:
    """It holds nothing while it waits for that, and no deadline keeps it from its attempt."""
    turn = host.turn = Scarce(host, seconds=3_600)
    step = counting(tmp_path, fails=1)
    plan = plans.loaded(plans.job({"one": step}, takes=DATABASE, **retries(2)))

    assert host.run(plan).exit_code is Exit.OK
    assert turn.said == ["rest", "free"]
    begun = host.last().attempts[1].started_at
    assert begun is not None
    assert begun >= DUE + timedelta(hours=1)


def test_a_job_that_waits_for_another_asks_again_in_a_turn_of_its_own(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each time that it finds the resource held, it gives the turn back."""
    turn = host.turn = Scarce(host)
    plan = plans.loaded(plans.job({"one": TRUE}, takes=DATABASE))
    with Locks(host.state, DATABASE, None) as other:
        other.take(_somebody())
        monkeypatch.setattr(host.clock, "sleep", _turning(host, other))
        ran = host.run(plan)

    assert ran.exit_code is Exit.OK
    assert turn.said[0] == "rest"
    assert turn.said[-1] == "free"


def _turning(host: Host, other: Locks) -> Callable[[float], None]:
    """Return a sleep that turns the clock, and after ten seconds lets a lock go."""

    def sleep(seconds: float) -> None:
        host.clock.turn(seconds)
        if host.clock.now() > DUE + timedelta(seconds=10):
            other.release()

    return sleep


def test_a_turn_that_comes_after_the_start_deadline_starts_nothing(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it waited for is the reason, though it may be free by now."""
    host.turn = Scarce(host, seconds=600)
    fields = {"takes": DATABASE, "start_deadline_seconds": 60}
    plan = plans.loaded(plans.job({"one": TRUE}, **fields))
    with Locks(host.state, DATABASE, None) as other:
        other.take(_somebody())

        def sleep(seconds: float) -> None:
            host.clock.turn(seconds)
            other.release()

        monkeypatch.setattr(host.clock, "sleep", sleep)
        ran = host.run(plan)

    assert (ran.exit_code, ran.outcome) == (Exit.BUSY, "skipped")
    assert "tabular/database" in ran.reason
    assert host.last().attempts[0].started_at is None
