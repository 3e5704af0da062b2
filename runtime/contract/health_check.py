"""Parameters of ``health.check``: named checks of http endpoints and disks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from runtime.contract.entry import Entry
from runtime.contract.units import Ratio, Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpCheck(Entry):
    """An endpoint answers in time with the status and text that are expected."""

    url: str
    """Address asked with GET."""
    status: int = 200
    """Status that a healthy endpoint answers."""
    contains: str | None = None
    """Text that the body of a healthy answer holds."""
    slow_seconds: Seconds | None = None
    """Response time from which the endpoint counts as degraded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskCheck(Entry):
    """A file system has space left."""

    path: str
    """Any path on the file system."""
    degraded_below_ratio: Ratio
    """Free share of the space under which the check is degraded."""
    unhealthy_below_ratio: Ratio
    """Free share of the space under which the check is unhealthy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check(Entry):
    """One check, of exactly one kind."""

    exactly_one: ClassVar = (("http", "disk"),)

    http: HttpCheck | None = None
    """Ask an http endpoint."""
    disk: DiskCheck | None = None
    """Look at free space."""
    timeout_seconds: Seconds = 5
    """Time after which the check counts as an error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthCheck(Entry):
    """Checks by name; the worst of them is the job's result."""

    checks: Mapping[str, Check]
    """The checks."""
