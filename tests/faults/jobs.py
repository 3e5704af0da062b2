"""A job of one step that is killed in the middle, and run again."""

from __future__ import annotations

import contextlib
import os
import subprocess
from typing import TYPE_CHECKING, Any

from tests.faults.opsrun import argv, opsrun
from tests.runtime import plans

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextlib.contextmanager
def killed(folder: Path, kind: str, parameters: dict[str, Any]) -> Iterator[None]:
    """Run a job of one step until the block ends, then kill it as nothing can be caught."""
    plans.write(folder, plans.job({"it": {"kind": kind, "parameters": parameters}}))
    with subprocess.Popen(
        argv(folder, "run", "tidy"), env=os.environ, stderr=subprocess.DEVNULL
    ) as runner:
        try:
            yield
            assert runner.poll() is None, "it ended before it could be killed"
        finally:
            runner.kill()


def again(folder: Path) -> str:
    """Run the same job to its end; return what it says."""
    done = opsrun(folder, "run", "tidy")

    assert 0 == done.returncode, done.stderr
    return done.stderr
