from __future__ import annotations

import contextlib
import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.runtime import plans
from tests.runtime.serve.jobs import children, quick
from tests.runtime.serve.resident import Resident, ask, resident
from tests.servers.process import until


def test_a_new_plan_is_taken_on_while_it_runs(tmp_path: Path) -> None:
    """On HUP, at the same address; a job that is new is due from then on."""
    plans.write(tmp_path, quick())
    with resident(tmp_path) as one:
        plans.write(tmp_path, quick(name="other"))
        one.process.send_signal(signal.SIGHUP)
        until(lambda: "ok" in one.outcomes("tabular/other"), "a run of the new plan")
        status = ask(f"{one.url}/status").json

    assert ["tabular/other"] == [entry["job"] for entry in status["jobs"]]


@pytest.mark.parametrize(
    "change", [{"major": 9}, {"serve": {"listen": "0.0.0.0:0"}}, {"serve": {"token": {"env": "X"}}}]
)
def test_a_plan_that_is_no_good_changes_nothing(tmp_path: Path, change: dict[str, Any]) -> None:
    """What ran runs on, and the health says that somebody has to look."""
    plans.write(tmp_path, quick(), serve={"listen": "127.0.0.1:0"})
    with resident(tmp_path, "--listen", "127.0.0.1:0") as one:
        listens = "0.0.0.0:0" not in str(change)
        plans.write(tmp_path, quick(name="other"), **change)
        one.process.send_signal(signal.SIGHUP)
        if not listens:
            # The command line says where it listens: that plan is a good one here.
            one.waits_for("serving 127.0.0.1:")
            return
        one.waits_for("the plan is not read again")
        before = len(one.outcomes())
        until(lambda: len(one.outcomes()) > before, "a further run")
        health = ask(f"{one.url}/health").json

    assert ("degraded", []) == (
        health["serve"]["plan"]["status"],
        one.outcomes("tabular/other"),
    )


def test_a_plan_that_takes_long_to_read_keeps_nobody_waiting(tmp_path: Path) -> None:
    """What is due is started by the plan before, until the new one is there as a whole."""
    plans.write(tmp_path, quick())
    path = tmp_path / "plan.json"
    with resident(tmp_path) as one:
        path.unlink()
        os.mkfifo(path)
        one.process.send_signal(signal.SIGHUP)
        with path.open("w") as reading:  # opened when somebody reads
            before = len(one.outcomes())
            until(lambda: len(one.outcomes()) > before + 1, "further runs")
            reading.write(json.dumps(plans.plan(quick(name="other"))))
        until(lambda: "ok" in one.outcomes("tabular/other"), "a run of the new plan")
        code = one.stop()

    assert 0 == code


@pytest.mark.parametrize("who", ["the scheduler", "the reader"])
def test_a_plan_that_is_not_read_to_its_end_changes_nothing(tmp_path: Path, who: str) -> None:
    """Be it that a stop is asked for meanwhile, or that who reads it is killed."""
    plans.write(tmp_path, quick())
    path = tmp_path / "plan.json"
    with resident(tmp_path) as one:
        path.unlink()
        os.mkfifo(path)
        one.process.send_signal(signal.SIGHUP)
        with path.open("w"):
            if who == "the reader":
                for pid in _readers(one, path):
                    os.kill(pid, signal.SIGKILL)
                one.waits_for("all stays as it was: the process that reads it has ended")
                before = len(one.outcomes())
                until(lambda: len(one.outcomes()) > before, "a further run")
            code = one.stop()

    assert 0 == code
    assert "all stays as it was: " in one.said()


def _readers(one: Resident, path: Path) -> list[int]:
    """Return the children that have a file open."""
    found = []
    for pid in children(one.process.pid):
        with contextlib.suppress(FileNotFoundError):
            opened = [os.readlink(link) for link in Path(f"/proc/{pid}/fd").iterdir()]
            found += [pid] if str(path) in opened else []
    return found
