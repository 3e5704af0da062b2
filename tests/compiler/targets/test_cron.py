"""Crontab lines, and CronJobs, mean the instants of the runtime's schedule."""

from __future__ import annotations

import pytest

from compiler.targets.cron import command, crontab_times
from compiler.targets.kubernetes import CronJobSchedule, cron_job_schedule
from compiler.targets.refusal import Refusal
from runtime.schedule import parse


@pytest.mark.parametrize(
    ("text", "zone", "host", "lines"),
    [
        ("every 5m", "Europe/Berlin", "UTC", ("*/5 * * * *",)),
        ("every 90m", "UTC", "UTC", ("0 */3 * * *", "30 1-22/3 * * *")),
        ("every 7d", "UTC", "UTC", ("0 0 * * 4",)),
        ("hourly at :15", "Asia/Kathmandu", "UTC", ("30 * * * *",)),
        ("hourly at :15", "Europe/Berlin", "America/New_York", ("15 * * * *",)),
        ("daily at 04:30", "Europe/Berlin", "Europe/Berlin", ("30 4 * * *",)),
        ("daily at 04:30", "Europe/Berlin", "Europe/Paris", ("30 4 * * *",)),
        ("daily at 04:30", "Europe/Berlin", "Europe/London", ("30 3 * * *",)),
        ("weekly on mon at 00:30", "Asia/Kathmandu", "UTC", ("45 18 * * 0",)),
        ("cron: 0 0 */2 * mon", "UTC", "UTC", ("0 0 */2 * 1",)),
        ("cron: 0 0 1-7 * mon", "UTC", "UTC", ("0 0 1-7 * 1",)),
        ("cron: 0 0 1-31 * mon", "UTC", "UTC", ("0 0 1-31 * 1",)),
        ("manual", "UTC", "UTC", ()),
    ],
)
def test_lines_of_a_crontab(text: str, zone: str, host: str, lines: tuple[str, ...]) -> None:
    """Times are those that the host's clock shows."""
    assert lines == crontab_times(parse(text), zone, host)


@pytest.mark.parametrize(
    ("text", "zone", "host", "help_line"),
    [
        ("every 7m", "UTC", "UTC", "the nearest is `every 8m`"),
        ("every 45s", "UTC", "UTC", "the nearest is `every 1m`"),
        ("every 2h", "UTC", "Europe/Berlin", "the nearest is `every 1h`"),
        ("daily at 04:30", "Europe/Berlin", "UTC", "write the schedule in UTC"),
        ("monthly on 1 at 00:30", "Asia/Kathmandu", "UTC", "write the schedule in UTC"),
    ],
)
def test_what_cron_cannot_say_is_refused(text: str, zone: str, host: str, help_line: str) -> None:
    """The refusal has the nearest that it can say."""
    found = crontab_times(parse(text), zone, host)

    assert isinstance(found, Refusal)
    assert help_line in found.help


def test_a_percent_sign_ends_no_line() -> None:
    """Cron would send what follows one to the command."""
    assert command("/opt/100%/opsrun") == "/opt/100\\%/opsrun"


@pytest.mark.parametrize(
    ("text", "zone", "schedule", "shown"),
    [
        ("every 15m", "Europe/Berlin", "*/15 * * * *", "Etc/UTC"),
        ("daily at 04:30", "Europe/Berlin", "30 4 * * *", "Europe/Berlin"),
        ("weekly on sun at 03:00", "UTC", "0 3 * * 0", "Etc/UTC"),
        ("cron: 0 0 1 * 7", "UTC", "0 0 1 * 0", "Etc/UTC"),
        ("cron: 0 0 */2 * *", "UTC", "0 0 */2 * *", "Etc/UTC"),
    ],
)
def test_fields_of_a_cron_job(text: str, zone: str, schedule: str, shown: str) -> None:
    """Sunday is 0, and the zone is a field of its own."""
    expected = CronJobSchedule(schedule=schedule, time_zone=shown)

    assert expected == cron_job_schedule(parse(text), zone)


@pytest.mark.parametrize("text", ["every 90m", "every 30s", "every 7m", "cron: 0 0 */2 * mon"])
def test_what_a_cron_job_cannot_say_is_refused(text: str) -> None:
    """There is one expression, of minutes, and a starred step of days is no star to it."""
    found = cron_job_schedule(parse(text))

    assert isinstance(found, Refusal)
    assert found.help


def test_a_manual_job_has_no_cron_job() -> None:
    """Nothing starts it."""
    assert cron_job_schedule(parse("manual")) is None
