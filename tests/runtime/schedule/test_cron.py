from __future__ import annotations

from datetime import UTC, datetime

import pytest

from runtime.schedule import ScheduleError, next_after, parse_cron


def due_after(fields: str, instant: datetime) -> datetime | None:
    """Return the next instant of a cron schedule."""
    return next_after(parse_cron(fields), instant)


def test_restricted_day_and_weekday_are_due_on_either() -> None:
    """With both restricted, a day matches by its number or by its weekday."""
    schedule = parse_cron("0 0 13 * fri")

    friday = next_after(schedule, datetime(2026, 4, 1, tzinfo=UTC))
    monday = next_after(schedule, datetime(2026, 4, 11, tzinfo=UTC))

    assert friday == datetime(2026, 4, 3, tzinfo=UTC)
    assert monday == datetime(2026, 4, 13, tzinfo=UTC)


def test_a_starred_step_counts_as_unrestricted_as_in_cron() -> None:
    """`*/2` begins with a star: the day must match by number and by weekday."""
    found = due_after("0 0 */2 * mon", datetime(2026, 3, 2, tzinfo=UTC))

    assert found == datetime(2026, 3, 9, tzinfo=UTC)


def test_sunday_is_0_and_7() -> None:
    """Both numbers of Sunday, and its name, mean the same days."""
    days = {parse_cron(f"0 0 * * {day}").weekdays for day in ("0", "7", "sun", "SUN")}

    assert days == {(6,)}


def test_every_second_weekday_takes_sunday_once() -> None:
    """`*/2` over weekdays is Sunday, Tuesday, Thursday and Saturday."""
    schedule = parse_cron("0 0 * * */2")

    assert schedule.weekdays == (1, 3, 5, 6)


def test_lists_ranges_and_steps_add_up() -> None:
    """The parts of a list are united."""
    schedule = parse_cron("0,30-40/5,59 * * jan-mar *")

    assert schedule.minutes == (0, 30, 35, 40, 59)
    assert schedule.months == (1, 2, 3)


@pytest.mark.parametrize(
    ("fields", "marked"),
    [
        ("0 2 * *", ""),
        ("0 2 * * * *", "*"),
        ("60 2 * * *", "60"),
        ("0 24 * * *", "24"),
        ("0 2 0 * *", "0"),
        ("0 2 * 13 *", "13"),
        ("0 2 L * *", "L"),
        ("0 2 * * 5#2", "5#2"),
        ("0 2 * foo *", "foo"),
        ("0 2 * * fri-sun", "fri-sun"),
        ("5/10 * * * *", "5/10"),
        ("*/0 * * * *", "0"),
        ("1,,2 * * * *", ""),
        ("@daily", "@daily"),
        ("-1 * * * *", "-1"),
        ("٣ * * * *", "٣"),
    ],
)
def test_what_daemons_disagree_about_is_refused(fields: str, marked: str) -> None:
    """Each fault is marked at its own characters."""
    with pytest.raises(ScheduleError) as caught:
        parse_cron(fields)

    assert marked == fields[caught.value.start : caught.value.end]


def test_a_nickname_is_answered_with_the_form_of_the_language() -> None:
    """`@daily` has a way out."""
    with pytest.raises(ScheduleError) as caught:
        parse_cron("@daily")

    assert caught.value.help == "write the schedule `daily at 00:00`"
