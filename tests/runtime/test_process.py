from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from runtime import lineage, process
from runtime.errors import StepError
from runtime.output import CappedOutput, read_end
from runtime.stop import StopRequest

if TYPE_CHECKING:
    from pathlib import Path

IGNORING = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
"""Python code that makes a process deaf to TERM."""

FOREVER = "import time\nwhile True: time.sleep(60)\n"


def run(
    code: str,
    folder: Path,
    *,
    timeout_seconds: float = 60,
    grace_seconds: float = 0.2,
    stop: StopRequest | None = None,
    input_bytes: bytes = b"",
) -> tuple[process.Ended, str]:
    """Run Python code as the child; return how it ended and what it wrote."""
    command = process.Command(
        argv=[sys.executable, "-I", "-c", code],
        environment={"PATH": os.environ["PATH"], lineage.MARK: f"test:{folder}"},
        input_bytes=input_bytes,
        timeout_seconds=timeout_seconds,
        grace_seconds=grace_seconds,
    )
    path = str(folder / "output")
    with CappedOutput(path, cap_bytes=1000) as output:
        ended = process.run(command, output, stop=stop)
    return ended, read_end(path)


def survivors(folder: Path) -> list[int]:
    """Return the living processes of a test's child, however far they went."""
    return lineage.marked(f"test:{folder}")


def test_a_child_gets_its_input_and_leaves_code_and_output(tmp_path: Path) -> None:
    """Standard input, both outputs and the exit code pass."""
    code = (
        "import sys\n"
        "print(sys.stdin.read(), flush=True)\n"
        "print('fault', file=sys.stderr)\n"
        "sys.exit(7)"
    )

    ended, output = run(code, tmp_path, input_bytes=b"request")

    assert (7, False, False, 0) == (
        ended.exit_code,
        ended.timed_out,
        ended.stopped,
        ended.left_over,
    )
    assert output == "request\nfault\n"


def test_a_child_sees_only_the_environment_that_it_is_given(tmp_path: Path) -> None:
    """Nothing of the runner's environment leaks."""
    os.environ["CANARY"] = "secret"
    try:
        _, output = run("import os; print('CANARY' in os.environ)", tmp_path)
    finally:
        del os.environ["CANARY"]

    assert output == "False\n"


def test_a_timeout_ends_a_child_that_ignores_term(tmp_path: Path) -> None:
    """After the grace comes KILL."""
    ended, _ = run(IGNORING + FOREVER, tmp_path, timeout_seconds=0.3)

    assert (True, -signal.SIGKILL) == (ended.timed_out, ended.exit_code)
    assert survivors(tmp_path) == []


def test_a_child_that_heeds_term_may_clean_up(tmp_path: Path) -> None:
    """Within the grace the child ends by itself, and its last words are kept."""
    code = (
        "import signal, sys\n"
        "signal.signal(signal.SIGTERM, lambda *_: (print('tidied'), sys.exit(5)))\n"
        "print('ready', flush=True)\n"
    )

    ended, output = run(code + FOREVER, tmp_path, timeout_seconds=0.5, grace_seconds=30)

    assert (True, 5, "ready\ntidied\n") == (ended.timed_out, ended.exit_code, output)


DAEMON = (
    "import os, sys\n"
    "if os.fork() == 0:\n"
    "    os.setsid()\n"
    "    if os.fork() == 0:\n"
    f"        exec({(IGNORING + FOREVER)!r})\n"
    "    os._exit(0)\n"
    "os.wait()\n"
)
"""A child whose grandchild has a session of its own, no parent, and ignores TERM."""


def test_a_grandchild_that_called_setsid_does_not_outlive_the_timeout(tmp_path: Path) -> None:
    """The whole lineage is stopped, wherever it went."""
    ended, _ = run(DAEMON + FOREVER, tmp_path, timeout_seconds=0.5)

    assert ended.timed_out
    assert survivors(tmp_path) == []


def test_what_outlives_a_child_that_ended_well_is_stopped_and_counted(tmp_path: Path) -> None:
    """A child that leaves a daemon behind has ended, and so has the daemon."""
    ended, _ = run(DAEMON, tmp_path)

    assert (0, False, 1) == (ended.exit_code, ended.timed_out, ended.left_over)
    assert survivors(tmp_path) == []


def test_a_daemon_that_keeps_the_output_open_does_not_hang_the_runner(tmp_path: Path) -> None:
    """The output is a file, not a pipe: nobody waits for its end."""
    began = time.monotonic()

    ended, output = run("print('done', flush=True)\n" + DAEMON, tmp_path)

    assert (0, "done\n") == (ended.exit_code, output)
    assert time.monotonic() - began < 20


def test_children_from_before_are_left_alone(tmp_path: Path) -> None:
    """Only what the command started is stopped."""
    bystander = os.fork()
    if bystander == 0:
        signal.pause()
        os._exit(0)
    try:
        run("pass", tmp_path)

        assert lineage.descendants([bystander]) == [bystander]
    finally:
        os.kill(bystander, signal.SIGKILL)
        os.waitpid(bystander, 0)


def test_a_flood_of_output_is_capped_and_counted(tmp_path: Path) -> None:
    """However much a child writes, no more is on disk than the cap and a note."""
    code = "import os\nfor _ in range(20_000): os.write(1, b'x' * 1000)\n"

    ended, output = run(code, tmp_path)

    assert ended.exit_code == 0
    assert "[19999000 bytes left out]" in output
    assert len(output) < 1100


def test_a_child_that_writes_while_it_is_stopped_is_not_held_up(tmp_path: Path) -> None:
    """Output is read during the grace too: a full pipe keeps nobody from ending well."""
    code = (
        "import os, signal, sys\n"
        "def stop(*_):\n"
        "    for _ in range(200): os.write(1, b'x' * 1000)\n"
        "    sys.exit(5)\n"
        "signal.signal(signal.SIGTERM, stop)\n"
        "os.write(1, b'ready')\n" + FOREVER
    )

    ended, _ = run(code, tmp_path, timeout_seconds=1, grace_seconds=30)

    assert (5, True) == (ended.exit_code, ended.timed_out)


def test_output_is_not_waited_for_after_the_child(tmp_path: Path) -> None:
    """A pipe that somebody keeps open ends with the child all the same."""
    kept = os.dup(1)
    try:
        ended, output = run("print('done')", tmp_path)
    finally:
        os.close(kept)

    assert (0, "done\n") == (ended.exit_code, output)


def test_a_signal_to_the_runner_stops_the_child(tmp_path: Path) -> None:
    """TERM to the runner is passed on as a stop, and noted."""
    with StopRequest() as stop:
        timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGTERM))
        timer.start()
        ended, _ = run(FOREVER, tmp_path, stop=stop)
        timer.join()

    assert (True, False, signal.SIGTERM) == (ended.stopped, ended.timed_out, stop.received)
    assert survivors(tmp_path) == []


def test_a_program_that_is_not_there_is_a_step_error(tmp_path: Path) -> None:
    """The name of the program is in the message."""
    command = process.Command(
        argv=["/nowhere/program"], environment={}, timeout_seconds=1, grace_seconds=1
    )

    with (
        CappedOutput(str(tmp_path / "output")) as output,
        pytest.raises(StepError, match="/nowhere/program"),
    ):
        process.run(command, output)


def test_processes_of_a_runner_that_is_gone_are_stopped_by_their_mark(tmp_path: Path) -> None:
    """A later runner finds them by the environment that they inherited."""
    mark = f"gone:{tmp_path}"
    orphan = os.fork()
    if orphan == 0:
        os.execve(  # noqa: S606 - no shell is meant
            sys.executable, [sys.executable, "-I", "-c", FOREVER], {lineage.MARK: mark}
        )
    deadline = time.monotonic() + 30
    while not lineage.marked(mark) and time.monotonic() < deadline:
        os.sched_yield()
    # Nobody but the test can reap it: that is done as init would, at once.
    reaper = threading.Thread(target=os.waitpid, args=(orphan, 0))
    reaper.start()

    stopped = process.stop_marked(mark, 0.2)
    reaper.join()

    assert stopped == 1
    with contextlib.suppress(ChildProcessError):
        os.waitpid(orphan, os.WNOHANG)
    assert lineage.marked(mark) == []
