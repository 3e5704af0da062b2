from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from runtime.commands import serve as verb
from runtime.commands.registry import carry_out
from tests.faults.opsrun import opsrun
from tests.runtime import plans
from tests.runtime.receiver import receiving
from tests.runtime.serve.jobs import children, has_passed, held, let_go, noting, quick, runs
from tests.runtime.serve.resident import Resident, ask, resident
from tests.servers.process import until

DUE = "SELECT due_at FROM occurrences ORDER BY due_at"
SOON = (
    "import sys; from runtime import cli; from runtime.serve import lookback;"
    "lookback.PAUSE_SECONDS = 0.5; sys.exit(cli.main())"
)
"""A program like opsrun that looks back soon."""

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


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
    has_passed(tmp_path, "tidy", "skips")
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
    plans.write(tmp_path, quick(noting(tmp_path, held(tmp_path))))
    with resident(tmp_path) as one:
        until(lambda: bool(runs(tmp_path)), "a run")
        one.process.send_signal(signal.SIGTERM)
        one.waits_for("stopping on SIGTERM")
        health = ask(f"{one.url}/health").json
        let_go(tmp_path)
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


def kill_runs(one: Resident) -> None:
    """Kill all processes of a scheduler but its web, which was the first."""
    for pid in children(one.process.pid)[1:]:
        os.kill(pid, signal.SIGKILL)


def test_what_a_killed_run_has_left_is_gone_on_with_once(tmp_path: Path) -> None:
    """What kills it a second time may kill it every time: then it is left for its next time."""
    fields: dict[str, Any] = {"schedule": "every 1h", "start_deadline_seconds": 86_400}
    plans.write(tmp_path, quick(noting(tmp_path, "time.sleep(60)"), **fields))
    has_passed(tmp_path)
    with resident(tmp_path, program=("-c", SOON)) as one:
        until(lambda: len(runs(tmp_path)) == 1, "a run")
        kill_runs(one)
        one.waits_for("goes on with it within a minute")
        until(lambda: len(runs(tmp_path)) == 2, "another run")
        kill_runs(one)
        one.waits_for("again; it is gone on with when it is due")
        one.stop()

    assert 2 == len(runs(tmp_path))


def test_a_web_that_dies_is_begun_again(one: Resident) -> None:
    """At the same address; jobs notice nothing."""
    web = children(one.process.pid)[0]
    os.kill(web, signal.SIGKILL)
    one.waits_for("the web has ended")
    until(lambda: _answers(one), "the web")

    assert "opsrun_serve_web_starts_total{} 2.0" in ask(f"{one.url}/metrics").body.decode()


def _answers(one: Resident) -> bool:
    try:
        return ask(f"{one.url}/health/live").status == 200
    except OSError:
        return False


@pytest.mark.slow
def test_a_run_outlives_a_killed_scheduler_and_is_run_once(tmp_path: Path) -> None:
    """The next scheduler has the same port and folder at once, and finds the run at work."""
    fields: dict[str, Any] = {"schedule": "every 1h", "start_deadline_seconds": 86_400}
    plans.write(tmp_path, quick(noting(tmp_path, held(tmp_path)), **fields))
    has_passed(tmp_path)
    with resident(tmp_path) as first:
        until(lambda: bool(runs(tmp_path)), "a run")
        first.stop(signal.SIGKILL)
        address = first.url.removeprefix("http://")
        with resident(tmp_path, "--listen", address) as second:
            let_go(tmp_path)
            until(lambda: second.outcomes() == ["ok"], "the end of the run")
            second.stop()

    assert 1 == len(runs(tmp_path))


@pytest.mark.slow
@pytest.mark.parametrize(
    "reached",
    [
        "SELECT 1 FROM schedules",
        "SELECT 1 FROM occurrences",
        "SELECT 1 FROM steps",
        "the step at work",
    ],
)
def test_whatever_is_killed_the_next_one_converges(tmp_path: Path, reached: str) -> None:
    """Scheduler and runs are killed in the middle: the occurrence goes on, and ends well."""
    fields: dict[str, Any] = {"schedule": "every 1h", "start_deadline_seconds": 86_400}
    plans.write(tmp_path, quick(noting(tmp_path, held(tmp_path)), **fields))
    has_passed(tmp_path)
    with resident(tmp_path) as first:
        is_asked = reached.startswith("SELECT")
        until(lambda: bool(first.rows(reached) if is_asked else runs(tmp_path)), reached)
        family = [first.process.pid, *children(first.process.pid)]
        for pid in family:
            os.kill(pid, signal.SIGKILL)
        first.process.wait()
    let_go(tmp_path)
    with resident(tmp_path) as second:
        until(lambda: second.outcomes() == ["ok"], "the end of the run")
        code = second.stop()

    assert 0 == code
    assert ["ok"] == second.outcomes()


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
        rest = _heard(systemd)

    assert [b"READY=1", b"WATCHDOG=1"] == first
    assert b"STOPPING=1" in rest


def _heard(systemd: socket.socket) -> list[bytes]:
    """Return what has come by now."""
    systemd.setblocking(False)
    found: list[bytes] = []
    with suppress(BlockingIOError):
        while True:
            found.append(systemd.recv(100))
    return found


def test_a_systemd_that_does_not_listen_holds_nothing_up(tmp_path: Path) -> None:
    """It is told that all is well again and again, and never empties its queue."""
    plans.write(tmp_path, quick(noting(tmp_path)))
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        _fill(str(tmp_path / "notify"))
        told = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "60000000"}
        with resident(tmp_path, environment={**os.environ, **told}) as one:
            until(lambda: bool(runs(tmp_path)), "a job has run")
            assert one.stop() == 0


def _fill(address: str) -> None:
    """Send to an address until its queue is full."""
    with (
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel,
        suppress(BlockingIOError),
    ):
        channel.setblocking(False)
        channel.connect(address)
        while True:
            channel.send(b"!")


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
