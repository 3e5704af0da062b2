"""The job plan passes the runtime's own door."""

from __future__ import annotations

import pytest

from compiler.emit import jobs
from runtime.validation import read_plan
from tests.checkout import ROOT
from tests.compiler.emit import plans

WRITTEN = sorted(
    path.relative_to(ROOT).as_posix()
    for folder in ("generated", "tests/golden/emit")
    for path in (ROOT / folder).rglob("jobs/plan.json")
)


def test_the_runtime_reads_what_was_written() -> None:
    """Every job arrives as it was planned, sorted by its key."""
    plan = plans.plan(jobs=plans.every_job())
    (artifact,) = jobs.emit(plan)
    read = read_plan(artifact.text, "plan.json")
    planned = {f"{job.service}/{job.name}": job.contract for job in plan.jobs}

    assert sorted(planned) == list(read.jobs)
    assert planned == dict(read.jobs)


def test_a_plan_of_every_environment_and_golden_is_looked_at() -> None:
    """The next test is not empty."""
    assert {"generated/production/jobs/plan.json", "tests/golden/emit/jobs/jobs/plan.json"} <= {
        *WRITTEN
    }


@pytest.mark.parametrize("path", WRITTEN)
def test_the_runtime_reads_every_committed_plan(path: str) -> None:
    """What the reference spec compiles to, and each golden, passes the runtime's own door."""
    assert read_plan((ROOT / path).read_text(encoding="utf-8"), path).jobs


def test_without_jobs_there_is_no_plan() -> None:
    """A service that only watches installs no runtime."""
    assert jobs.emit(plans.plan()) == ()
