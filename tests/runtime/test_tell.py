from __future__ import annotations

from typing import TYPE_CHECKING

from runtime.journal.store import open_store
from runtime.tell import Tell
from tests.runtime import plans
from tests.runtime.turned_clock import START

if TYPE_CHECKING:
    from pathlib import Path

    from runtime.journal.record import Outcome


def test_a_run_that_ends_well_ends_the_incident_that_another_opened(tmp_path: Path) -> None:
    """Though the job does not ask to be told of it; where no incident is open, nothing is told."""
    job = plans.job(
        {"one": plans.disk("/")}, notice={"channels": ["pager"], "outcomes": ["failed"]}
    )
    channels = {"pager": {"pagerduty": {"routing_key": {"env": "KEY"}}}}
    plan = plans.loaded(job, channels=channels)
    tell = Tell(plan=plan, job=plan.jobs["tabular/tidy"], now=START)
    outcomes: tuple[Outcome, ...] = ("ok", "failed", "skipped", "ok", "ok")
    with open_store(str(tmp_path)) as store:
        for minute, outcome in enumerate(outcomes):
            with store.transaction() as connection:
                tell(connection, START.replace(minute=minute), outcome, "why")
        told = store.rows("SELECT outcome FROM outbox ORDER BY id")

    assert ["failed", "ok"] == [row["outcome"] for row in told]
