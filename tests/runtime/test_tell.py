from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runtime.journal.store import open_store
from runtime.tell import Tell
from tests.runtime import plans
from tests.runtime.turned_clock import START

if TYPE_CHECKING:
    from pathlib import Path

PAGER = {"pagerduty": {"routing_key": {"env": "KEY"}}}
HOOK = {"webhook": {"url": "http://127.0.0.1:9"}}


@pytest.mark.parametrize(("channel", "expected"), [(PAGER, ["failed", "ok"]), (HOOK, ["failed"])])
def test_an_end_that_is_well_ends_the_incident_that_a_failure_opened(
    tmp_path: Path, channel: dict[str, object], expected: list[str]
) -> None:
    """Though the job names only its failures; a channel without incidents does not hear of it."""
    notice = {"channels": ["told"], "outcomes": ["failed"]}
    job = plans.job({"one": plans.command("true")}, notice=notice)
    plan = plans.loaded(job, channels={"told": channel})
    tell = Tell(plan=plan, job=plan.jobs["tabular/tidy"], now=START)

    with open_store(str(tmp_path)) as store:
        with store.transaction() as connection:
            tell(connection, START, "failed", "it broke")
            tell(connection, START.replace(hour=13), "ok", "done")
        told = [row[0] for row in store.rows("SELECT outcome FROM outbox ORDER BY id")]

    assert expected == told
