from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.schedule import ScheduleError, next_after, parse
from runtime.schedule.text import EXAMPLES

NOW = datetime(2026, 3, 2, 12, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("every 5m", datetime(2026, 3, 2, 12, 5, tzinfo=UTC)),
        ("every 1h30m", datetime(2026, 3, 2, 13, 30, tzinfo=UTC)),
        ("hourly at :15", datetime(2026, 3, 2, 12, 15, tzinfo=UTC)),
        ("daily at 02:00", datetime(2026, 3, 3, 2, 0, tzinfo=UTC)),
        ("weekly on sun at 03:00", datetime(2026, 3, 8, 3, 0, tzinfo=UTC)),
        ("weekly on wed,mon at 11:00", datetime(2026, 3, 4, 11, 0, tzinfo=UTC)),
        ("monthly on 1 at 04:00", datetime(2026, 4, 1, 4, 0, tzinfo=UTC)),
        ("monthly on 31 at 04:00", datetime(2026, 3, 31, 4, 0, tzinfo=UTC)),
        ("quarterly on 1 at 04:00", datetime(2026, 4, 1, 4, 0, tzinfo=UTC)),
        ("cron: 0 2 * * 0", datetime(2026, 3, 8, 2, 0, tzinfo=UTC)),
        ("manual", None),
    ],
)
def test_each_form_of_the_language_is_due_when_it_says(text: str, due: datetime | None) -> None:
    """The next instant of every form after a Monday noon."""
    found = next_after(parse(text), NOW)

    assert due == found


@pytest.mark.parametrize("example", EXAMPLES.values())
def test_examples_in_help_lines_are_schedules(example: str) -> None:
    """What a help line tells the user to write is accepted, and keeps its text."""
    schedule = parse(example)

    assert example == schedule.text


@pytest.mark.parametrize(
    ("text", "marked", "message"),
    [
        ("", "", "a schedule is missing"),
        ("every", "", "a duration is missing"),
        ("every day", "day", "`day` is not a duration"),
        ("every 0s", "0s", "`0s` is not a whole number of seconds"),
        ("every 1500ms", "1500ms", "`1500ms` is not a whole number of seconds"),
        ("hourly at 15", "15", "`15` is not a minute of the hour"),
        ("hourly at :60", ":60", "`:60` is not a minute of the hour"),
        ("daily 02:00", "02:00", "`02:00` stands where `at` belongs"),
        ("daily at 2:00", "2:00", "`2:00` is not a time of day"),
        ("daily at 24:00", "24:00", "`24:00` is not a time of day"),
        ("daily at 02:00 utc", "utc", "`utc` is left over"),
        ("weekly on sun,funday at 03:00", "funday", "`funday` is not a weekday"),
        ("weekly on sun,sun at 03:00", "sun", "`sun` is named twice"),
        ("monthly on 32 at 04:00", "32", "`32` is not a day of the month"),
        ("monthly on 0 at 04:00", "0", "`0` is not a day of the month"),
        ("dailly at 02:00", "dailly", "`dailly` begins no schedule"),
        ("cron: 0 2 * * 8", "8", "8 is outside 0 to 7, the day of the week"),
    ],
)
def test_a_fault_is_marked_where_it_stands(text: str, marked: str, message: str) -> None:
    """The offsets of an error cut the faulty words out of the text."""
    with pytest.raises(ScheduleError) as caught:
        parse(text)

    assert (marked, message) == (text[caught.value.start : caught.value.end], caught.value.message)


def test_a_near_miss_is_answered_with_the_form_that_was_meant() -> None:
    """A misspelt first word gets a "did you mean"."""
    with pytest.raises(ScheduleError) as caught:
        parse("dailly at 02:00")

    assert caught.value.help == "did you mean `daily at 02:00`?"


@given(st.text(alphabet="everydailyontcm: 0123456789*/-,at", max_size=40))
def test_any_text_is_a_schedule_or_a_schedule_error(text: str) -> None:
    """No text makes the reader fail in another way, and the offsets lie within it."""
    fault: ScheduleError | None = None
    try:
        read = parse(text).text
    except ScheduleError as error:
        fault, read = error, text

    assert text == read
    assert fault is None or 0 <= fault.start <= fault.end <= len(text)
