"""What the resident `opsrun` watches of its host, and from where on that is too much."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from decimal import Decimal
from typing import ClassVar, Final

from runtime.contract.entry import Entry, entry
from runtime.contract.units import PositiveSeconds, Seconds, Share, Whole

SAMPLES_LIMIT: Final = 1_000
"""Most samples that are kept at one time, however long they are to be kept."""


@entry
class Limit(Entry):
    """From where on a share in use is too much; none means never."""

    degraded_ratio: Share | None = None
    """Share in use from which the host counts as degraded."""
    unhealthy_ratio: Share | None = None
    """Share in use from which the host counts as unhealthy."""


def busy() -> Limit:
    """Return from where on processors are too busy, where nothing else is said."""
    return Limit(degraded_ratio=Decimal("0.8"))


def full() -> Limit:
    """Return from where on memory is too full, where nothing else is said."""
    return Limit(degraded_ratio=Decimal("0.85"))


@entry
class Thresholds(Entry):
    """From where on the host has too little left."""

    cpu: Limit = field(default_factory=busy)
    """Time of all processors; degraded from 80% where nothing is said."""
    memory: Limit = field(default_factory=full)
    """Memory that could not be had without swapping; degraded from 85% where nothing is said."""
    swap: Limit = field(default_factory=Limit)
    """Swap space."""
    disk: Limit = field(default_factory=Limit)
    """Space of each file system that is watched."""
    inodes: Limit = field(default_factory=Limit)
    """Inodes of each file system that is watched."""


@entry
class Watched(Entry):
    """Processes of one kind, found by name or by pid."""

    exactly_one: ClassVar = (("name", "pid_file"),)

    name: str | None = None
    """Name of their program; all that bear it count together."""
    pid_file: str | None = None
    """File in which the process writes its pid."""
    at_least: Whole = 1
    """Number of them below which the host counts as degraded."""


@entry
class Collector(Entry):
    """What is measured of the host, how often, and how long that is remembered."""

    every_seconds: PositiveSeconds = 10
    """Time between two samples."""
    keep_seconds: PositiveSeconds = 3600
    """How long samples are kept in memory: at most the latest 1,000."""
    for_seconds: Seconds = 60
    """How long a threshold must be crossed until it counts."""
    disks: tuple[str, ...] = ("/",)
    """Folders whose file systems are watched."""
    processes: Mapping[str, Watched] = field(default_factory=dict)
    """Processes that are watched, by the name that metrics give them."""
    thresholds: Thresholds = field(default_factory=Thresholds)
    """From where on the host has too little left."""
