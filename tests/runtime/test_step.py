from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from runtime.child import step_argv
from runtime.lineage import Process, descendants, is_alive, pid_scope, start_ticks
from tests.checkout import ROOT
from tests.runtime import plans
from tests.runtime.http_server import served

if TYPE_CHECKING:
    from pathlib import Path


def step(folder: Path, request: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    """Run the child with a request; the result goes into `result.json` of the folder."""
    whole = {
        "dry_run": False,
        "result": str(folder / "result.json"),
        "parent": os.getpid(),
        **request,
    }
    return subprocess.run(
        step_argv(),
        input=json.dumps(whole),
        cwd="/",
        env={"LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_step_leaves_its_result_in_the_file(tmp_path: Path) -> None:
    """Code and facts; the lines for people are on standard output. No path to us is needed."""
    done = step(tmp_path, plans.disk("/nowhere"))

    result = json.loads((tmp_path / "result.json").read_text())
    assert (1, 1, "error") == (done.returncode, result["exit_code"], result["facts"]["status"])
    assert done.stdout == "disk: error: /nowhere: No such file or directory\n"


def test_names_with_line_breaks_and_odd_bytes_stay_on_one_line(tmp_path: Path) -> None:
    """A file's name cannot forge a line of the output."""
    folder = tmp_path / "data"
    folder.mkdir()
    name = os.fsdecode(b"a\nb\xff")
    (folder / name).write_text("")
    os.utime(folder / name, (0, 0))

    done = step(tmp_path, plans.expire(folder))

    assert len(done.stdout.splitlines()) == 1
    assert "/a\\nb\\xff (0 bytes" in done.stdout


def test_a_step_whose_runner_is_already_gone_does_nothing(tmp_path: Path) -> None:
    """Its parent is another process than the one that asked."""
    done = step(tmp_path, {**plans.disk("/"), "parent": 1})

    assert (1, "", False) == (done.returncode, done.stdout, (tmp_path / "result.json").exists())


def test_a_step_dies_with_its_runner(tmp_path: Path) -> None:
    """Kill -9 of the runner leaves no step at work, and the status says abandoned."""
    with served() as address:
        plan = plans.write(tmp_path, plans.job({"a": plans.ask(f"{address}/hang", 60)}))
        argv = [sys.executable, "-m", "runtime.cli", "run", "tidy", "--plan", str(plan)]
        environment = {"PYTHONPATH": str(ROOT), "STATE_DIRECTORY": str(tmp_path / "state")}
        runner = subprocess.Popen(argv, env=environment, stderr=subprocess.DEVNULL)
        assert address.hung.wait(60)
        child = until_child_of(runner.pid)
        runner.kill()
        runner.wait()
        deadline = time.monotonic() + 30
        while is_alive(child) and time.monotonic() < deadline:
            os.sched_yield()
        outlived = is_alive(child)

    status = subprocess.run(
        [*argv[:3], "status", "--plan", str(plan), "--format", "json"],
        env=environment,
        capture_output=True,
        check=True,
    )
    assert not outlived
    assert json.loads(status.stdout)[0]["state"] == "abandoned"


def until_child_of(pid: int) -> Process:
    """Return the first child of a process, as soon as there is one."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for found in descendants([pid])[1:]:
            ticks = start_ticks(found)
            if ticks is not None:
                return Process(pid=found, start_ticks=ticks, boot=pid_scope())
    pytest.fail("the runner never had a child")
