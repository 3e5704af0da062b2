from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from runtime.clock import SystemClock
from runtime.errors import Exit
from runtime.journal.store import open_store
from tests.runtime import plans
from tests.runtime.journal.notices import notice, put
from tests.runtime.receiver import Receiver, receiving

if TYPE_CHECKING:
    from collections.abc import Iterator

CANARY = f"canary-{uuid.uuid4().hex}"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver."""
    with receiving() as opened:
        yield opened


def write_plan(folder: Path, **channels: dict[str, Any]) -> Path:
    """Write a plan with these channels, which do not wait for company."""
    quick = {name: {"group_seconds": 0, **one} for name, one in channels.items()}
    return plans.write(folder, plans.job({"one": plans.disk("/")}), channels=quick)


def opsrun(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Call opsrun with the folder's plan and state."""
    return subprocess.run(
        [sys.executable, "-m", "runtime.cli", *arguments],
        env=os.environ
        | {"OPSRUN_PLAN": str(folder / "plan.json"), "STATE_DIRECTORY": str(folder / "state")}
        | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def fill(folder: Path, *channels: str) -> None:
    """Put a notice for each channel into the folder's journal."""
    with open_store(str(folder / "state")) as store:
        now = SystemClock().now()
        put(store, [notice(n, channel=name) for n, name in enumerate(channels)], now)


def test_what_waits_is_delivered(tmp_path: Path, receiver: Receiver) -> None:
    """Exit code 0, in words and as JSON."""
    write_plan(tmp_path, hook={"webhook": {"url": receiver.url}})
    fill(tmp_path, "hook")
    first = opsrun(tmp_path, "deliver")
    second = opsrun(tmp_path, "deliver", "--format", "json")

    assert (0, "delivered 1 messages with 1 notices\n") == (first.returncode, first.stdout)
    assert {"messages": 0, "notices": 0, "failed": {}, "given_up": {}, "busy": False} == json.loads(
        second.stdout
    )
    assert 1 == len(receiver.received)


def test_without_a_journal_there_is_nothing_to_deliver(tmp_path: Path) -> None:
    """And none is made."""
    write_plan(tmp_path)
    done = opsrun(tmp_path, "deliver")

    assert (0, "") == (done.returncode, done.stdout)
    assert "has no journal yet" in done.stderr
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize(
    ("status", "code", "state"),
    [(503, Exit.TRY_AGAIN, "put off"), (404, Exit.FAILED, "given up")],
)
def test_what_is_not_delivered_shows_in_exit_code_and_outbox(
    tmp_path: Path, receiver: Receiver, status: int, code: Exit, state: str
) -> None:
    """Until it is tried again and arrives."""
    write_plan(tmp_path, hook={"webhook": {"url": receiver.url}})
    fill(tmp_path, "hook")
    receiver.status = status
    done = opsrun(tmp_path, "deliver")
    shown = json.loads(opsrun(tmp_path, "outbox", "--format", "json").stdout)
    table = opsrun(tmp_path, "outbox", "hook").stdout
    other = opsrun(tmp_path, "outbox", "other").stdout
    receiver.status = 200
    retried = opsrun(tmp_path, "outbox", "--retry")
    again = opsrun(tmp_path, "deliver")

    assert code == done.returncode
    assert f"hook: the receiver answered {status}" in done.stderr
    assert [(state, 1, ["tabular/tidy"])] == [
        (one["state"], one["notices"], one["jobs"]) for one in shown
    ]
    assert state in table.splitlines()[1]
    assert "" == other
    assert "1 messages are due now" in retried.stderr
    assert (0, 2) == (again.returncode, len(set(receiver.keys)) + 1)
    assert "" == opsrun(tmp_path, "outbox").stdout


def test_a_plan_that_is_no_good_is_refused(tmp_path: Path) -> None:
    """With the code for that."""
    (tmp_path / "plan.json").write_text("{")

    assert Exit.BAD_PLAN == opsrun(tmp_path, "deliver").returncode


def test_a_secret_is_in_no_process_journal_or_output(tmp_path: Path, receiver: Receiver) -> None:
    """While a delivery hangs with its token in hand, and after it failed in every way."""
    (tmp_path / "token").write_text(f"{CANARY}-file\n")
    write_plan(
        tmp_path,
        one={"webhook": {"url": receiver.url, "token": {"file": f"{tmp_path}/token"}}},
        two={"webhook": {"url": receiver.url, "token": {"credential": "token"}}},
        three={"webhook": {"url_from": {"env": "HOOK"}}},
        four={"slack": {"url": {"env": "BROKEN"}}},
        five={"pagerduty": {"routing_key": {"env": "HOOK"}, "url": receiver.url}},
    )
    fill(tmp_path, "one", "two", "three", "four", "five")
    receiver.manner, receiver.status, receiver.echoes = "hang", 500, True
    secrets = {
        "HOOK": f"http://127.0.0.1:1/{CANARY}-path",
        "BROKEN": f"http://[{CANARY}",
        "CREDENTIALS_DIRECTORY": str(tmp_path),
    }
    environment = os.environ | secrets
    places = ["--plan", str(tmp_path / "plan.json"), "--state", str(tmp_path / "state")]
    with ExitStack() as stack:
        command = [sys.executable, "-m", "runtime.cli", "deliver", *places]
        started = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        doomed = stack.enter_context(started)
        while len(receiver.received) < 3:
            assert doomed.poll() is None
        seen = processes(except_pid=doomed.pid)
        receiver.manner = "answer"
        receiver.stopped.set()
        said = b"".join(doomed.communicate(timeout=60))
    said += json.dumps(opsrun(tmp_path, "outbox", "--format", "json").stdout).encode()
    journal = b"".join(path.read_bytes() for path in sorted((tmp_path / "state").iterdir()))

    assert all(f"{name}: ".encode() in said for name in ("one", "two", "three", "four", "five"))
    assert b"answered 500" in said
    assert CANARY.encode() not in said + journal
    assert CANARY.encode() not in seen


def processes(except_pid: int) -> bytes:
    """Return every command line, and the environments of all processes but one and this one."""
    found = b""
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        for name in ("cmdline", "environ"):
            if name == "environ" and int(entry.name) in (except_pid, os.getpid()):
                continue
            try:
                found += (entry / name).read_bytes()
            except OSError:
                continue
    return found
