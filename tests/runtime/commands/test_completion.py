"""`opsrun completion`, and the words that it completes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runtime.errors import Exit
from tests.runtime import plans
from tests.runtime.test_cli import opsrun

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_shell_gets_its_completion(tmp_path: Path, shell: str) -> None:
    """The script calls opsrun back for its words."""
    assert "_OPSRUN_COMPLETE" in opsrun(tmp_path, "completion", shell).stdout


def test_jobs_are_completed_from_the_plan(tmp_path: Path) -> None:
    """Names and, once a service is begun, keys."""
    plans.write(tmp_path, plans.job({"one": plans.command("true")}))

    words = [
        opsrun(
            tmp_path,
            _OPSRUN_COMPLETE="bash_complete",
            COMP_WORDS=f"opsrun run {begun}",
            COMP_CWORD="2",
        ).stdout
        for begun in ("t", "tabular/", "x")
    ]

    assert ["plain,tidy\n", "plain,tabular/tidy\n", "\n"] == words


def test_completion_without_a_plan_is_silent(tmp_path: Path) -> None:
    """Whoever presses a key is not lectured."""
    done = opsrun(
        tmp_path, _OPSRUN_COMPLETE="bash_complete", COMP_WORDS="opsrun run t", COMP_CWORD="2"
    )

    assert (Exit.OK, "\n", "") == (done.returncode, done.stdout, done.stderr)
