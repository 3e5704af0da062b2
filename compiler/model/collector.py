"""``stack.opsrun.collector``: what the resident opsrun watches of its host."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Annotated, ClassVar

from compiler.model.types import Count, FilePath, Name, text_of
from runtime.contract.collector import Thresholds
from runtime.contract.entry import Entry, entry
from runtime.contract.units import PositiveSeconds, Seconds

ProcessName = Annotated[str, text_of(r"^[^/\s]+$", "tabular-api", max_length=64)]
"""The name of a process, as `ps -o comm` and `pgrep` show it: without folder and arguments."""


@entry
class Watched(Entry):
    """Processes of one kind, found by name or by pid."""

    exactly_one: ClassVar = (("name", "pid_file"),)

    name: ProcessName | None = None
    """Name of their program; all that bear it count together."""
    pid_file: FilePath | None = None
    """File in which the process writes its pid."""
    at_least: Count = 1
    """Number of them below which the host counts as degraded."""


@entry
class Collector(Entry):
    """What is measured of the hosts, how often, and how long that is remembered."""

    every_seconds: PositiveSeconds = 10
    """Time between two samples."""
    keep_seconds: PositiveSeconds = 3600
    """How long samples are kept in memory: at most the latest 1,000."""
    for_seconds: Seconds = 60
    """How long a threshold must be crossed until it counts."""
    disks: tuple[FilePath, ...] = ("/",)
    """Folders whose file systems are watched."""
    processes: Mapping[Name, Watched] = field(default_factory=dict)
    """Processes that are watched, by the name that metrics give them."""
    thresholds: Thresholds = field(default_factory=Thresholds)
    """From where on a host has too little left."""
