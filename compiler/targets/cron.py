"""What Debian's cron can say: a schedule becomes the times of crontab lines, or a refusal.

The daemon reads times by the clock of its host: it has no ``CRON_TZ``, so that the zone of the
host must be said. Lines add up. A line whose hour is a star goes on through a turn of the clock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compiler.targets.crontab import five_fields
from compiler.targets.refusal import Refusal, nearest_interval
from compiler.targets.times import times_in
from runtime.schedule import parse

if TYPE_CHECKING:
    from runtime.schedule import Schedule

LIMIT: Final = 24
"""Most lines that one job gets: more, and nobody can read them."""


def crontab_times(schedule: Schedule, zone: str, host_zone: str) -> tuple[str, ...] | Refusal:
    """Given a schedule in a zone, return the five fields of its lines on a host of a zone.

    Both zones are known. `manual` has no lines.
    """
    found = _lines(schedule, zone, host_zone)
    if isinstance(found, Refusal) and schedule.every_seconds:
        # In its own words where the interval is at fault, and not the zone.
        return Refusal(reason=found.reason, help=_nearest(schedule.every_seconds, host_zone))
    return found


def _lines(schedule: Schedule, zone: str, host_zone: str) -> tuple[str, ...] | Refusal:
    some = times_in(schedule, zone, host_zone)
    if isinstance(some, Refusal):
        return some
    lines = [five_fields(times, has_starred_steps=True) for times in some]
    if None in lines:
        return Refusal(
            reason="cron takes a day that fits by its number or by its weekday, not by both",
            help="restrict the day of the month or the day of the week, not both",
        )
    if len(lines) > LIMIT:
        return Refusal(
            reason=f"it takes {len(lines)} lines, more than {LIMIT}",
            help="choose an interval that divides an hour or a day",
        )
    return tuple(sorted(line for line in lines if line is not None))


def _nearest(seconds: int, host_zone: str) -> str:
    return nearest_interval(
        seconds,
        lambda one: not isinstance(_lines(parse(f"every {one}s"), "UTC", host_zone), Refusal),
    )


def crontab_name(service: str, group: str | None) -> str:
    """Given a service and a host group, or None, return what their crontab is called.

    cron reads no file whose name has a dot, and no name of ours has two dashes in a row.
    """
    return f"{service}--{group}" if group else service


def command(text: str) -> str:
    """Given a command, return it as a crontab's line has it, where ``%`` is a line's end."""
    return text.replace("%", "\\%")
