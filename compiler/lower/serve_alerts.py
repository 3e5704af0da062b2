"""Alerts that follow from `opsrun serve`: it is down, it starts nothing, its host is in trouble.

They are made for each service whose jobs it starts, where a scrape job asks it: nobody else can say
that a scheduler is gone. Those of the host are the thresholds of the collector, which the host has
already held against time.
"""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from compiler.lower.derived_alerts import DerivedAlert, alert_name, derived_alert
from compiler.lower.plan import Origin
from compiler.lower.serve_scrape import NAME, scrapes_of_serve, served_groups
from runtime.contract.frozen import Frozen, frozen
from runtime.contract.units import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from compiler.lower.plan import AlertPlan, JobPlan, ScrapePlan, Severity
    from compiler.model.collector import Collector
    from compiler.model.service import Service
    from compiler.model.site import Site
    from runtime.contract.collector import Limit

GROUP: Final = "serve"
"""Name of the alerts' group."""

DOWN_SECONDS: Final = 180
"""How long it may give no answer: longer than a restart."""
SILENT_SECONDS: Final = 60
"""How long the scheduler may not look around, which it does each second."""
SETTLING_SECONDS: Final = 60
"""How long a bad value must stand."""
LEAST_UNSEEN_SECONDS: Final = 120
MISSED_SAMPLES: Final = 5
"""Samples of the host that may be missing until somebody is told."""

SEE: Final = "See how it stands: `systemctl status opsrun-serve`"
READ: Final = "Read what it said: `journalctl -u opsrun-serve -n 100`"
PAGE: Final = "Look at the page of the host: `/status` of opsrun serve, or `opsrun status`"


def serve_alerts(
    site: Site, jobs: Sequence[JobPlan], scrapes: Sequence[ScrapePlan]
) -> Iterator[AlertPlan]:
    """Given a site, its jobs and all scrapes, yield the alerts; none where nothing asks it."""
    asking = scrapes_of_serve(scrapes)
    groups = [*served_groups(site, jobs)]
    if not asking or not groups:
        return
    # Only a scrape job that follows from the hosts is known to name them so.
    names_hosts = all(one.origin.path[0] == "hosts" for one in asking)
    names = sorted(one.name for one in asking)
    everywhere = {host for job in jobs if job.contract.served for host in job.hosts}
    for member, service in site.services:
        own = [job for job in jobs if job.service == service.name and job.contract.served]
        if not own:
            continue
        hosts = {host for job in own for host in job.hosts}
        is_narrow = names_hosts and hosts != everywhere
        used = {job.group for job in own}
        group, document = next(each for each in groups if each[0] in used)
        said = _Resident(
            origin=Origin(document, ("hosts", group)),
            service=service,
            selector=_selector(names, sorted(hosts) if is_narrow else []),
        )
        for derived in said.alerts(site.stack.opsrun.collector):
            plan = derived_alert(site, member, service, derived)
            if plan is not None:
                yield plan


def _selector(jobs: Sequence[str], hosts: Sequence[str]) -> str:
    """Return matchers of series, as a query writes them: which scrape jobs, and which hosts."""
    matchers = [_matcher("job", jobs)]
    if hosts:
        # A dot in a host's name stands for itself; a query's string doubles the backslash.
        matchers.append(_matcher("instance", [host.replace(".", r"\\.") for host in hosts]))
    return ",".join(matchers)


def _matcher(label: str, values: Sequence[str]) -> str:
    is_plain = len(values) == 1 and "\\" not in values[0]
    return f'{label}{"=" if is_plain else "=~"}"{"|".join(values)}"'


@frozen
class _Resident(Frozen):
    """The resident process of the hosts of one service; `selector` has matchers of its series."""

    origin: Origin
    service: Service
    selector: str

    def alerts(self, collector: Collector | None) -> Iterator[DerivedAlert]:
        """Yield what is said of it, and of its hosts where these are watched."""
        yield self._down()
        yield self._stalled()
        if collector is None:
            return
        yield self._unseen(collector)
        limits: list[Limit] = [
            getattr(collector.thresholds, part.name) for part in fields(collector.thresholds)
        ]
        if any(limit.unhealthy_ratio is not None for limit in limits):
            yield self._host("unhealthy", "critical", "Jobs and the service fail, or soon will")
        if collector.processes or any(limit.degraded_ratio is not None for limit in limits):
            yield self._host("degraded", "warning", "Jobs and the service may be slow, or fail")

    def _down(self) -> DerivedAlert:
        return DerivedAlert(
            origin=self.origin,
            name=alert_name(self.service, NAME, "down"),
            group=GROUP,
            query=f"min by (instance) (up{{{self.selector}}})",
            operator="equals",
            threshold=Decimal(0),
            for_seconds=DOWN_SECONDS,
            severity="critical",
            summary="opsrun serve gives no answer on {{ $labels.instance }}",
            description="Prometheus has had no answer of `opsrun serve` for"
            f" {format_duration(DOWN_SECONDS)}: it does not run, or refuses to be asked",
            impact=f"No job of {self.service.title} starts there, and no alert is taken",
            steps=(SEE, READ),
            queries={"When it answered": f"up{{{self.selector}}}"},
        )

    def _stalled(self) -> DerivedAlert:
        return DerivedAlert(
            origin=self.origin,
            name=alert_name(self.service, NAME, "stalled"),
            group=GROUP,
            query=f"max by (instance) (opsrun_serve_silent_seconds{{{self.selector}}})",
            threshold=Decimal(SILENT_SECONDS),
            text=format_duration(SILENT_SECONDS),
            unit="seconds",
            for_seconds=SETTLING_SECONDS,
            severity="critical",
            summary="opsrun serve starts nothing on {{ $labels.instance }}",
            description="Its scheduler last looked around {{ $value | humanizeDuration }} ago",
            impact=f"No job of {self.service.title} starts there",
            steps=(SEE, READ, "Start it again: `systemctl restart opsrun-serve`"),
            queries={"What waits": f"opsrun_serve_queued{{{self.selector}}}"},
        )

    def _unseen(self, collector: Collector) -> DerivedAlert:
        latest = f"opsrun_collector_last_sample_timestamp_seconds{{{self.selector}}}"
        allowed = max(LEAST_UNSEEN_SECONDS, MISSED_SAMPLES * collector.every_seconds)
        return DerivedAlert(
            origin=self.origin,
            name=alert_name(self.service, "opsrun-host", "unseen"),
            group=GROUP,
            query=f"time() - max by (instance) ({latest})",
            threshold=Decimal(str(allowed)),
            text=format_duration(allowed),
            unit="seconds",
            for_seconds=SETTLING_SECONDS,
            severity="warning",
            summary="Nobody sees how {{ $labels.instance }} is",
            description="The collector of `opsrun serve` took its last sample"
            " {{ $value | humanizeDuration }} ago: a file system may hang",
            impact="When the host has too little left, nobody is told",
            steps=("See whether a file system hangs: `df`", READ),
            queries={
                "What it could not have": f"opsrun_collector_failures_total{{{self.selector}}}"
            },
        )

    def _host(self, status: str, severity: Severity, impact: str) -> DerivedAlert:
        found = f'opsrun_host_status{{{self.selector},status="{status}"}}'
        return DerivedAlert(
            origin=self.origin,
            name=alert_name(self.service, "opsrun-host", status),
            group=GROUP,
            query=f"max by (instance, measure) ({found})",
            operator="equals",
            threshold=Decimal(1),
            unit="boolean",
            for_seconds=SETTLING_SECONDS,
            severity=severity,
            summary=f"{{{{ $labels.measure }}}} of {{{{ $labels.instance }}}} is {status}",
            description=f"It has been over its threshold `{status}` of `stack.opsrun.collector` for"
            " as long as that says",
            impact=impact,
            steps=(PAGE,),
            queries={"How it was": f"opsrun_host_status{{{self.selector}}} == 1"},
        )
