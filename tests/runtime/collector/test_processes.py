"""Processes of this machine are found by name and by pid, and may go at any time."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from runtime.collector.processes import REMEMBERED_SECONDS, Identity, Meter, Watch
from runtime.contract.collector import Watched
from tests.servers.process import folder_of, until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

NAME = f"opsrun-t{os.getpid() % 10**6}"
"""No other process bears it, and the kernel keeps fifteen characters of it."""


def living(_: int) -> bool:
    """Say of every process that it lives."""
    return True


def gone(_: int) -> bool:
    """Say of every process that it has ended."""
    return False


@contextlib.contextmanager
def sleeping(program: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program that sleeps, until the block ends."""
    process = subprocess.Popen([str(program), "600"])
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A program of a name of its own."""
    made = tmp_path / NAME
    shutil.copy("/bin/sleep", made)
    return made


def named(name: str = NAME) -> Watch:
    """Return what watches the processes of a name."""
    return Watch({"ours": Watched(name=name)})


def test_all_processes_of_a_name_count_together(program: Path) -> None:
    """Workers are one kind, and their numbers are added up."""
    watch = named()
    with sleeping(program), sleeping(program):
        until(lambda: watch.look(None)["ours"].count == 2, "both have begun")
        group = watch.look(None)["ours"]

        assert (2, 2) == (group.count, group.threads)
        assert group.resident_bytes > 0
        assert group.fds is not None
        assert group.started_at is not None
    until(lambda: watch.look(None)["ours"].count == 0, "both are gone")


def test_a_process_is_found_by_its_pid_file(program: Path, tmp_path: Path) -> None:
    """The file is read at each look: a restart is followed."""
    file = tmp_path / "api.pid"
    watch = Watch({"ours": Watched(pid_file=str(file))})
    with sleeping(program) as process:
        file.write_text(f" {process.pid}\n")

        assert 1 == watch.look(None)["ours"].count


@pytest.mark.parametrize("content", ["", "\n", "-1", "0", "none", "4194304", "9" * 30, "\0"])
def test_a_pid_file_that_says_nothing_finds_nothing(content: str, tmp_path: Path) -> None:
    """No pid, or that of nobody, is no process and no fault."""
    file = tmp_path / "api.pid"
    file.write_text(content)
    watch = Watch({"ours": Watched(pid_file=str(file)), "gone": Watched(pid_file=f"{file}.gone")})

    assert [0, 0] == [group.count for group in watch.look(None).values()]


def test_a_pid_file_that_is_a_pipe_holds_up_nothing(tmp_path: Path) -> None:
    """Nobody writes into it, and the look is over all the same."""
    pipe = tmp_path / "api.pid"
    os.mkfifo(pipe)

    assert 0 == Watch({"ours": Watched(pid_file=str(pipe))}).look(None)["ours"].count


LOOK = """\
import os, sys
from runtime.collector.processes import Watch
from runtime.contract.collector import Watched
os.setgroups([])
os.setgid(65534)
os.setuid(65534)
group = Watch({"ours": Watched(pid_file=sys.argv[1])}).look(None)["ours"]
print(group.count, group.fds, group.resident_bytes > 0)
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="to become another user needs root")
def test_what_may_not_be_seen_of_another_users_process_is_left_out() -> None:
    """Its memory is there for all to see; its files are not."""
    with folder_of("nobody") as folder:
        file = folder / "root.pid"
        file.write_text(str(os.getpid()))
        finished = subprocess.run(
            [sys.executable, "-c", LOOK, str(file)], capture_output=True, text=True, check=False
        )

    assert "1 None True\n" == finished.stdout, finished.stderr


def test_processor_time_does_not_shrink_when_a_worker_ends() -> None:
    """A sum that fell would look like a restart, and its rate like a burst."""
    meter = Meter()
    looks: tuple[dict[Identity, float], ...] = (
        {(1, 0.0): 5.0, (2, 0.0): 7.0},
        {(1, 0.0): 6.0},
        {(1, 0.0): 6.5, (2, 9.0): 1.0},
        {},
    )

    added = [meter.count(found, 1.0, gone) for found in looks]

    assert [12.0, 1.0, 1.5, 0.0] == added
    assert 14.5 == meter.total_seconds


def test_a_process_that_is_missed_by_a_look_does_not_count_again_as_a_whole() -> None:
    """What it took meanwhile is shared out over the time that nobody saw it."""
    meter = Meter()

    taken = [
        meter.count(found, since, living)
        for found, since in (
            ({(1, 0.0): 5000.0}, None),
            ({}, 10.0),
            ({}, 10.0),
            ({(1, 0.0): 5015.0}, 10.0),
        )
    ]

    assert [None, 0.0, 0.0, 0.5] == taken
    assert 5015.0 == meter.total_seconds


@pytest.mark.parametrize(
    ("lives", "unseen_seconds"), [(gone, 1.0), (living, REMEMBERED_SECONDS + 1)]
)
def test_what_has_ended_or_is_missing_for_long_is_forgotten(
    lives: Callable[[int], bool], unseen_seconds: float
) -> None:
    """The memory does not grow with all that ever ran."""
    meter = Meter()
    meter.count({(1, 0.0): 5.0}, None, lives)
    meter.count({}, unseen_seconds, lives)

    assert {} == meter.spent


def test_a_pid_file_that_is_written_anew_makes_no_burst(tmp_path: Path) -> None:
    """Between two writes it is empty, and the process lives on."""
    file = tmp_path / "api.pid"
    watch = Watch({"ours": Watched(pid_file=str(file))})
    file.write_text(str(os.getpid()))
    before = watch.look(None)["ours"].cpu_seconds
    file.write_text("")
    missed = watch.look(1.0)["ours"]
    file.write_text(str(os.getpid()))

    again = watch.look(1.0)["ours"]

    assert (0, before) == (missed.count, missed.cpu_seconds)
    assert before <= again.cpu_seconds < 1.5 * before
