"""A real cron reads a compiled crontab and runs its job, minute by minute.

Cron wants to be root, and has its paths built in: it runs in a mount namespace of its own, over a
copy of /etc, so that the machine's crontabs are neither read nor written.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import subprocess
import sys
import threading
import time
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from compiler.pipeline import compile_plan, examine
from runtime.journal.history import occurrences
from runtime.journal.store import exists, open_store
from tests.checkout import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TODAY = date(2026, 11, 23)
BOUND_SECONDS = 90
"""The next minute, and what a run takes on a busy machine."""

SPEC = """\
opsc: 1
service:
  name: tabular
  title: Tabular
  owner: operations
  links: {{runbooks: "https://ops.example.org", dashboards: "https://grafana.example.org"}}
teams:
  operations: {{receiver: operations}}
routing:
  default: operations
  receivers: {{operations: {{webhook: {{url: "https://hooks.example.org/alerts"}}}}}}
hosts: {{old: {{names: [old1], scheduler: cron}}}}
stack: {{opsrun: {{program: "{program}", state: "{state}"}}}}
jobs:
  tick:
    run: command
    with: {{argv: [/bin/true]}}
    hosts: old
    schedule: every 1m
    timeout: 30s
    catch_up: skip
"""

PRIVATE = """\
set -e
mount --bind {etc} /etc
mount -t tmpfs none /run
mount -t tmpfs none /var/spool/cron
mkdir /var/spool/cron/crontabs
exec cron -f
"""


@contextlib.contextmanager
def cron(etc: Path, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a cron that sees a folder as its /etc, until the block ends."""
    script = PRIVATE.format(etc=shlex.quote(str(etc)))
    argv = ["unshare", "--mount", "--propagation", "private", "sh", "-c", script]
    with log.open("wb") as output:
        daemon = subprocess.Popen(argv, stdout=output, stderr=output)
        try:
            yield daemon
        finally:
            daemon.terminate()
            daemon.wait(10)


def compiled(folder: Path) -> dict[str, str]:
    """Return what the spec compiles to, with programs and state in a folder, by path."""
    program = folder / "opsrun"
    python = f"{shlex.quote(sys.executable)} -m runtime.cli"
    program.write_text(f'#!/bin/sh\nPYTHONPATH={shlex.quote(str(ROOT))} exec {python} "$@"\n')
    program.chmod(0o755)
    spec = folder / "spec.yaml"
    spec.write_text(SPEC.format(program=program, state=folder / "state"))
    examined = examine([str(spec)], today=TODAY)
    assert () == examined.findings
    return {artifact.path: artifact.text for artifact in compile_plan(examined.plans[0])}


def installed(artifacts: dict[str, str], etc: Path) -> None:
    """Make a copy of /etc in which the compiled crontab is the only one."""
    shutil.copytree("/etc", etc, symlinks=True, ignore_dangling_symlinks=True)
    for crontab in (etc / "cron.d").iterdir():
        crontab.unlink()
    (etc / "crontab").write_text("")
    (etc / "cron.d" / "tabular--old").write_text(artifacts["cron/tabular--old"])
    (etc / "opsrun").mkdir(exist_ok=True)
    (etc / "opsrun" / "plan.json").write_text(artifacts["jobs/plan.json"])
    # The interpreter may lie where root alone comes: the user of the crontab is another root.
    for name, line in (("passwd", "opsrun:x:0:0::/:/bin/sh"), ("shadow", "opsrun:*:19000::::::")):
        with (etc / name).open("a") as file:
            file.write(line + "\n")


@pytest.mark.e2e
@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="cron and its namespace need root")
def test_a_real_cron_runs_the_job_of_a_compiled_crontab(tmp_path: Path) -> None:
    """At the next minute the job has run through opsrun, and the journal has its occurrence."""
    etc, state = tmp_path / "etc", tmp_path / "state"
    state.mkdir()
    installed(compiled(tmp_path), etc)
    start = datetime.now(UTC)
    pause = threading.Event()
    until = time.monotonic() + BOUND_SECONDS
    with cron(etc, tmp_path / "cron.log") as daemon:
        found = ended(state)
        while not found and time.monotonic() < until:
            assert daemon.poll() is None, (tmp_path / "cron.log").read_text()
            pause.wait(0.5)
            found = ended(state)

    assert found
    due_at, outcome = found[0]
    assert outcome == "ok"
    assert start < due_at <= start + timedelta(minutes=2)
    assert (due_at.second, due_at.microsecond) == (0, 0)


def ended(state: Path) -> list[tuple[datetime, str]]:
    """Return the occurrences of the job that have ended, as the journal tells them."""
    if not exists(str(state)):
        return []
    with open_store(str(state)) as store:
        return [
            (one.due_at, one.outcome)
            for one in occurrences(store, "tabular/tick", 5)
            if one.outcome is not None
        ]
