"""The collector: what the spec says of it becomes what the runtime reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runtime.contract.collector import Collector, Watched

if TYPE_CHECKING:
    from compiler.model.site import Site


def lower_collector(site: Site) -> Collector | None:
    """Given a site, return what is watched of its hosts; None where nothing is."""
    entry = site.stack.opsrun.collector
    if entry is None:
        return None
    return Collector(
        every_seconds=entry.every_seconds,
        keep_seconds=entry.keep_seconds,
        for_seconds=entry.for_seconds,
        disks=entry.disks,
        processes={
            name: Watched(name=one.name, pid_file=one.pid_file, at_least=one.at_least)
            for name, one in entry.processes.items()
        },
        thresholds=entry.thresholds,
    )
