"""What Kubernetes can say: names, keys of Secrets, and what a CronJob makes of a schedule.

A schedule and a zone become the two fields of a CronJob, or a refusal. Five fields in the dialect
of `robfig/cron` v3, which the controller reads them with: the day of the week is 0 to 6, 7 is
refused; days that are restricted both ways are either, also where a step follows the star; times
are those of `timeZone`. There is one expression for a CronJob.

Limits are those of the API server's validation (`k8s.io/kubernetes/pkg/apis`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from compiler.targets.crontab import five_fields
from compiler.targets.refusal import Refusal, nearest_interval
from compiler.targets.times import times_in
from runtime.contract.frozen import Frozen, frozen
from runtime.schedule import parse

if TYPE_CHECKING:
    from runtime.schedule import Schedule

CRON_JOB_LIMIT: Final = 52
"""Most characters of a CronJob's name: eleven more are put behind it for each Job."""
CONFIG_MAP_LIMIT: Final = 2**20
"""Most bytes of a ConfigMap's, or a Secret's, data."""
LEAST_START_DEADLINE_SECONDS: Final = 10
"""Start deadline below which a CronJob may never start: its controller looks every ten seconds."""

CREDENTIALS: Final = "/run/opsrun/credentials"
"""Where a pod has the credentials of its job, a file each."""
TEMPORARY: Final = "/tmp"  # noqa: S108  # the pod's own
"""Where a pod has temporary files, of its own."""

DELIVER: Final = "opsrun-deliver"
"""The CronJob that tells people, and the Secret of what it tells them through."""
ALERTMANAGER: Final = "alertmanager-opsc"
"""Secret of Alertmanager's configuration; what its resource names in `configSecret`."""
SECRETS: Final = "opsc-credentials"
"""Secret of what Alertmanager and scrape jobs show; what Alertmanager's resource has in `secrets`.
"""
ALERTMANAGER_SECRETS: Final = f"/etc/alertmanager/secrets/{SECRETS}"
"""Where the operator mounts that Secret."""

UTC_ZONE: Final = "Etc/UTC"
"""How a CronJob writes UTC: `UTC` alone may be missing from the controller's database."""


def object_name(*parts: str) -> str:
    """Given names of a spec, return the name of their object: an underscore becomes a hyphen.

    >>> object_name("opsrun", "tabular", "clean_up")
    'opsrun-tabular-clean-up'
    """
    return "-".join(parts).replace("_", "-")


def cron_job_name(service: str, job: str) -> str:
    """Given a service and a job of it, return the name of the job's objects."""
    return object_name("opsrun", service, job)


def secret_key(kind: str, place: str) -> str:
    """Given where a secret is kept, return the key of it in a Secret.

    It is the name of a credential or a variable; of a file its path, with dots for slashes.

    >>> secret_key("file", "/run/secrets/dsn")
    'run.secrets.dsn'
    """
    return place.strip("/").replace("/", ".") if kind == "file" else place


def is_secret_key(key: str) -> bool:
    """Return whether a Secret can have a key."""
    is_spelt = re.fullmatch(r"[-._a-zA-Z0-9]{1,253}", key) is not None
    return is_spelt and key != "." and not key.startswith("..")


@frozen
class CronJobSchedule(Frozen):
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
