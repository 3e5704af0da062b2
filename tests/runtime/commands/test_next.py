"""`opsrun next` says what runs when."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result

from runtime.commands.registry import opsrun
from tests.runtime import plans

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def plan(tmp_path: Path) -> str:
    """The path of a plan with two jobs that want the same."""
    step = {"a": plans.expire("/srv")}
    jobs: list[Any] = [
        plans.job(step, name="often", schedule="every 1h", takes={"t/db": "shared"}),
        plans.job(step, name="rare", schedule="every 1h", takes={"t/db": "exclusive"}),
    ]
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(plans.plan(*jobs)))
    return str(file)


def called(plan: str, *arguments: str) -> Result:
    """Return the result of `opsrun next`."""
    return CliRunner().invoke(opsrun, ["next", "--plan", plan, *arguments])


def test_runs_of_a_span_are_told_with_their_conflicts(plan: str) -> None:
    """An hour has one run of each, and each would wait for the other."""
    found = called(plan, "--for", "1h", "--format", "json")

    runs = json.loads(found.output)
    assert {"tabular/often", "tabular/rare"} == {run["job"] for run in runs}
    assert [["tabular/rare"], ["tabular/often"]] == [run["conflicts"] for run in runs]


def test_one_job_is_told_of_in_words(plan: str) -> None:
    """The conflict with a job that was not asked for is there all the same."""
    found = called(plan, "rare", "--for", "1h").output.splitlines()

    assert found[0].split() == ["DUE", "JOB", "USUALLY", "AT", "MOST", "WAITS", "FOR"]
    assert len(found) == 2
    assert found[1].endswith("* tabular/often")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--for", "soon"), "is not a duration"),
        (("--until", "2027-03-01T02:00"), "has no time zone"),
        (("--until", "2027-03-01T02:00Z", "--for", "1h"), "exclude each other"),
        (("nothing",), "the plan has no job `nothing`"),
    ],
)
def test_what_cannot_be_read_is_a_fault_of_usage(
    plan: str, arguments: tuple[str, ...], said: str
) -> None:
    """Exit code 2, and the way out."""
    found = called(plan, *arguments)

    assert found.exit_code == 2
    assert said in found.output
