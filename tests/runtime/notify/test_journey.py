"""From a job that fails to the one who is told of it, through the real command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runtime.errors import Exit
from tests.runtime import plans
from tests.runtime.commands.test_deliver import CANARY, opsrun
from tests.runtime.receiver import receiving

if TYPE_CHECKING:
    from pathlib import Path


def test_a_run_that_fails_is_told_and_one_that_ends_well_ends_the_incident(tmp_path: Path) -> None:
    """A dead channel changes no exit code of a run."""
    flag = tmp_path / "flag"
    job = plans.job(
        {"one": plans.python(f"import os, sys; sys.exit(not os.path.exists({str(flag)!r}))")},
        notice={"channels": ["dead", "pager"], "outcomes": ["failed"]},
    )
    with receiving() as receiver:
        channels = {
            "dead": {"webhook": {"url": "http://127.0.0.1:1/"}, "group_seconds": 0},
            "pager": {
                "pagerduty": {"routing_key": {"env": "KEY"}, "url": receiver.url},
                "group_seconds": 0,
            },
        }
        plans.write(tmp_path, job, channels=channels)
        codes = [
            opsrun(tmp_path, "run", "tidy", "--due", "2026-03-01T02:00:00Z").returncode,
            opsrun(tmp_path, "deliver", KEY=CANARY).returncode,
        ]
        flag.touch()
        codes += [
            opsrun(tmp_path, "run", "tidy", "--deliver", KEY=CANARY).returncode,
            opsrun(tmp_path, "run", "tidy", "--deliver", KEY=CANARY).returncode,
        ]

    events = [one.json for one in receiver.received]
    assert codes[0] != Exit.OK
    assert [Exit.TRY_AGAIN, Exit.OK, Exit.OK] == codes[1:]
    assert ["trigger", "resolve"] == [one["event_action"] for one in events]
    assert 1 == len({one["dedup_key"] for one in events})
    assert "[local] tabular/tidy failed on" in events[0]["payload"]["summary"]
