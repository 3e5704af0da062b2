"""Jobs that a scheduler under test runs, and what they leave."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from runtime.journal.claims import learn
from runtime.journal.store import open_store
from tests.runtime import plans

QUICK: dict[str, Any] = {
    "schedule": "every 1s",
    "start_deadline_seconds": 5,
    "served": True,
    "stop_grace_seconds": 1,
}
"""A job that serve starts each second."""


def quick(code: str = "", **fields: Any) -> dict[str, Any]:
    """Return a job that is due each second and runs Python code."""
    return plans.job({"one": plans.python(code)}, **{**QUICK, **fields})


def noting(folder: Path, code: str = "") -> str:
    """Return code that notes its pid in a file of its own, then goes on."""
    return (
        f"import os,time; open(os.path.join({str(folder)!r}, f'ran-{{os.getpid()}}'), 'w'); {code}"
    )


def held(folder: Path) -> str:
    """Return code that goes on when `let_go` was called, or after a minute."""
    return (
        f"\nuntil = time.monotonic() + 60"
        f"\nwhile not os.path.exists({str(folder / 'go')!r}) and time.monotonic() < until:"
        f"\n    time.sleep(0.01)"
    )


def let_go(folder: Path) -> None:
    """Let all that is `held` go on."""
    (folder / "go").touch()


def runs(folder: Path) -> list[int]:
    """Return the pids of what `noting` noted."""
    return [int(path.name.partition("-")[2]) for path in folder.glob("ran-*")]


def children(pid: int) -> list[int]:
    """Return the children of a process."""
    return list(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))


def has_passed(folder: Path, *names: str) -> None:
    """Have the journal know jobs since just before their latest occurrence, at the full hour."""
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    with open_store(str(folder / "state")) as store:
        known = {f"tabular/{name}": "every 1h" for name in names or ("tidy",)}
        learn(store, known, hour - timedelta(minutes=1))
