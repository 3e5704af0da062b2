"""`opsrun run` is killed at random moments while its child lives; the next run stops that."""

from __future__ import annotations

import random
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from runtime.lineage import descendants
from tests.faults.desk import check_settled, noting
from tests.faults.opsrun import argv, due_text, run_due
from tests.runtime import plans

if TYPE_CHECKING:
    from pathlib import Path

POINTS = 15


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(POINTS))
def test_whatever_the_moment_the_next_run_ends_it(tmp_path: Path, seed: int) -> None:
    """The occurrence ends well, and the child of the killed run does not live on."""
    first = "test -e begun || { echo $$ > begun; sleep 60; }"
    steps = {"one": noting(tmp_path, "one"), "two": noting(tmp_path, "two", first)}
    plans.write(tmp_path, plans.job(steps, stop_grace_seconds=0.1))
    with subprocess.Popen(
        argv(tmp_path, "run", "tidy", "--due", due_text()), stderr=subprocess.DEVNULL
    ) as runner:
        time.sleep(random.Random(seed).uniform(0, 0.8))
        runner.kill()

    begun = tmp_path / "begun"
    if not begun.exists():
        begun.write_text("999999999")
    again = run_due(tmp_path)

    assert 0 == again.returncode
    assert [] == descendants([int(begun.read_text())])
    check_settled(tmp_path)
