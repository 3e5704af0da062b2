"""What a plan's parts say of each other."""

from __future__ import annotations

from typing import Any

import pytest

from runtime.errors import PlanError
from tests.runtime import plans

TRUE = {"one": plans.command("true")}


def refusal(*jobs: dict[str, Any], **fields: Any) -> str:
    """Return what is said of a plan of these jobs."""
    with pytest.raises(PlanError) as refused:
        plans.loaded(*jobs, **fields)
    return str(refused.value)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"takes": {"a\0b": "shared"}}, r'"a\u0000b" is not `<service>/<name>`'),
        ({"series": "night"}, '"night" is not `<service>/<name>`'),
        ({"after": ["tabular/gone"]}, 'after: the plan has no job "tabular/gone"'),
        ({"after": ["tabular/tidy"]}, "after: it would come after itself"),
        ({"runs": "one", "hosts": ["a", "b"]}, "lease: is missing"),
        ({"catch_up_limit": 10**30}, "catch_up_limit: must be from 1"),
        ({"retries": {"attempts": 0}}, "retries.attempts: must be from 1"),
        ({"retries": {"attempts": 2, "cap_seconds": 1e300}}, "retries.cap_seconds: must not be"),
        ({"jitter_seconds": 1e300}, "jitter_seconds: must not be more than"),
    ],
)
def test_a_job_fits_into_its_plan(fields: dict[str, Any], said: str) -> None:
    """What would fail in the night is refused when the plan is read."""
    assert said in refusal(plans.job(TRUE, **fields))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"start": "garbage"}, "windows[0].start: is no instant"),
        ({"start": "2027-03-01T02:00"}, "windows[0].start: is no instant"),
        ({"schedule": "nightly"}, "windows[0].schedule: `nightly` begins no schedule"),
        ({"start": "2027-03-01T02:00Z", "lasts_seconds": 1e300}, "lasts_seconds: must not be"),
        ({"schedule": "daily at 02:00", "time_zone": "Mars/Base"}, "windows[0].time_zone: "),
    ],
)
def test_a_window_can_be_understood(fields: dict[str, Any], said: str) -> None:
    """Its start, its schedule, its zone and its length."""
    window = {"name": "night", "lasts_seconds": 60, **fields}

    assert said in refusal(plans.job(TRUE), windows=[window])


def test_the_journal_is_not_kept_beyond_all_times() -> None:
    """A number that no calendar has is refused."""
    assert "keep_seconds: must not be more than" in refusal(plans.job(TRUE), keep_seconds=1e300)


def test_a_collector_watches_absolute_folders_and_a_number_of_processes_that_can_be() -> None:
    """What the compiler would not write is refused at the door too."""
    collector = {
        "disks": ["/", "srv"],
        "processes": {
            "a": {"name": "a", "at_least": -1},
            "b": {"pid_file": "/run/\0"},
        },
        "every_seconds": 10**12,
    }

    said = refusal(collector=collector)

    assert "collector.disks[1]: is no absolute path" in said
    assert 'collector.processes."a".at_least: must be from 0' in said
    assert 'collector.processes."b".pid_file: is no path' in said
    assert "collector.every_seconds: must not be more than" in said
