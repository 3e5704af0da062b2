from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from runtime import lineage
from runtime.commands.registry import carry_out
from runtime.errors import Exit
from runtime.journal.store import FILE_NAME
from runtime.lineage import Process
from runtime.presence import FOLDER, Presence, knows_living
from tests.checkout import ROOT
from tests.runtime import plans
from tests.runtime.kinds.diagnostics.collected import collected

HOLD = (
    "import sys\n"
    "from runtime.lineage import this_process\n"
    "from runtime.presence import Presence\n"
    "with Presence(sys.argv[1]), Presence(sys.argv[1]):\n"
    "    own = this_process()\n"
    "    print(own.pid, own.start_ticks, own.boot, flush=True)\n"
    "    sys.stdin.read()\n"
)
IN_A_NAMESPACE = ("unshare", "--pid", "--fork", "--kill-child", "--mount-proc")

is_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root makes PID namespaces")


def other_pod(state: Path) -> subprocess.Popen[str]:
    """Start a process that shows itself, in a PID namespace of its own."""
    return subprocess.Popen(
        [*IN_A_NAMESPACE, sys.executable, "-c", HOLD, str(state)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


def said(pod: subprocess.Popen[str]) -> Process:
    """Return who a process says that it is."""
    assert pod.stdout is not None
    pid, ticks, boot = pod.stdout.readline().split()
    return Process(pid=int(pid), start_ticks=int(ticks), boot=boot)


@is_root
def test_a_process_of_another_pod_is_known_to_live_until_it_ends(tmp_path: Path) -> None:
    """A lock in the state folder tells what no /proc shows; a clean end leaves no file."""
    is_alive = knows_living(str(tmp_path))
    with other_pod(tmp_path) as pod:
        process = said(pod)

        assert not lineage.is_visible(process)
        assert is_alive(process)

        assert pod.stdin is not None
        pod.stdin.close()

    assert not is_alive(process)
    assert [] == list((tmp_path / FOLDER).iterdir())


@is_root
def test_a_pod_that_is_killed_is_gone_at_once(tmp_path: Path) -> None:
    """The kernel lets go of the lock; who looks takes the file away."""
    with other_pod(tmp_path) as pod:
        process = said(pod)
        pod.kill()
    is_alive, pause = knows_living(str(tmp_path)), threading.Event()
    deadline = time.monotonic() + 10
    # The namespace's process dies a moment after the one that was killed.
    while is_alive(process) and time.monotonic() < deadline:
        pause.wait(0.01)

    assert not is_alive(process)
    assert [] == list((tmp_path / FOLDER).iterdir())


@is_root
def test_another_start_of_the_same_pid_is_another_process(tmp_path: Path) -> None:
    """Each pod's first process has the pid 1: only the start tells them apart."""
    with other_pod(tmp_path) as pod:
        process = said(pod)
        assert pod.stdin is not None

        assert 1 == process.pid
        assert not knows_living(str(tmp_path))(
            replace(process, start_ticks=process.start_ticks - 1)
        )

        pod.stdin.close()


def test_who_looks_at_the_same_moment_is_taken_for_no_life(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two look after one that has died: neither of them may be told that it lives."""
    gone = Process(pid=1, start_ticks=1, boot="a-boot.another-pod")
    is_alive, unlink, told = knows_living(str(tmp_path)), os.unlink, list[bool]()
    second = threading.Thread(target=lambda: told.append(is_alive(gone)))
    path = tmp_path / FOLDER / "a-boot.another-pod-1-1"
    path.parent.mkdir()
    path.touch()

    def removed(name: str) -> None:
        # The first one holds the lock: this is when the second one looks.
        second.start()
        second.join(0.2)
        unlink(name)

    with monkeypatch.context() as patched:
        patched.setattr(os, "unlink", removed)
        told.append(is_alive(gone))
        second.join()

    assert [False, False] == told


def test_what_is_seen_needs_no_file(tmp_path: Path) -> None:
    """A process of this very namespace is looked up in /proc."""
    own = lineage.this_process()

    assert knows_living(str(tmp_path))(own)
    assert not (tmp_path / FOLDER).exists()


def test_on_a_plain_host_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first namespace of a machine is everybody's."""
    monkeypatch.setattr(lineage, "FIRST_PID_NAMESPACE", _own_namespace())
    with Presence(str(tmp_path)):
        pass

    assert [] == list(tmp_path.iterdir())
    assert lineage.boot_id() == lineage.pid_scope()


@is_root
def test_a_second_pod_of_a_job_that_runs_is_told_so_and_abandons_nothing(tmp_path: Path) -> None:
    """Two pods of one CronJob, by hand beside the schedule: the job never overlaps itself."""
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    plan = plans.write(
        tmp_path, plans.job({"wait": plans.command("/bin/cat", str(gate))}, schedule="manual")
    )
    state = tmp_path / "state"
    argv = [sys.executable, "-m", "runtime.cli", "run", "--plan", str(plan), "--state", str(state)]
    pod = [*IN_A_NAMESPACE, *argv, "tidy"]
    # The gate is open for writing only once the job reads.
    with subprocess.Popen(pod, cwd=ROOT) as first, gate.open("w"):
        second = subprocess.run(pod, cwd=ROOT, capture_output=True, text=True, check=False)

    assert Exit.BUSY == second.returncode, second.stderr
    assert Exit.OK == first.returncode
    with closing(sqlite3.connect(state / FILE_NAME)) as journal:
        attempts = journal.execute("SELECT outcome FROM attempts").fetchall()

    assert [("ok",)] == attempts


@is_root
def test_what_runs_in_another_pod_is_said_to_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By `status`, by `history`, and in a bundle: none of them takes it for abandoned."""
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    wait = plans.job({"wait": plans.command("/bin/cat", str(gate))}, schedule="manual")
    plan, state = plans.write(tmp_path, wait), tmp_path / "state"
    where = ["--plan", str(plan), "--state", str(state)]
    pod = [*IN_A_NAMESPACE, sys.executable, "-m", "runtime.cli", "run", *where, "tidy"]
    outcomes = []
    # The gate is open for writing only once the job reads.
    with subprocess.Popen(pod, cwd=ROOT) as running, gate.open("w"):
        for verb, key in (("status", "state"), ("history", "outcome")):
            carry_out([verb, *where, "--format", "json"])
            (said,) = json.loads(capsys.readouterr().out)
            outcomes.append(said[key])
        bundle = collected(state, "opsrun").files

    assert Exit.OK == running.returncode
    assert ["running", "running"] == outcomes
    for name in ("opsrun/status.txt", "opsrun/runs.txt"):
        assert "running" in bundle[name]


def _own_namespace() -> str:
    return Path("/proc/self/ns/pid").readlink().name.removeprefix("pid:[").removesuffix("]")
