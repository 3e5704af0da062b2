"""Parameters of ``health.check``: named checks of http endpoints and disks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from runtime.contract.entry import Entry, entry
from runtime.contract.units import PositiveSeconds, Ratio, Seconds, Whole


@entry
class HttpCheck(Entry):
    """An endpoint answers in time with the status and text that are expected."""

    url: str
    """Address asked with GET."""
    status: Whole = 200
    """Status that a healthy endpoint answers."""
    contains: str | None = None
    """Text that the body of a healthy answer holds."""
    slow_seconds: Seconds | None = None
    """Response time from which the endpoint counts as degraded."""


@entry
class DiskCheck(Entry):
    """A file system has space left."""

    path: str
    """Any path on the file system."""
    degraded_below_ratio: Ratio
    """Free share of the space under which the check is degraded."""
    unhealthy_below_ratio: Ratio
    """Free share of the space under which the check is unhealthy."""


@entry
class Check(Entry):
    """One check, of exactly one kind."""

    exactly_one: ClassVar = (("http", "disk"),)

    http: HttpCheck | None = None
    """Ask an http endpoint."""
    disk: DiskCheck | None = None
    """Look at free space."""
    timeout_seconds: PositiveSeconds = 5
    """Time after which the check counts as an error."""


@entry
class HealthCheck(Entry):
    """Checks by name; the worst of them is the job's result."""

    checks: Mapping[str, Check]
    """The checks."""
