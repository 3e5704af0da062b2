"""What a CronJob of Kubernetes can say: a schedule and a zone become its two fields, or a refusal.

Five fields in the dialect of `robfig/cron` v3, which the controller reads them with: the day of
the week is 0 to 6, 7 is refused; days that are restricted both ways are either, also where a step
follows the star; times are those of `timeZone`. There is one expression for a CronJob.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from compiler.targets.crontab import five_fields
from compiler.targets.refusal import Refusal, nearest_interval
from compiler.targets.times import times_in
from runtime.schedule import parse

if TYPE_CHECKING:
    from runtime.schedule import Schedule

UTC_ZONE: Final = "Etc/UTC"
"""How a CronJob writes UTC: `UTC` alone may be missing from the controller's database."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CronJobSchedule:
    """`spec.schedule` and `spec.timeZone` of a CronJob."""

    schedule: str
    time_zone: str


def cron_job_schedule(schedule: Schedule, zone: str = "UTC") -> CronJobSchedule | Refusal | None:
    """Given a schedule in a zone that is known, return the fields of its CronJob.

    None when the schedule is `manual`.
    """
    if schedule.form == "manual":
        return None
    found = _said(schedule, zone)
    if isinstance(found, Refusal) and schedule.every_seconds:
        return Refusal(reason=found.reason, help=_nearest(schedule.every_seconds))
    return found


def _said(schedule: Schedule, zone: str) -> CronJobSchedule | Refusal:
    shown = "UTC" if schedule.every_seconds else zone
    some = times_in(schedule, zone, shown)
    if isinstance(some, Refusal):
        return some
    if len(some) > 1:
        return Refusal(
            reason=f"it takes {len(some)} expressions, and a CronJob has one",
            help="choose an interval that divides an hour or a day",
        )
    fields = five_fields(some[0], has_starred_steps=False)
    if fields is None:
        return Refusal(
            reason="a CronJob takes a day that fits by its number or by its weekday, not by both",
            help="restrict the day of the month or the day of the week, not both",
        )
    return CronJobSchedule(schedule=fields, time_zone=UTC_ZONE if shown == "UTC" else shown)


def _nearest(seconds: int) -> str:
    return nearest_interval(
        seconds, lambda one: not isinstance(_said(parse(f"every {one}s"), "UTC"), Refusal)
    )
