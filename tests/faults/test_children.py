"""Children that do not want to end, or not alone: each ends as promised, and nothing survives."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from runtime.locks import Holder, Locks
from runtime.output import CAP_BYTES
from tests.faults.desk import at_desk
from tests.runtime import plans
from tests.runtime.turned_clock import START

DAEMON = """
import os, sys, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.closerange(0, 64)
        time.sleep(60)
    os._exit(0)
os.wait()
time.sleep(0.1)
"""

RUNAWAY = """
import os, time
until = time.monotonic() + 20
while time.monotonic() < until:
    if os.fork():
        os._exit(0)
"""

CROWD = """
import os, time
for _ in range(7):
    os.fork()
    os.setpgid(0, 0) if os.getpid() != os.getsid(0) else None
time.sleep(60)
"""


@dataclass(frozen=True, kw_only=True)
class Child:
    """A program, and how a job ends whose step it is."""

    argv: tuple[str, ...]
    outcome: str


CHILDREN = {
    "ignores TERM": Child(
        argv=("sh", "-c", "trap '' TERM HUP INT; while :; do sleep 0.05; done"),
        outcome="timed out",
    ),
    "daemon": Child(argv=(sys.executable, "-I", "-c", DAEMON), outcome="ok"),
    "flood": Child(argv=("yes", "a flood of words"), outcome="timed out"),
    "runaway": Child(argv=(sys.executable, "-I", "-c", RUNAWAY), outcome="ok"),
    "crowd": Child(argv=(sys.executable, "-I", "-c", CROWD), outcome="timed out"),
    "stops itself": Child(argv=("sh", "-c", "kill -STOP $$"), outcome="timed out"),
    "grandchild": Child(argv=("sh", "-c", "sleep 60 & exit 0"), outcome="ok"),
}


def living(word: str) -> list[str]:
    """Return the command lines of living processes that have a word in their environment."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            environment = Path(f"/proc/{name}/environ").read_bytes()
            line = Path(f"/proc/{name}/cmdline").read_bytes()
        except OSError:
            continue
        if word.encode() in environment:
            found.append(line.decode())
    return found


@pytest.mark.parametrize("name", CHILDREN)
def test_a_child_ends_as_promised_and_leaves_nothing(name: str, tmp_path: Path) -> None:
    """Its state is right, no descendant lives, and what it was handed is free."""
    child = CHILDREN[name]
    parameters: dict[str, Any] = {"environment": {"WHOSE": str(tmp_path)}}
    job = plans.job(
        {"one": plans.command(*child.argv, **parameters)},
        timeout_seconds=0.8,
        stop_grace_seconds=0.1,
        takes={"tabular/database": "exclusive"},
    )
    with at_desk(tmp_path, plans.loaded(job)) as desk:
        ran = desk.run()

    assert child.outcome == ran.outcome
    assert [] == living(str(tmp_path))
    assert os.path.getsize(ran.outputs["one"]) <= CAP_BYTES + 100
    with Locks(str(tmp_path / "state"), {"tabular/database": "exclusive"}, None) as locks:
        assert locks.take(Holder(job="tabular/next", due_at=START, pid=1)) is None
