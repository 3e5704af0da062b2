"""The scrape of `opsrun serve`: where its hosts and its address are known, it follows from them.

A written scrape job that exposes `opsrun`, or bears the name, stands in its place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compiler.lower.plan import Origin
from compiler.lower.scrapes import lower_scrape
from compiler.model.scrape import Relabel, ScrapeJob

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from compiler.lower.plan import JobPlan, ScrapePlan
    from compiler.model.site import Site
    from runtime.contract.serve import Serve

NAME: Final = "opsrun-serve"
EXPOSES: Final = "opsrun"

OWN_ALONE: Final = Relabel(
    source_labels=("__name__",),
    regex="opsrun_(?:serve|host|process|collector)_.*",
    action="keep",
)
"""Leaves out what is told of jobs, which the node exporter brings: it would count twice."""


def hindrance(settings: Serve) -> str | None:
    """Given how it stands, return why Prometheus cannot ask it; None where it can."""
    if settings.is_local:
        return f"it listens on {settings.listen}, which nothing but its own host reaches"
    if _port(settings) == 0:
        return "it listens on a port that nobody knows before"
    if settings.tls is not None and settings.tls.client_ca is not None:
        return "it asks for a certificate, and nothing says where Prometheus has one"
    if settings.tls is not None:
        return "nothing says where Prometheus has the authority of its certificate"
    if settings.token is not None and settings.token.env is not None:
        return "its token is in the environment, where Prometheus cannot read it"
    return None


def served_groups(site: Site, jobs: Iterable[JobPlan]) -> Iterator[tuple[str, int]]:
    """Yield each group of hosts on which it starts jobs, with the 0-indexed document saying it."""
    served = {job.group for job in jobs if job.contract.served}
    for member in site.members:
        yield from ((name, member.document) for name in member.spec.hosts if name in served)


def scrapes_of_serve(scrapes: Iterable[ScrapePlan]) -> list[ScrapePlan]:
    """Return the scrape jobs that ask `opsrun serve`; one follows only where none is written."""
    return [one for one in scrapes if one.entry.exposes == EXPOSES or one.name == NAME]


def serve_scrape(
    site: Site, scrapes: Sequence[ScrapePlan], jobs: Sequence[JobPlan], *, is_told: bool
) -> ScrapePlan | None:
    """Given the written scrapes and all jobs, return the scrape job that follows from the hosts.

    None where it starts no job, is asked already, or cannot be asked. `is_told` says that what it
    tells of jobs is heard otherwise.
    """
    groups = [*served_groups(site, jobs)]
    settings = site.stack.opsrun.serve
    if not groups or scrapes_of_serve(scrapes) or hindrance(settings) is not None:
        return None
    names = sorted({host for job in jobs if job.contract.served for host in job.hosts})
    entry = ScrapeJob(
        description="The resident opsrun, and the hosts that it watches",
        targets=tuple(f"{_bracketed(name)}:{_port(settings)}" for name in names),
        exposes=EXPOSES,
        instance="host",
        metric_relabel=(OWN_ALONE,) if is_told else (),
        bearer=settings.token,
    )
    group, document = groups[0]
    return lower_scrape(Origin(document, ("hosts", group)), NAME, entry, site.stack.prometheus)


def _port(settings: Serve) -> int:
    return int(settings.listen.rpartition(":")[2])


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
