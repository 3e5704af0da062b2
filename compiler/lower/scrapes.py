"""Scrape jobs: their intervals and time limits resolved, and how targets come by their labels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compiler.lower.plan import Origin, ScrapePlan
from compiler.model.scrape import INTERVAL_SECONDS, Relabel

if TYPE_CHECKING:
    from compiler.model.scrape import ScrapeJob
    from compiler.model.site import Site
    from compiler.model.stack import Prometheus

TIMEOUT_SECONDS: Final = 10
"""Prometheus' own time limit of a scrape, where nobody says another."""

HOST_RELABELLING: Final = Relabel(
    source_labels=("__address__",),
    regex=r"(?:\[(.+)\]|([^:]+)):\d+",
    target_label="instance",
    replacement="$1$2",
)
"""Makes `instance` of the host alone: ``node1:9100`` becomes ``node1``, ``[::1]:9100`` ``::1``."""


def lower_scrapes(site: Site) -> tuple[ScrapePlan, ...]:
    """Given a site, return its scrape jobs in the order written."""
    server = site.stack.prometheus
    return tuple(
        lower_scrape(Origin(member.document, ("scrape", name)), name, entry, server)
        for member in site.members
        for name, entry in member.spec.scrape.items()
    )


def lower_scrape(origin: Origin, name: str, entry: ScrapeJob, server: Prometheus) -> ScrapePlan:
    """Given a scrape job and who says it, return it with its interval and time limit."""
    interval = entry.interval_seconds
    if interval is None:
        default = server.scrape_interval_seconds
        interval = INTERVAL_SECONDS[entry.category] if entry.category else default
    timeout = entry.timeout_seconds or server.scrape_timeout_seconds
    return ScrapePlan(
        origin=origin,
        name=name,
        entry=entry,
        interval_seconds=interval,
        timeout_seconds=min(TIMEOUT_SECONDS, interval) if timeout is None else timeout,
    )


def relabelling(entry: ScrapeJob) -> tuple[Relabel, ...]:
    """Given a scrape job, return the steps that make a target's labels; its own come last."""
    steps: list[Relabel] = []
    if entry.discovery is not None:
        # Only listed targets can carry labels: discovered ones get theirs here.
        steps.extend(
            Relabel(target_label=name, replacement=value.replace("$", "$$"))
            for name, value in entry.labels.items()
        )
    if entry.instance == "host":
        steps.append(HOST_RELABELLING)
    return (*steps, *entry.relabel)
