"""Maintenance windows in words."""

from __future__ import annotations

import pytest

from compiler.emit.runbooks.times import in_words
from compiler.lower.windows import slots
from compiler.model.maintenance import Window
from tests.compiler.emit import routing_plans


@pytest.mark.parametrize(
    ("schedule", "hours", "expected"),
    [
        ("daily at 02:00", 1, "every day from 02:00 to 03:00 UTC"),
        (
            "weekly on mon,wed at 03:30",
            2,
            "on Mondays and Wednesdays from 03:30 to 05:30 UTC",
        ),
        (
            "weekly on sun at 23:00",
            2,
            "on Sundays from 23:00 to 24:00 UTC and on Mondays from 00:00 to 01:00 UTC",
        ),
        ("monthly on 1 at 04:00", 1, "on day 1 of every month from 04:00 to 05:00 UTC"),
        (
            "quarterly on 1 at 04:00",
            1,
            "on day 1 of January, April, July and October from 04:00 to 05:00 UTC",
        ),
    ],
)
def test_a_window_that_opens_again_and_again(schedule: str, hours: int, expected: str) -> None:
    """Days and times stand in one phrase, of which midnight makes two."""
    window = Window(schedule=schedule, lasts_seconds=hours * 3600)

    assert expected == in_words(routing_plans.window("w", *slots(window)))


def test_a_window_that_opens_once() -> None:
    """Its date is written as one."""
    window = Window(start="2027-03-01T02:00Z", lasts_seconds=5400)

    assert "on 2027-03-01 from 02:00 to 03:30 UTC" == in_words(
        routing_plans.window("w", *slots(window))
    )
