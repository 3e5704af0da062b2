from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from runtime.commands import serve as verb
from runtime.commands.registry import carry_out
from runtime.journal.claims import learn
from runtime.journal.store import open_store
from tests.faults.opsrun import opsrun
from tests.runtime import plans
from tests.runtime.receiver import receiving
from tests.runtime.serve.resident import Resident, ask, resident
from tests.servers.process import until

QUICK: dict[str, Any] = {
    "schedule": "every 1s",
    "start_deadline_seconds": 5,
    "served": True,
    "stop_grace_seconds": 1,
}
"""A job that serve starts each second."""

DUE = "SELECT due_at FROM occurrences ORDER BY due_at"
SOON = (
    "import sys; from runtime import cli; from runtime.serve import lookback;"
    "lookback.PAUSE_SECONDS = 0.5; sys.exit(cli.main())"
)
"""A program like opsrun that looks back soon."""

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def quick(code: str = "", **fields: Any) -> dict[str, Any]:
    """Return a job that is due each second and runs Python code."""
    return plans.job({"one": plans.python(code)}, **{**QUICK, **fields})


def noting(folder: Path, code: str = "") -> str:
    """Return code that notes its pid in a file of its own, then goes on."""
    return (
        f"import os,time; open(os.path.join({str(folder)!r}, f'ran-{{os.getpid()}}'), 'w'); {code}"
    )


def runs(folder: Path) -> list[int]:
    """Return the pids of what `noting` noted."""
    return [int(path.name.partition("-")[2]) for path in folder.glob("ran-*")]


def grows(count: Callable[[], int]) -> Callable[[], bool]:
    """Return what says whether a number is higher than it is now."""
    before = count()
    return lambda: count() > before


@pytest.fixture
def one(tmp_path: Path) -> Iterator[Resident]:
    """A scheduler with a job that is due each second."""
    plans.write(tmp_path, quick())
    with resident(tmp_path) as started:
        yield started


def test_jobs_that_are_left_to_it_run_when_they_are_due(tmp_path: Path) -> None:
    """Each occurrence once and in time; a job of timers is left to those."""
    timed = quick(name="timed", served=False)
    plans.write(tmp_path, quick(), timed)
    with resident(tmp_path) as one:
        until(lambda: one.outcomes().count("ok") >= 2, "two runs")
        due = one.rows("SELECT due_at FROM occurrences")
        metrics = ask(f"{one.url}/metrics").body.decode()
        code = one.stop()

    assert 0 == code
    assert len(due) == len(set(due))
    assert [] == one.outcomes("tabular/timed")
    assert 'opsrun_job_runs_total{service="tabular",job_name="tidy",outcome="ok"}' in metrics
    assert "opsrun_serve_jobs{} 1.0" in metrics


def test_all_jobs_run_when_it_is_told_so(tmp_path: Path) -> None:
    """On a host whose timers are not installed; without it there is a word on that."""
    plans.write(tmp_path, quick(served=False))
    with resident(tmp_path) as none:
        none.waits_for("no job of this host is left to")
        none.stop()
        left_alone = none.outcomes()
    with resident(tmp_path, "--all") as one:
        until(lambda: "ok" in one.outcomes(), "a run")
        code = one.stop()

    assert [] == left_alone
    assert 0 == code


def test_jobs_of_other_hosts_do_not_run(tmp_path: Path) -> None:
    """The host is asked of the system, or told."""
    mine = quick(hosts=["node1.example.org"])
    other = quick(name="other", hosts=["node2.example.org"])
    plans.write(tmp_path, mine, other)
    with resident(tmp_path, "--host", "node1") as one:
        until(lambda: "ok" in one.outcomes(), "a run")

        assert [] == one.outcomes("tabular/other")


def test_a_held_job_is_skipped_and_says_why(one: Resident) -> None:
    """A hold by hand is a hold here too."""
    opsrun(one.folder, "hold", "tidy", "--reason", "looking")
    until(lambda: "skipped" in one.outcomes(), "a skipped run")
    (reason,) = one.rows("SELECT reason FROM occurrences WHERE outcome = 'skipped' LIMIT 1")

    assert "looking" in reason[0]


def test_what_passed_while_nothing_ran_is_made_up_for(tmp_path: Path) -> None:
    """The latest occurrence of a job that catches up runs at once; one that skips waits."""
    hour: dict[str, Any] = {"schedule": "every 1h", "start_deadline_seconds": 86_400}
    plans.write(tmp_path, quick(**hour), quick(name="skips", catch_up="skip", **hour))
    _has_passed(tmp_path, "tidy", "skips")
    with resident(tmp_path) as one:
        until(lambda: "ok" in one.outcomes(), "what is made up for")
        one.stop()

    assert [] == one.outcomes("tabular/skips")


def test_a_job_that_is_new_does_not_run_for_what_was_before(tmp_path: Path) -> None:
    """Its first occurrence is the next one."""
    plans.write(tmp_path, quick(schedule="every 1h", start_deadline_seconds=86_400))
    with resident(tmp_path) as one:
        until(lambda: bool(one.rows("SELECT 1 FROM schedules")), "the survey")
        one.stop()

    assert [] == one.outcomes()


def test_a_stop_lets_what_runs_come_to_its_end(tmp_path: Path) -> None:
    """Nothing new begins meanwhile, and who asks is answered."""
    plans.write(tmp_path, quick(noting(tmp_path, "time.sleep(2)"), schedule="every 2s"))
    with resident(tmp_path) as one:
        until(lambda: bool(runs(tmp_path)), "a run")
        one.process.send_signal(signal.SIGTERM)
        one.waits_for("stopping on SIGTERM")
        health = ask(f"{one.url}/health").json
        code = one.process.wait(timeout=60)

    assert (0, "degraded") == (code, health["serve"]["scheduler"]["status"])
    assert (["ok"], 1) == (one.outcomes(), len(runs(tmp_path)))


@pytest.mark.parametrize("drain", [300, 0])
def test_a_second_stop_or_the_end_of_the_grace_stops_what_runs(tmp_path: Path, drain: int) -> None:
    """The step gets TERM, and the journal says what stopped it."""
    long = quick(noting(tmp_path, "time.sleep(60)"))
    plans.write(tmp_path, long, serve={"drain_seconds": drain})
    with resident(tmp_path) as one:
        until(lambda: bool(runs(tmp_path)), "a run")
        one.process.send_signal(signal.SIGTERM)
        one.waits_for("stopping on SIGTERM")
        code = one.stop()
    reasons = [row[0] for row in one.rows("SELECT reason FROM occurrences ORDER BY due_at")]

    assert (0, "failed") == (code, one.outcomes()[0])
    assert "stopped by SIGTERM" in reasons[0]


def test_a_new_plan_is_taken_on_while_it_runs(one: Resident) -> None:
    """On HUP, at the same address; a job that is new is due from then on."""
    plans.write(one.folder, quick(name="other"))
    one.process.send_signal(signal.SIGHUP)
    until(lambda: "ok" in one.outcomes("tabular/other"), "a run of the new plan")
    status = ask(f"{one.url}/status").json

    assert ["tabular/other"] == [entry["job"] for entry in status["jobs"]]


def test_plans_that_are_read_while_jobs_are_due_lose_no_run(one: Resident) -> None:
    """A job that stays as it is runs at each of its times, also where a plan is being read then."""
    for _ in range(4):
        is_read = grows(lambda: one.said().count("serving 127.0.0.1:"))
        one.process.send_signal(signal.SIGHUP)
        until(is_read, "the plan")
    until(lambda: len(one.outcomes()) > 5, "further runs")
    one.stop()
    due = [datetime.fromisoformat(row[0]) for row in one.rows(DUE)]

    assert {timedelta(seconds=1)} == {after - before for before, after in pairwise(due)}
    assert "missed" not in one.outcomes()


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


def children(pid: int) -> list[int]:
    """Return the children of a process."""
    return list(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))


def kill_runs(one: Resident) -> None:
    """Kill all processes of a scheduler but its web, which was the first."""
    for pid in children(one.process.pid)[1:]:
        os.kill(pid, signal.SIGKILL)


def test_a_web_that_dies_is_begun_again(one: Resident) -> None:
    """At the same address; jobs notice nothing."""
    web = children(one.process.pid)[0]
    os.kill(web, signal.SIGKILL)
    one.waits_for("the web has ended")
    until(lambda: _answers(one), "the web")

    assert "opsrun_serve_web_starts_total{} 2.0" in ask(f"{one.url}/metrics").body.decode()


def test_why_a_web_does_not_come_again_is_said(tmp_path: Path) -> None:
    """Somebody has taken away the file with the token."""
    token = tmp_path / "token"
    token.write_text("a-token-that-nobody-guesses\n")
    token.chmod(0o600)
    plans.write(tmp_path, quick(), serve={"token": {"file": str(token)}})
    with resident(tmp_path) as one:
        token.unlink()
        os.kill(children(one.process.pid)[0], signal.SIGKILL)
        until(lambda: one.said().count("the web has ended") > 1, "a second death")

    assert f"{token}" in one.said()


def test_what_a_killed_run_has_left_is_gone_on_with_once(tmp_path: Path) -> None:
    """What kills it a second time may kill it every time: then it is left for its next time."""
    fields: dict[str, Any] = {"schedule": "every 1h", "start_deadline_seconds": 86_400}
    plans.write(tmp_path, quick(noting(tmp_path, "time.sleep(60)"), **fields))
    _has_passed(tmp_path)
    with resident(tmp_path, program=("-c", SOON)) as one:
        until(lambda: len(runs(tmp_path)) == 1, "a run")
        kill_runs(one)
        one.waits_for("goes on with it within a minute")
        until(lambda: len(runs(tmp_path)) == 2, "another run")
        kill_runs(one)
        one.waits_for("again; it is gone on with when it is due")
        one.stop()

    assert 2 == len(runs(tmp_path))


def _answers(one: Resident) -> bool:
    try:
        return ask(f"{one.url}/health/live").status == 200
    except OSError:
        return False


@pytest.mark.slow
def test_a_run_outlives_a_killed_scheduler_and_is_run_once(tmp_path: Path) -> None:
    """The next scheduler has the same port and folder at once, and finds the run at work."""
    fields: dict[str, Any] = {"schedule": "every 1h", "start_deadline_seconds": 86_400}
    body = noting(tmp_path, "time.sleep(3)")
    plans.write(tmp_path, quick(body, **fields))
    _has_passed(tmp_path)
    with resident(tmp_path) as first:
        until(lambda: bool(runs(tmp_path)), "a run")
        first.stop(signal.SIGKILL)
        address = first.url.removeprefix("http://")
        with resident(tmp_path, "--listen", address) as second:
            until(lambda: second.outcomes() == ["ok"], "the end of the run")
            second.stop()

    assert 1 == len(runs(tmp_path))


@pytest.mark.slow
@pytest.mark.parametrize("wait", [0.0, 0.05, 0.2, 0.6])
def test_whatever_is_killed_the_next_one_converges(tmp_path: Path, wait: float) -> None:
    """Scheduler and runs are killed in the middle: the occurrence goes on, and ends well."""
    fields: dict[str, Any] = {"schedule": "every 1h", "start_deadline_seconds": 86_400}
    plans.write(tmp_path, quick(noting(tmp_path, "time.sleep(0.5)"), **fields))
    _has_passed(tmp_path)
    with resident(tmp_path) as first:
        until(lambda: bool(children(first.process.pid)[1:]) or bool(first.outcomes()), "a process")
        time.sleep(wait)
        family = [first.process.pid, *children(first.process.pid)]
        for pid in family:
            os.kill(pid, signal.SIGKILL)
        first.process.wait()
    with resident(tmp_path) as second:
        until(lambda: second.outcomes() == ["ok"], "the end of the run")
        code = second.stop()

    assert 0 == code
    assert ["ok"] == second.outcomes()


def _has_passed(folder: Path, *names: str) -> None:
    """Have the journal know jobs since just before their latest occurrence, at the full hour."""
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    with open_store(str(folder / "state")) as store:
        known = {f"tabular/{name}": "every 1h" for name in names or ("tidy",)}
        learn(store, known, hour - timedelta(minutes=1))


def test_people_are_told_by_nobody_else(tmp_path: Path) -> None:
    """What a run leaves in the outbox is delivered; a secret of a channel is in no line."""
    with receiving() as hook:
        channel = {"webhook": {"url_from": {"env": "HOOK"}}, "group_seconds": 0}
        notice = {"channels": ["hook"], "outcomes": ["failed"]}
        plans.write(
            tmp_path, quick("raise SystemExit(1)", notice=notice), channels={"hook": channel}
        )
        with resident(tmp_path, environment={**os.environ, "HOOK": hook.url}) as one:
            until(lambda: bool(hook.received), "a message")

    assert hook.url not in one.said()


def test_at_most_so_many_run_at_one_time(tmp_path: Path) -> None:
    """The rest waits for its turn, and none is left out."""
    jobs = [quick("import time; time.sleep(0.3)", name=f"job-{number}") for number in range(3)]
    for job in jobs:
        job["schedule"] = "every 2s"
    plans.write(tmp_path, *jobs, serve={"at_once": 1})
    with resident(tmp_path) as one:
        until(
            lambda: all("ok" in one.outcomes(f"tabular/{job['name']}") for job in jobs),
            "a run of each",
        )
        spans = sorted(
            one.rows("SELECT started_at, ended_at FROM attempts WHERE ended_at NOT NULL")
        )

    assert all(before[1] <= after[0] for before, after in pairwise(spans))


def test_systemd_is_told_when_it_listens_and_when_it_stops(tmp_path: Path) -> None:
    """As a service of `Type=notify`, with a watchdog."""
    plans.write(tmp_path, quick())
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(30)
        told = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "60000000"}
        with resident(tmp_path, environment={**os.environ, **told}) as one:
            first = [systemd.recv(100), systemd.recv(100)]
            one.stop()
        systemd.setblocking(False)
        rest = [systemd.recv(100) for _ in range(2)]

    assert [b"READY=1", b"WATCHDOG=1"] == first
    assert b"STOPPING=1" in rest


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"listen": "0.0.0.0:0"}, "anybody there could ask"),
        ({"listen": "127.0.0.1:99999"}, "is no address to listen on"),
        ({"token": {"env": "NOWHERE"}}, "the variable NOWHERE is not set"),
        ({"token": {"env": "SHORT"}}, "fewer than 16 characters"),
        (
            {"tls": {"certificate": "/nowhere/crt", "key": "/nowhere/key"}},
            "/nowhere/crt and /nowhere/key are no certificate and its key: No such file",
        ),
    ],
)
def test_what_must_not_listen_does_not_start(
    tmp_path: Path, settings: dict[str, Any], said: str
) -> None:
    """It says why, and runs no job."""
    plans.write(tmp_path, quick(), serve={"listen": "127.0.0.1:0", **settings})
    done = opsrun(tmp_path, "serve", environment={"SHORT": "guess"})

    assert done.returncode in (1, 2)
    assert said in done.stderr
    assert "guess" not in done.stderr


def test_one_state_folder_has_one_scheduler(one: Resident) -> None:
    """The second one says who is there."""
    done = opsrun(one.folder, "serve", "--listen", "127.0.0.1:0")

    assert 1 == done.returncode
    assert f"another `opsrun serve` works in {one.folder}/state, pid {one.process.pid}" in (
        done.stderr
    )


def test_without_its_extra_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Other verbs do without."""
    monkeypatch.setattr(verb, "find_spec", lambda name: None if name == "uvicorn" else True)
    code = carry_out(["serve"])

    assert 1 == code
    assert "needs uvicorn: install opsc with its extra, `pip install 'opsc[serve]'`" in (
        capsys.readouterr().err
    )


def test_what_it_needs_is_imported_by_no_other_verb(tmp_path: Path) -> None:
    """Neither a run nor the scheduler itself loads a web."""
    code = (
        "import sys; sys.argv[1:] = ['status', '--help'];"
        "from runtime.commands.registry import carry_out; import runtime.serve.steward;"
        "carry_out(['status', '--help']); print([one for one in ('starlette', 'uvicorn')"
        " if one in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.endswith("[]\n")
