from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.schedule import (
    Schedule,
    between,
    latest_at_or_before,
    latest_first,
    next_after,
    parse,
    shortest_gap_seconds,
)

INSTANTS = st.datetimes(
    datetime(1999, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    datetime(2040, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    timezones=st.just(UTC),
)


@dataclass(frozen=True, kw_only=True)
class Fields:
    """Cron fields as sets, and whether days match by either; weekdays as cron counts them."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    weekdays: frozenset[int]

    def text(self) -> str:
        """Return the schedule as it is written."""
        days = ",".join(map(str, sorted(self.days))) or "*"
        weekdays = ",".join(map(str, sorted(self.weekdays))) or "*"
        minutes, hours = (",".join(map(str, sorted(part))) for part in (self.minutes, self.hours))
        return f"cron: {minutes} {hours} {days} * {weekdays}"

    def matches(self, instant: datetime) -> bool:
        """Return whether a minute is due, as the manual of cron says it."""
        if instant.minute not in self.minutes or instant.hour not in self.hours:
            return False
        by_day = instant.day in self.days
        by_weekday = instant.isoweekday() % 7 in self.weekdays
        if self.days and self.weekdays:
            return by_day or by_weekday
        return by_day if self.days else by_weekday if self.weekdays else True


def some(low: int, high: int, least: int, most: int) -> st.SearchStrategy[frozenset[int]]:
    """Return sets of numbers."""
    return st.frozensets(st.integers(low, high), min_size=least, max_size=most)


FIELDS = st.builds(
    Fields,
    minutes=some(0, 59, 1, 3),
    hours=some(0, 23, 1, 3),
    days=some(1, 31, 0, 3),
    weekdays=some(0, 6, 0, 2),
)
SCHEDULES = st.one_of(
    FIELDS.map(lambda fields: fields.text()),
    st.integers(1, 500_000).map(lambda seconds: f"every {seconds}s"),
    st.integers(1, 31).map(lambda day: f"quarterly on {day} at 23:59"),
).map(parse)


@settings(max_examples=60)
@given(FIELDS, INSTANTS)
def test_the_next_instant_is_the_first_that_a_scan_of_minutes_finds(
    fields: Fields, instant: datetime
) -> None:
    """The search agrees with trying every minute of ten days."""
    found = next_after(parse(fields.text()), instant)

    minute = instant.replace(second=0, microsecond=0)
    tried = (minute + timedelta(minutes=count) for count in range(1, 10 * 1440))
    scanned = next((one for one in tried if fields.matches(one)), None)
    if scanned is None:
        assert found is None or found > instant + timedelta(days=9)
    else:
        assert scanned == found


@given(SCHEDULES, INSTANTS)
def test_the_next_instant_is_strictly_later(schedule: Schedule, instant: datetime) -> None:
    """Asking again from an answer moves on."""
    found = next_after(schedule, instant)

    assert found is not None
    assert found > instant
    assert (following := next_after(schedule, found)) is not None
    assert following > found


@given(SCHEDULES, INSTANTS)
def test_latest_and_next_are_inverse(schedule: Schedule, instant: datetime) -> None:
    """The latest instant is one of the schedule, and no other lies between it and the next."""
    latest = latest_at_or_before(schedule, instant)

    assert latest is not None
    assert latest <= instant
    assert latest == latest_at_or_before(schedule, latest)
    assert next_after(schedule, latest - timedelta(microseconds=1)) == latest
    assert next_after(schedule, latest) == next_after(schedule, instant)


@given(SCHEDULES, INSTANTS)
def test_the_shortest_gap_is_never_undercut(schedule: Schedule, instant: datetime) -> None:
    """No two instants in a row are closer than the shortest gap."""
    gap = shortest_gap_seconds(schedule)
    first = next_after(schedule, instant)

    assert first is not None
    assert gap is not None
    for _ in range(20):
        second = next_after(schedule, first)
        assert second is not None
        assert (second - first).total_seconds() >= gap
        first = second


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("every 90s", 90),
        ("hourly at :15", 3600),
        ("daily at 02:00", 86_400),
        ("weekly on mon,wed at 03:00", 2 * 86_400),
        ("monthly on 1 at 04:00", 28 * 86_400),
        ("quarterly on 1 at 04:00", 90 * 86_400),
        ("cron: */20 * * * *", 1200),
        ("cron: 0 23,1 * * *", 2 * 3600),
        ("cron: 0 0 29 2 *", 1461 * 86_400),
        ("cron: 0 0,12 30 2 *", None),
        ("manual", None),
    ],
)
def test_the_shortest_gap_of_each_form(text: str, seconds: int | None) -> None:
    """The gap is exact, over leap years and around midnight."""
    found = shortest_gap_seconds(parse(text))

    assert seconds == found


@pytest.mark.parametrize("text", ["cron: 0 2 30 2 *", "cron: 0 2 31 4,6,9,11 *", "manual"])
def test_what_never_comes_is_none_in_both_directions(text: str) -> None:
    """A search for 30 February ends."""
    now = datetime(2026, 3, 2, tzinfo=UTC)
    schedule = parse(text)

    assert next_after(schedule, now) is None
    assert latest_at_or_before(schedule, now) is None
    assert list(between(schedule, now, now + timedelta(days=3650))) == []


def test_a_leap_day_is_found_over_the_gap_of_a_century() -> None:
    """2100 is no leap year: eight years lie between."""
    found = next_after(parse("cron: 0 0 29 2 *"), datetime(2096, 3, 1, tzinfo=UTC))

    assert found == datetime(2104, 2, 29, tzinfo=UTC)


def test_every_counts_from_the_epoch_and_not_from_the_clock() -> None:
    """Seven minutes do not divide the hour; the instants are the same for every runner."""
    found = latest_at_or_before(parse("every 7m"), datetime(2026, 3, 2, 12, 0, tzinfo=UTC))

    assert found is not None
    assert found.timestamp() % 420 == 0


def test_between_takes_its_start_and_leaves_its_end() -> None:
    """The interval is half open."""
    start = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)

    found = list(between(parse("every 5m"), start, start + timedelta(minutes=10)))

    assert found == [start, start + timedelta(minutes=5)]


@given(SCHEDULES, INSTANTS)
def test_walking_back_meets_the_same_instants(schedule: Schedule, instant: datetime) -> None:
    """The latest first, and none left out."""
    back = list(islice(latest_first(schedule, instant), 30))

    assert back[::-1] == list(between(schedule, back[-1], back[0] + timedelta(microseconds=1)))
    assert back[0] == latest_at_or_before(schedule, instant)


def test_instants_of_another_zone_are_the_same_instants() -> None:
    """Only the instant counts, and the answer is in UTC."""
    zone = timezone(timedelta(hours=5, minutes=30))
    instant = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)

    found = next_after(parse("daily at 12:30"), instant.astimezone(zone))

    assert found is not None
    assert found.isoformat() == "2026-03-02T12:30:00+00:00"


def test_a_naive_instant_is_refused() -> None:
    """A time without a zone is no instant."""
    with pytest.raises(ValueError, match="time zone"):
        next_after(parse("daily at 02:00"), datetime(2026, 3, 2))  # noqa: DTZ001 - the point


@pytest.mark.parametrize("text", ["every 5m", "daily at 02:00"])
def test_the_ends_of_time_are_none(text: str) -> None:
    """The last instant that a datetime can hold has no next one, and the first none before."""
    schedule = parse(text)

    assert next_after(schedule, datetime.max.replace(tzinfo=UTC)) is None
    assert latest_at_or_before(schedule, datetime.min.replace(tzinfo=UTC)) in (
        None,
        datetime.min.replace(tzinfo=UTC),
    )
