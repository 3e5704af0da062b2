"""What a run says: lines for people, or JSON objects."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from runtime.errors import Exit
from tests.runtime import plans
from tests.runtime.test_cli import opsrun

if TYPE_CHECKING:
    from pathlib import Path

STEP = plans.python("print('one'); print(chr(92) + 'udcff two')")


def test_elsewhere_than_on_a_terminal_every_line_is_an_object(tmp_path: Path) -> None:
    """Each has its instant, level, event and job; the step's own lines are among them."""
    plans.write(tmp_path, plans.job({"say": STEP}))

    done = opsrun(tmp_path, "run", "tidy", OPSRUN_LOG="")

    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert ["note", "step-begun", "output", "output", "step-ended", "run-ended"] == [
        line["event"] for line in lines
    ]
    assert ["one", "\\udcff two"] == [line["message"] for line in lines[2:4]]
    assert {"tabular/tidy"} == {line["job"] for line in lines}
    assert {"info", "warning"} == {line["level"] for line in lines}
    assert all(line["at"].endswith("Z") for line in lines)
    assert ("ok", 0) == (lines[-1]["outcome"], lines[-1]["exit_code"])
    assert "" == done.stdout


def test_a_failure_is_an_error_in_the_log(tmp_path: Path) -> None:
    """Whoever filters by level finds it."""
    plans.write(tmp_path, plans.job({"fail": plans.command("false")}))

    done = opsrun(tmp_path, "run", "tidy", OPSRUN_LOG="json")

    last = json.loads(done.stderr.splitlines()[-1])
    assert ("error", "failed", Exit.FAILED) == (last["level"], last["outcome"], done.returncode)


@pytest.mark.parametrize(("form", "count"), [("json", 0), ("text", 2)])
def test_with_a_document_on_standard_output_nothing_else_is_there(
    tmp_path: Path, form: str, count: int
) -> None:
    """`--format json` leaves the step's lines in their file."""
    plans.write(tmp_path, plans.job({"say": STEP}))

    done = opsrun(tmp_path, "run", "tidy", "--format", form)

    if form == "json":
        assert "ok" == json.loads(done.stdout)["outcome"]
    else:
        assert count == len(done.stdout.splitlines())
