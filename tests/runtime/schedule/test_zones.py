"""Schedules in time zones: what each form means where clocks turn."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.schedule import (
    ALL_HOURS,
    Schedule,
    ZoneError,
    between,
    latest_at_or_before,
    latest_first,
    longest_gap_seconds,
    next_after,
    offsets_seconds,
    parse,
    shortest_gap_seconds,
    turns,
    zone_fault,
)

ZONES = (
    "Africa/Casablanca",
    "America/New_York",
    "America/Scoresbysund",
    "Asia/Beirut",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Europe/Berlin",
    "Pacific/Chatham",
)
SCHEDULES = (
    "every 7m",
    "hourly at :15",
    "daily at 00:00",
    "daily at 01:45",
    "daily at 02:30",
    "daily at 23:59",
    "weekly on sun at 02:30",
    "weekly on sat,sun at 00:30",
    "monthly on 29 at 02:15",
    "cron: */20 * * * *",
    "cron: 5 * * * sun",
    "cron: */20 1-3 * * *",
    "cron: 0 2 25-31 * sun",
)


def shows(schedule: Schedule, local: datetime) -> bool:
    """Return whether a clock that shows a time shows one of the schedule's."""
    by_day = local.day in schedule.days
    by_weekday = local.weekday() in schedule.weekdays
    return (
        local.minute in schedule.minutes
        and local.hour in schedule.hours
        and local.month in schedule.months
        and ((by_day or by_weekday) if schedule.either_day else (by_day and by_weekday))
    )


def scanned(schedule: Schedule, start: datetime, end: datetime, zone: str) -> list[datetime]:
    """Return the instants that trying every minute finds."""
    clocks, found = ZoneInfo(zone), []
    for count in range(int((end - start).total_seconds()) // 60):
        instant = start + timedelta(minutes=count)
        local = instant.astimezone(clocks)
        if shows(schedule, local) and (local.fold == 0 or schedule.hours == ALL_HOURS):
            found.append(instant)
    return found


@pytest.mark.parametrize("zone", ZONES)
def test_turning_clocks_mean_what_a_scan_of_minutes_finds(zone: str) -> None:
    """Around the turns of three years, every form agrees with trying each minute."""
    some = [turn.at for turn in turns(zone)[:6]] or [datetime(2026, 3, 29, tzinfo=UTC)]
    for text in SCHEDULES[1:]:
        schedule = parse(text)
        for at in some:
            start, end = at - timedelta(hours=14), at + timedelta(hours=14)
            found = list(between(schedule, start, end, zone))

            assert scanned(schedule, start, end, zone) == found, (text, at)


@settings(max_examples=60)
@given(
    st.sampled_from(SCHEDULES).map(parse),
    st.sampled_from(ZONES),
    st.datetimes(datetime(2026, 1, 1), datetime(2029, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis adds the zone
)
def test_walks_in_both_directions_and_steps_agree(
    schedule: Schedule, zone: str, instant: datetime
) -> None:
    """Next, latest, latest first and between tell of the same instants."""
    back = list(islice(latest_first(schedule, instant, zone), 12))[::-1]
    end = back[-1] + timedelta(microseconds=1)

    assert list(between(schedule, back[0], end, zone)) == back
    assert latest_at_or_before(schedule, instant, zone) == back[-1]
    for earlier, later in pairwise(back):
        assert next_after(schedule, earlier, zone) == later
        gap = (later - earlier).total_seconds()
        assert (shortest_gap_seconds(schedule, zone) or 0) <= gap
        assert gap <= (longest_gap_seconds(schedule, zone) or 0)


@pytest.mark.parametrize(
    ("text", "start", "expected"),
    [
        ("daily at 02:30", "2026-03-28T01:00Z", ["2026-03-28T01:30", "2026-03-30T00:30"]),
        ("daily at 02:30", "2026-10-25T00:00Z", ["2026-10-25T00:30", "2026-10-26T01:30"]),
        ("hourly at :15", "2026-10-25T00:00Z", ["2026-10-25T00:15", "2026-10-25T01:15"]),
        ("hourly at :15", "2026-03-29T00:00Z", ["2026-03-29T00:15", "2026-03-29T01:15"]),
        ("every 24h", "2026-03-29T00:00Z", ["2026-03-29T00:00", "2026-03-30T00:00"]),
    ],
)
def test_what_a_turn_in_berlin_means(text: str, start: str, expected: list[str]) -> None:
    """A time left out is skipped, one that comes twice counts once, every hour goes on."""
    found = islice(between(parse(text), _utc(start), _utc("2027-01-01T00:00Z"), "Europe/Berlin"), 2)

    assert expected == [f"{instant:%Y-%m-%dT%H:%M}" for instant in found]


@pytest.mark.parametrize(
    ("text", "zone", "shortest", "longest"),
    [
        ("every 90s", "Europe/Berlin", 90, 90),
        ("daily at 04:00", "Europe/Berlin", 23 * 3600, 25 * 3600),
        ("daily at 02:30", "Europe/Berlin", 86_400, 47 * 3600),
        ("daily at 04:00", "UTC", 86_400, 86_400),
        ("hourly at :15", "Europe/Berlin", 3600, 3600),
        ("hourly at :15", "Australia/Lord_Howe", 3600, 5400),
        ("weekly on mon,wed at 03:00", "UTC", 2 * 86_400, 5 * 86_400),
        ("cron: 0 8-18/2 * * mon-fri", "UTC", 7200, (24 - 10 + 48) * 3600),
        ("cron: 0 0 29 2 *", "UTC", 1461 * 86_400, 1461 * 86_400),
        ("cron: 0 0 29 2 */7", "UTC", 28 * 365.25 * 86_400, 28 * 365.25 * 86_400),
        ("cron: 0 0 30 2 *", "UTC", None, None),
        ("manual", "Europe/Berlin", None, None),
    ],
)
def test_the_shortest_and_the_longest_gap(
    text: str, zone: str, shortest: int | None, longest: int | None
) -> None:
    """Both are exact, over weekends, leap years and the turns of clocks."""
    found = (shortest_gap_seconds(parse(text), zone), longest_gap_seconds(parse(text), zone))

    assert (shortest, longest) == found


@pytest.mark.parametrize(
    "name", ["", "Europe", "Mars/Olympus", "../UTC", "/etc", "localtime", "a\0"]
)
def test_an_unknown_zone_is_a_clear_error(name: str) -> None:
    """What is no zone of the database, or differs from host to host, is named as such."""
    with pytest.raises(ZoneError, match="there is no time zone"):
        next_after(parse("daily at 02:00"), _utc("2026-01-01T00:00Z"), name)

    assert isinstance(zone_fault(name), ZoneError)


def test_utc_needs_no_database() -> None:
    """UTC is always there, and its clocks never turn."""
    assert (None, (), (0,)) == (zone_fault("UTC"), turns("UTC"), offsets_seconds("UTC"))


def test_a_turn_tells_its_local_times() -> None:
    """The gap of spring and the hour that comes twice in autumn."""
    spring, autumn = turns("Europe/Berlin")[:2]
    times = [f"{time:%F %T}" for time in (*spring.local_times, *autumn.local_times)]

    assert (True, False) == (spring.is_gap, autumn.is_gap)
    assert times[:2] == ["2026-03-29 02:00:00", "2026-03-29 03:00:00"]
    assert times[2:] == ["2026-10-25 02:00:00", "2026-10-25 03:00:00"]


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/New_York"])
def test_the_ends_of_time_are_none_in_every_zone(zone: str) -> None:
    """Clocks ahead and behind cannot push a search over the ends of time."""
    schedule = parse("daily at 02:00")

    assert next_after(schedule, datetime.max.replace(tzinfo=UTC), zone) is None
    assert latest_at_or_before(schedule, datetime.min.replace(tzinfo=UTC), zone) is None


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text)
