"""Every target means the instants of the runtime's schedule, or refuses: over generated cases.

systemd is asked itself. Cron is cronsim, a reading of Debian's cron. No controller of Kubernetes
can be had here: its dialect, that of `robfig/cron` v3, is read by cronsim as far as the two agree,
after what robfig refuses or reads otherwise (7 for Sunday, a starred step of days) is ruled out.
A year is begun, the transitions of three are looked at closely, and left out by what a target
decides otherwise within a day of them: such schedules are findings of their own.
"""

from __future__ import annotations

import os
import random
import re
import subprocess
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import pytest
from cronsim import CronSim

from compiler.targets.cron import crontab_times
from compiler.targets.kubernetes import CronJobSchedule, cron_job_schedule
from compiler.targets.refusal import Refusal
from compiler.targets.systemd import on_calendar
from runtime.schedule import between, parse, turns

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ZONES: Final = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
)
START: Final = datetime(2026, 1, 1, tzinfo=UTC)
DAY: Final = timedelta(days=1)
SEED: Final = 20260301
MORE: Final = 20 if os.environ.get("HYPOTHESIS_PROFILE") == "fuzz" else 1
_INSTANT: Final = re.compile(
    r"(?:Next elapse|Iter\. #\d+|\(in UTC\)): \w{3} (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) UTC"
)


def schedules(count: int, seed: int) -> Iterator[tuple[str, str]]:
    """Yield texts of schedules, each with a zone."""
    chance = random.Random(seed)
    for _ in range(count):
        minute, hour, day = chance.randrange(60), chance.randrange(24), chance.randrange(1, 32)
        weekday = chance.choice(("mon", "tue,thu", "sat,sun", "sun"))
        fields = [
            chance.choice(("0", "*/15", "5,35", "10-50/20", str(minute))),
            chance.choice(("*", "*/6", "8-17", str(hour), f"{hour % 12},{hour % 12 + 12}")),
            chance.choice(("*", "*", "*/2", "1,15", str(day), "1-7")),
            chance.choice(("*", "*", "*/3", "2,11")),
            chance.choice(("*", "*", "*/2", "1-5", "0", "7", "fri")),
        ]
        text = chance.choice(
            (
                f"every {chance.choice((5, 7, 15, 45, 60, 90, 120, 360, 1440, 10080))}m",
                f"hourly at :{minute:02d}",
                f"daily at {hour:02d}:{minute:02d}",
                f"weekly on {weekday} at {hour:02d}:{minute:02d}",
                f"monthly on {day} at {hour:02d}:{minute:02d}",
                f"quarterly on {day} at {hour:02d}:{minute:02d}",
                f"cron: {' '.join(fields)}",
                f"cron: {' '.join(fields)}",
            )
        )
        yield text, chance.choice(ZONES)


def spans(zone: str, chance: random.Random) -> Iterator[tuple[datetime, datetime]]:
    """Yield spans within three years: some days of chance, and those beside the turns."""
    near = [turn.at for turn in turns(zone) if turn.at < START + 3 * 365 * DAY]
    for at in near:
        yield at - 3 * DAY, at - DAY
        yield at + DAY, at + 3 * DAY
    for _ in range(2 if near else 6):
        begin = START + timedelta(days=chance.randrange(3 * 365 - 40))
        # Not across a turn: what a target makes of it is looked at by the rules.
        if not any(begin - DAY < at < begin + 33 * DAY for at in near):
            yield begin, begin + 32 * DAY


def cron_instants(
    lines: Iterable[str], zone: str, start: datetime, end: datetime
) -> list[datetime]:
    """Return the instants of crontab lines by the clock of a zone."""
    found: set[datetime] = set()
    clock = ZoneInfo(zone)
    for line in lines:
        for due in CronSim(line, (start - timedelta(minutes=1)).astimezone(clock)):
            instant = due.astimezone(UTC)
            if instant >= end:
                break
            if instant >= start:
                found.add(instant)
    return sorted(found)


def disagreements(count: int, seed: int) -> list[str]:
    """Return what cron or a CronJob means otherwise than the runtime, over generated cases."""
    wrong: list[str] = []
    for text, zone in schedules(count, seed):
        schedule, chance = parse(text), random.Random(text)
        cron = crontab_times(schedule, zone, zone)
        in_utc = crontab_times(schedule, zone, "UTC")
        job = cron_job_schedule(schedule, zone)
        for start, end in spans(zone, chance):
            meant = list(between(schedule, start, end, zone))
            asked = [(cron, zone), (in_utc, "UTC")]
            if isinstance(job, CronJobSchedule):
                asked.append(((job.schedule,), job.time_zone))
            for lines, clock in asked:
                if isinstance(lines, Refusal) or not lines:
                    continue
                if cron_instants(lines, clock, start, end) != meant:
                    wrong.append(f"{text} in {zone}: {lines} by {clock} from {start}")
    return wrong


def elapses(expression: str, start: datetime, end: datetime, count: int) -> list[datetime]:
    """Return the instants of a calendar expression, as systemd-analyze tells them."""
    base = start - timedelta(seconds=1)
    argv = ["systemd-analyze", "calendar", f"--iterations={count}", f"--base-time={base:%F %T} UTC"]
    ended = subprocess.run(
        [*argv, expression], capture_output=True, text=True, check=True, env={"TZ": "UTC"}
    )
    found = {
        datetime.fromisoformat(at).replace(tzinfo=UTC) for at in _INSTANT.findall(ended.stdout)
    }
    return sorted(at for at in found if start <= at < end)


def timer_disagreements(count: int, seed: int) -> list[str]:
    """Return what a timer means otherwise, the hours of the turns themselves included."""
    wrong: list[str] = []
    for text, zone in schedules(count, seed):
        schedule = parse(text)
        expressions = on_calendar(schedule, zone)
        if isinstance(expressions, Refusal):
            continue
        near = [turn.at for turn in turns(zone)[:2]] or [START + 59 * DAY]
        for at in near:
            start, end = at - timedelta(hours=5), at + timedelta(hours=5)
            meant = list(between(schedule, start, end, zone))
            found = {
                due
                for expression in expressions
                for due in elapses(expression, start, end, len(meant) + 2)
            }
            if sorted(found) != meant:
                wrong.append(f"{text} in {zone}: {expressions} from {start}")
    return wrong


@pytest.mark.fuzz
def test_cron_and_cron_jobs_agree_or_refuse() -> None:
    """A seeded slice of generated schedules; `make fuzz` takes many more."""
    assert disagreements(60 * MORE, SEED) == []


@pytest.mark.e2e
@pytest.mark.fuzz
def test_timers_agree_or_refuse() -> None:
    """A seeded slice; a timer agrees at the turns of clocks too."""
    assert timer_disagreements(40 * MORE, SEED) == []
