"""Secrets with values that stand nowhere else are used for real; then everything is searched."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.faults.opsrun import argv
from tests.runtime import plans
from tests.runtime.serve.resident import Resident, ask, post, resident
from tests.servers.process import until

KINDS = ("env", "file", "credential", "dsn", "hook", "posting", "bearer", "serving")
CANARIES = {name: f"canary-{name}-7c1f09e4" for name in KINDS}
SAYS = """
import os, sys, time
for name in ("A", "B", "C"):
    print(os.environ[name]); print(os.environ[name], file=sys.stderr)
time.sleep(0.3)
sys.exit(int(sys.argv[1]))
"""


def found_in(folder: Path) -> list[str]:
    """Return the files below a folder that hold a canary."""
    return [
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and any(one.encode() in path.read_bytes() for one in CANARIES.values())
    ]


def seen_arguments() -> bytes:
    """Return the command lines of all processes."""
    seen = b""
    for name in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            seen += Path(f"/proc/{name}/cmdline").read_bytes() + b"\n"
    return seen


def has_canary(content: bytes) -> bool:
    """Return whether a canary stands in some text."""
    return any(one.encode() in content for one in CANARIES.values())


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("code", [0, 1])
def test_no_secret_gets_out_of_the_process_that_needs_it(
    tmp_path: Path, code: int, form: str
) -> None:
    """Nor when it says it aloud and fails: no log, journal, output, metric, argument has it."""
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "token").write_text(CANARIES["credential"])
    (kept / "file").write_text(CANARIES["file"])
    (kept / "file").chmod(0o600)
    host = tmp_path / "host"
    host.mkdir()
    secrets = {
        "A": {"env": "CANARY"},
        "B": {"file": str(kept / "file")},
        "C": {"credential": "token"},
    }
    step = plans.command(sys.executable, "-I", "-c", SAYS, str(code), secrets=secrets)
    plans.write(host, plans.job({"one": step}))
    environment = {**os.environ, "CANARY": CANARIES["env"], "CREDENTIALS_DIRECTORY": str(kept)}
    seen = b""
    with (
        (host / "said").open("wb") as said,
        subprocess.Popen(
            argv(host, "run", "tidy", "--format", form),
            env=environment,
            stdout=said,
            stderr=said,
        ) as runner,
    ):
        while runner.poll() is None:
            seen += seen_arguments()

    assert (code != 0) == (runner.returncode != 0)
    (output,) = host.rglob("*-one.log")
    assert 6 == output.read_text().count("***")
    assert b"runtime.cli" in seen
    assert not has_canary(seen)
    assert [] == found_in(host)
    (host / "planted").write_text(f"a leak of {CANARIES['file']}")
    assert ["planted"] == found_in(host)


def residents_plan(host: Path, kept: Path) -> Path:
    """Write a plan whose job fails aloud, whose check and channel cannot be reached."""
    says = plans.command(
        *(sys.executable, "-I", "-c", SAYS, "1"),
        secrets={
            "A": {"env": "CANARY"},
            "B": {"file": str(kept / "file")},
            "C": {"credential": "token"},
        },
    )
    database = {"postgres": {"dsn": {"env": "CANARY_DSN"}}}
    check = {"kind": "health.check", "parameters": {"checks": {"database": database}}}
    served: dict[str, Any] = {"schedule": "every 5s", "start_deadline_seconds": 5, "served": True}
    notice = {"channels": ["hook"], "outcomes": ["failed"]}
    hook = {"url_from": {"env": "CANARY_HOOK"}, "token": {"file": str(kept / "bearer")}}
    return plans.write(
        host,
        plans.job({"one": says}, **served, notice=notice),
        plans.job({"check": check}, **served, name="health-check"),
        channels={"hook": {"webhook": hook}},
        serve={"token": {"file": str(kept / "serving")}},
    )


def shows(one: Resident, token: str, pages: list[bytes]) -> bytes:
    """Return the page, and note it: what a job wrote last is on it between two runs."""
    pages.append(ask(f"{one.url}/status", token=token, Accept="text/html").body)
    return pages[-1]


def test_a_resident_tells_no_secret_to_whoever_asks(tmp_path: Path) -> None:
    """Neither on its pages nor in metrics, refusals, its log, the journal or its arguments."""
    kept, host = tmp_path / "kept", tmp_path / "host"
    kept.mkdir()
    host.mkdir()
    for name, canary in (("token", "credential"), *((one, one) for one in KINDS)):
        (kept / name).write_text(CANARIES[canary])
        (kept / name).chmod(0o600)
    residents_plan(host, kept)
    environment = {
        **os.environ,
        "CANARY": CANARIES["env"],
        "CANARY_DSN": f"postgresql://user:{CANARIES['dsn']}@127.0.0.1:9/db?connect_timeout=2",
        "CANARY_HOOK": f"http://127.0.0.1:9/{CANARIES['hook']}",
        "CREDENTIALS_DIRECTORY": str(kept),
    }
    token = CANARIES["serving"]
    told: dict[tuple[str, str], bytes] = {}
    pages: list[bytes] = []
    with resident(host, environment=environment) as one:
        until(lambda: "failed" in one.outcomes(), "a job that fails")
        until(lambda: None not in one.outcomes("tabular/health-check")[:1], "a check that fails")
        until(lambda: bool(one.rows("SELECT 1 FROM messages WHERE attempts > 0")), "a message")
        for path in ("/status", "/status.json", "/metrics", "/health", "/health/live", "/no"):
            for accept in ("text/html", "application/json"):
                told[path, accept] = ask(f"{one.url}{path}", token=token, Accept=accept).body
        until(lambda: b"***" in shows(one, token, pages), "what the job wrote last")
        for said in (token, CANARIES["posting"]):
            bad = post({"status": CANARIES["posting"], "labels": {"a": CANARIES["posting"] + "\0"}})
            told["/alerts", said] = ask(f"{one.url}/alerts", bad, token=said).body
        seen = seen_arguments()
        one.stop()

    facts = told["/status.json", "text/html"]
    assert b"database" in facts
    assert b"hook" in facts
    assert b"alerts.0.status" in told["/alerts", token]
    assert [] == [where for where, content in told.items() if has_canary(content)]
    assert not any(map(has_canary, pages))
    assert not has_canary(seen)
    assert b"runtime.cli" in seen
    assert [] == found_in(host)
