from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
import sys

from runtime import lineage

SLEEPER = [sys.executable, "-I", "-c", "import sys; sys.stdin.read()"]


def test_this_process_lives_and_a_reused_pid_does_not() -> None:
    """The same pid with another start time, or of another boot, is another process."""
    own = lineage.this_process()

    assert lineage.is_alive(own)
    assert not lineage.is_alive(dataclasses.replace(own, start_ticks=own.start_ticks - 1))
    assert not lineage.is_alive(dataclasses.replace(own, boot="another"))


def test_a_hidden_boot_is_no_evidence_of_death() -> None:
    """Where a sandbox hides the boot's id, pid and start time decide."""
    own = dataclasses.replace(lineage.this_process(), boot="")

    assert lineage.is_alive(own)


def test_a_zombie_is_not_alive() -> None:
    """A process that ended and was not reaped yet does nothing any more."""
    with subprocess.Popen(SLEEPER, stdin=subprocess.PIPE) as child:
        process = lineage.Process(
            pid=child.pid,
            start_ticks=lineage.start_ticks(child.pid) or 0,
            boot=lineage.boot_id(),
        )
        before = lineage.is_alive(process)
        child.kill()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)

        assert (True, False) == (before, lineage.is_alive(process))


def test_a_signal_reaches_the_process_that_is_meant() -> None:
    """The process ends by the signal; sending to one that is gone is no error."""
    with subprocess.Popen(SLEEPER, stdin=subprocess.PIPE) as child:
        lineage.send(child.pid, signal.SIGTERM)
        child.wait(timeout=30)
    lineage.send(child.pid, signal.SIGTERM)

    assert child.returncode == -signal.SIGTERM


def test_marked_processes_are_found_by_their_environment() -> None:
    """Only the processes of this very mark are found."""
    environment = {**os.environ, lineage.MARK: "test:1"}
    with subprocess.Popen(SLEEPER, stdin=subprocess.PIPE, env=environment) as child:
        found = lineage.marked("test:1"), lineage.marked("test:")
        child.kill()

    assert ([child.pid], []) == found
