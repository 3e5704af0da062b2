"""Which maintenance window is open."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from runtime.contract.plan import Window
from runtime.windows import open_window

NIGHT = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)
"""A Sunday, at three."""
WEEKLY = Window(name="weekly", schedule="weekly on sun at 03:00", lasts_seconds=3600)


@pytest.mark.parametrize(
    ("after", "expected"),
    [(-1, None), (0, "weekly"), (3599, "weekly"), (3600, None), (7 * 86_400, "weekly")],
)
def test_a_window_is_open_from_its_instant_until_it_has_lasted(
    after: float, expected: str | None
) -> None:
    """The first instant belongs to it, the last one does not; a week later it opens again."""
    found = open_window([WEEKLY], "tabular", NIGHT + timedelta(seconds=after))

    assert expected == (None if found is None else found.name)


def test_a_window_opens_by_the_clock_of_its_zone() -> None:
    """Three o'clock in Berlin is two in UTC, in winter."""
    berlin = Window(
        name="b", schedule="daily at 03:00", time_zone="Europe/Berlin", lasts_seconds=60
    )

    assert open_window([berlin], "tabular", NIGHT - timedelta(hours=1)) is berlin
    assert open_window([berlin], "tabular", NIGHT) is None


def test_a_single_window_and_another_services_window() -> None:
    """Once is once; what is another service's is not meant."""
    once = Window(name="once", start="2026-03-01T03:00Z", lasts_seconds=60, service="other")

    assert open_window([once], "other", NIGHT) is once
    assert open_window([once], "tabular", NIGHT) is None
    assert open_window([once], "other", NIGHT + timedelta(days=7)) is None
