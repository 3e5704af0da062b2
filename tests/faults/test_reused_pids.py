"""What dead processes left behind names a pid that lives again."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest

from runtime import lineage
from runtime.errors import Exit
from runtime.lineage import Process
from tests.faults.desk import KEY, at_desk, check_settled, noting
from tests.runtime import plans
from tests.runtime.journals import ask, granted
from tests.runtime.turned_clock import START

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def stranger() -> Iterator[Process]:
    """A living process that has nothing to do with it."""
    with subprocess.Popen(["sleep", "60"]) as child:
        yield Process(
            pid=child.pid,
            start_ticks=lineage.start_ticks(child.pid) or 0,
            boot=lineage.boot_id(),
        )
        child.kill()


def test_a_lock_file_that_names_a_living_process_holds_nothing(
    tmp_path: Path, stranger: Process
) -> None:
    """The kernel knows who holds a lock; the file is for people."""
    said = {"job": KEY, "due_at": "2026-03-01T12:00:00Z", "pid": stranger.pid}
    (tmp_path / "state/locks").mkdir(parents=True)
    (tmp_path / "state/locks/tabular%database").write_text(json.dumps(said))
    job = plans.job({"one": noting(tmp_path, "one")}, takes={"tabular/database": "exclusive"})

    with at_desk(tmp_path, plans.loaded(job)) as desk:
        ran = desk.run()

    assert Exit.OK == ran.exit_code


@pytest.mark.parametrize("is_rebooted", [False, True])
def test_an_attempt_of_a_process_whose_pid_lives_again_is_abandoned(
    tmp_path: Path, stranger: Process, *, is_rebooted: bool
) -> None:
    """Another start time, or another boot: it is gone, and who has its pid now is left alone."""
    before = Process(
        pid=stranger.pid,
        start_ticks=stranger.start_ticks - (0 if is_rebooted else 1),
        boot="another" if is_rebooted else stranger.boot,
    )
    plan = plans.loaded(plans.job({"one": noting(tmp_path, "one")}))
    with at_desk(tmp_path, plan) as desk:
        granted(ask(desk.store, before, due_at=START))
        ran = desk.run()

    assert (Exit.OK, 2) == (ran.exit_code, ran.attempt)
    assert lineage.is_alive(stranger)
    check_settled(tmp_path)


def test_an_attempt_of_a_living_process_is_let_go_on(tmp_path: Path, stranger: Process) -> None:
    """The same pid, start time and boot is the same process."""
    plan = plans.loaded(plans.job({"one": noting(tmp_path, "one")}))
    with at_desk(tmp_path, plan) as desk:
        granted(ask(desk.store, stranger, due_at=START))
        ran = desk.run()

    assert (Exit.TRY_AGAIN, None) == (ran.exit_code, ran.outcome)
