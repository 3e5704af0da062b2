"""OnCalendar expressions elapse at the instants of the runtime's schedule, as systemd sees it."""

from __future__ import annotations

import re
import subprocess
from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest

from compiler.targets.refusal import Refusal
from compiler.targets.systemd import on_calendar
from runtime.schedule import between, parse

BASE = datetime(2026, 12, 30, 22, 7, 11, tzinfo=UTC)
INSTANT = re.compile(r"(?:Next elapse|Iter\. #\d+): \w{3} (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) UTC")

SCHEDULES = [
    "every 1s",
    "every 15s",
    "every 45s",
    "every 90s",
    "every 1m",
    "every 5m",
    "every 40m",
    "every 90m",
    "every 1h",
    "every 6h",
    "every 7h",
    "every 14h",
    "every 1d",
    "every 7d",
    "hourly at :00",
    "hourly at :15",
    "daily at 02:00",
    "weekly on sun at 03:00",
    "weekly on mon,wed,sat at 23:59",
    "monthly on 31 at 04:00",
    "quarterly on 1 at 04:00",
    "cron: */15 8-17 * * mon-fri",
    "cron: 0 0 1,15 * sun",
    "cron: 7 3 1-7 */2 1",
    "cron: 30 4 29 2 *",
    "cron: 0,13 5 * * 0,6",
]


def _elapses(expression: str, count: int) -> list[datetime]:
    """Return the next instants of an expression, as systemd-analyze tells them."""
    argv = ["systemd-analyze", "calendar", f"--iterations={count}", f"--base-time={BASE:%F %T} UTC"]
    ended = subprocess.run(
        [*argv, expression], capture_output=True, text=True, check=True, env={"TZ": "UTC"}
    )
    found = INSTANT.findall(ended.stdout)
    return [datetime.fromisoformat(instant).replace(tzinfo=UTC) for instant in found]


@pytest.mark.e2e
@pytest.mark.parametrize("text", SCHEDULES)
def test_a_timer_means_the_instants_of_the_runtime(text: str) -> None:
    """The first instants after one point in time are the same on both sides."""
    schedule = parse(text)
    expressions = on_calendar(schedule)
    assert not isinstance(expressions, Refusal)
    elapsing = [_elapses(expression, 12) for expression in expressions]
    # Beyond the last instant of any one expression, the list is not complete.
    end = min(instants[-1] for instants in elapsing)
    found = sorted({instant for instants in elapsing for instant in instants if instant <= end})
    after = between(schedule, BASE + timedelta(seconds=1), end + timedelta(seconds=1))

    assert found == list(islice(after, len(found) + 1))


def test_what_is_run_by_hand_has_no_expression() -> None:
    """A manual schedule has no instants."""
    assert on_calendar(parse("manual")) == ()


@pytest.mark.parametrize("text", ["every 50h", "every 2d", "every 11m", "every 7s"])
def test_an_interval_that_no_calendar_repeats_is_refused(text: str) -> None:
    """Intervals that drift against the day and the week are refused, with a way out."""
    refusal = on_calendar(parse(text))

    assert isinstance(refusal, Refusal)
    assert refusal.help.startswith("choose an interval")


def test_an_interval_that_takes_a_page_of_expressions_is_refused() -> None:
    """A timer stays readable."""
    refusal = on_calendar(parse("every 27s"))

    assert isinstance(refusal, Refusal)
    assert "calendar expressions" in refusal.reason
