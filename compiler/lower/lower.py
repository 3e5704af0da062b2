"""The lowering: one site in, one plan out. What could not be read is left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.lower.alerts import lower_groups
from compiler.lower.channels import lower_channels
from compiler.lower.collector import lower_collector
from compiler.lower.dashboards.links import linked_groups, linked_slos
from compiler.lower.derived_alerts import with_derived
from compiler.lower.health import health_alerts, health_jobs
from compiler.lower.job_alerts import are_scraped, job_alerts
from compiler.lower.jobs import lower_jobs
from compiler.lower.plan import Origin, Plan, ServicePlan
from compiler.lower.routing import lower_routing
from compiler.lower.scrapes import lower_scrapes
from compiler.lower.serve_alerts import serve_alerts
from compiler.lower.serve_scrape import serve_scrape
from compiler.lower.slo.lower import lower_slos
from compiler.lower.stack import lower_stack
from compiler.lower.windows import lower_windows

if TYPE_CHECKING:
    from compiler.lower.dashboards.plan import DashboardPlan
    from compiler.lower.plan import GroupPlan
    from compiler.lower.slo.plan import SloPlan
    from compiler.model.site import Site


def lower(site: Site) -> Plan:
    """Given a site, return the plan of its environment."""
    teams = site.teams
    jobs, written = lower_jobs(site), lower_scrapes(site)
    every_job = (*jobs, *health_jobs(site))
    # Where nothing brings what opsrun says, alerts about it would never fire, or always.
    is_told = are_scraped(written, site.stack)
    resident = serve_scrape(site, written, every_job, is_told=is_told)
    scrapes = written if resident is None else (*written, resident)
    is_heard = is_told or (resident is not None and all(job.contract.served for job in every_job))
    derived = (*health_alerts(site), *job_alerts(site, jobs)) if is_heard else ()
    derived = (*derived, *serve_alerts(site, every_job, scrapes))
    groups = linked_groups(site, with_derived(site, lower_groups(site), derived))
    slos = linked_slos(site, lower_slos(site))
    return Plan(
        environment=site.environment,
        labels=dict(sorted(site.labels.items())),
        stack=lower_stack(site.stack),
        services={
            service.name: ServicePlan(
                origin=Origin(member.document, ("service",)),
                service=service,
                owner=teams.get(service.owner),
                metrics=member.spec.metrics,
            )
            for member, service in site.services
        },
        teams=teams,
        scrapes=scrapes,
        groups=groups,
        routing=lower_routing(site),
        jobs=every_job,
        channels=lower_channels(site),
        slos=slos,
        dashboards=_dashboards(site, groups, slos),
        windows=lower_windows(site),
        collector=lower_collector(site),
    )


def _dashboards(
    site: Site, groups: tuple[GroupPlan, ...], slos: tuple[SloPlan, ...]
) -> tuple[DashboardPlan, ...]:
    """Return the plans of the dashboards that a site says."""
    if not any(member.spec.dashboards for member in site.members):
        return ()
    # What makes them is loaded with the first: a check of other specs need not wait.
    from compiler.lower.dashboards.lower import lower_dashboards

    return lower_dashboards(site, groups, slos)
