"""Scrape jobs: their intervals and time limits resolved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compiler.lower.plan import Origin, ScrapePlan
from compiler.model.scrape import INTERVAL_SECONDS

if TYPE_CHECKING:
    from compiler.model.scrape import ScrapeJob
    from compiler.model.site import Site
    from compiler.model.stack import Prometheus

TIMEOUT_SECONDS: Final = 10
"""Prometheus' own time limit of a scrape, where nobody says another."""


def lower_scrapes(site: Site) -> tuple[ScrapePlan, ...]:
    """Given a site, return its scrape jobs in the order written."""
    server = site.stack.prometheus
    return tuple(
        _scrape(Origin(member.document, ("scrape", name)), name, entry, server)
        for member in site.members
        for name, entry in member.spec.scrape.items()
    )


def _scrape(origin: Origin, name: str, entry: ScrapeJob, server: Prometheus) -> ScrapePlan:
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
