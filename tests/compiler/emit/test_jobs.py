"""The job plan passes the runtime's own door."""

from __future__ import annotations

from compiler.emit import jobs
from runtime.load import read_plan
from tests.compiler.emit import plans


def test_the_runtime_reads_what_was_written() -> None:
    """Every job arrives as it was planned, sorted by its key."""
    plan = plans.plan(jobs=plans.every_job())
    (artifact,) = jobs.emit(plan)
    read = read_plan(artifact.text, "plan.json")
    planned = {f"{job.service}/{job.name}": job.contract for job in plan.jobs}

    assert sorted(planned) == list(read.jobs)
    assert planned == dict(read.jobs)


def test_without_jobs_there_is_no_plan() -> None:
    """A service that only watches installs no runtime."""
    assert jobs.emit(plans.plan()) == ()
