"""`opsrun` as a process of its own, with a state folder, for faults that come from outside."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def due_text() -> str:
    """Return an instant of yesterday night, at which jobs of tests are due."""
    return f"{datetime.now(UTC) - timedelta(days=1):%Y-%m-%d}T02:00:00Z"


def argv(folder: Path, *arguments: str) -> list[str]:
    """Return the argv of a verb, with the plan and the state of a folder."""
    where = ("--plan", str(folder / "plan.json"), "--state", str(folder / "state"))
    return [sys.executable, "-m", "runtime.cli", *arguments, *where]


def opsrun(
    folder: Path, *arguments: str, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Carry out a verb; whatever happens, it speaks in sentences."""
    done = subprocess.run(
        argv(folder, *arguments),
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert "Traceback" not in done.stdout + done.stderr
    return done


def run_due(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the occurrence of yesterday night."""
    return opsrun(folder, "run", "tidy", "--due", due_text())
