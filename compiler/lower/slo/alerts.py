"""The alerts of an SLO: page, ticket, missing data, guard, and the steps of its budget policy.

Annotations are templates of Prometheus; what the spec says in plain words is escaped in them.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from compiler.lower.alerts import dashboard_url, severity_of
from compiler.lower.derived_alerts import alert_name
from compiler.lower.slo.burn import branches_of
from compiler.lower.slo.names import SLOTH
from compiler.lower.slo.plan import SloAlert
from runtime.contract.units import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from decimal import Decimal

    from compiler.lower.slo.names import Names
    from compiler.lower.slo.plan import AlertKind, Sli
    from compiler.model.service import Service
    from compiler.model.site import Site
    from compiler.model.slos import BurnAlert, Slo, WatchAlert

URGENCY = {"page": "critical", "ticket": "warning"}
"""Severity of a page and of a ticket that say none."""


class AlertsOf:
    """Makes the alerts of one SLO; all of them share labels, and most annotations."""

    def __init__(self, site: Site, service: Service, name: str, entry: Slo, names: Names) -> None:
        self.site = site
        self.service = service
        self.name = name
        self.entry = entry
        self.whole_title = literal(f"{service.title}: {title_of(name, entry)}")
        self.labels: Mapping[str, str] = {
            **entry.labels,
            **entry.alerts.labels,
            "owner": entry.owner or service.owner,
            "service": service.name,
            names.id: f"{service.name}-{name}",
            names.service: service.name,
            names.slo: name,
        }
        self.severity_label = names.severity
        self.is_sloth = names is SLOTH
        links = service.links
        page = f"/slo-{service.name}-{name}"
        runbook = links.runbooks.rstrip("/") + page if links.runbooks else None
        self.annotations: Mapping[str, str | None] = {
            "dashboard_url": dashboard_url(links.dashboards, entry.dashboard),
            "impact": entry.impact,
            "runbook_url": entry.runbook or runbook,
        }

    def all(self, sli: Sli) -> Iterator[SloAlert]:
        """Given how events are counted, yield the alerts."""
        alerts = self.entry.alerts
        yield from self._burns("page", alerts.page)
        yield from self._burns("ticket", alerts.ticket)
        if self.entry.composite is None:
            # A composite has no events while nothing happens to its parts, which watch their own.
            yield from self._watches(
                "no_data",
                alerts.no_data,
                "no data",
                summary=f"No data for {self.whole_title}",
                description="Its events are not counted any more, so that neither page nor ticket"
                " can be sent.",
            )
        if not sli.is_bounded:
            yield from self._watches(
                "guard",
                alerts.guard,
                "guard",
                summary=f"{self.whole_title} is counted wrongly",
                description="More events are good or bad than there are: the share of bad ones is"
                " {{ $value | humanizePercentage }}.",
            )
        yield from self._steps()

    def _burns(self, kind: AlertKind, said: BurnAlert) -> Iterator[SloAlert]:
        if said.disabled or kind not in ("page", "ticket"):
            return
        severity = severity_of(self.site, said.severity or URGENCY[kind])
        if severity is None:
            return
        entry = self.entry
        window = format_duration(entry.window_seconds)
        values = "".join(f" of {label} {{{{ $labels.{label} }}}}" for label in entry.by)
        own = {
            "summary": f"{self.whole_title} burns its error budget too fast",
            "description": f"{{{{ $value | humanizePercentage }}}} of the latest events{values} are"
            f" bad. Promised are {percentage(entry.objective_ratio)}% good ones in {window}.",
            **({"title": self._title(kind)} if self.is_sloth else {}),
            **entry.alerts.annotations,
            **said.annotations,
        }
        yield self._alert(
            kind,
            name=said.name or alert_name(self.service, self.name, kind),
            severity=severity,
            for_seconds=said.for_seconds,
            keep_firing_for_seconds=said.keep_firing_for_seconds,
            labels={**said.labels, self.severity_label: kind},
            annotations=own,
            branches=branches_of(kind, said, entry.window_seconds),
        )

    def _watches(
        self, kind: AlertKind, said: WatchAlert, words: str, **annotations: str
    ) -> Iterator[SloAlert]:
        severity = severity_of(self.site, said.severity)
        if said.disabled or severity is None:
            return
        yield self._alert(
            kind,
            name=alert_name(self.service, self.name, *words.split()),
            severity=severity,
            for_seconds=said.for_seconds,
            labels={},
            annotations=annotations,
        )

    def _steps(self) -> Iterator[SloAlert]:
        for name, step in self.entry.budget.items():
            severity = severity_of(self.site, step.severity)
            if severity is None:
                continue
            left = (
                f"less than {percentage(step.remaining_ratio)}%"
                if step.remaining_ratio
                else "nothing"
            )
            yield self._alert(
                "budget",
                key=name,
                name=alert_name(self.service, self.name, "budget", name),
                severity=severity,
                for_seconds=step.for_seconds,
                labels={},
                annotations={
                    "summary": f"{self.whole_title}: {left} of the error budget is left",
                    "description": literal(step.action),
                },
                remaining=step.remaining_ratio,
            )

    def _title(self, kind: str) -> str:
        """Return the annotation that Sloth's alerts have besides."""
        return f"({kind}) {self.whole_title} burns its error budget too fast"

    def _alert(
        self,
        kind: AlertKind,
        *,
        labels: Mapping[str, str],
        annotations: Mapping[str, str],
        severity: Any,
        key: str | None = None,
        **said: Any,
    ) -> SloAlert:
        merged = {**self.labels, **labels, "severity": severity}
        if self.is_sloth:
            # Sloth sets none of `owner`, `service`, `severity`: what routes by them goes on.
            merged.update({**self.entry.labels, **self.entry.alerts.labels, **labels})
        texts = {**self.annotations, **annotations}
        return SloAlert(
            kind=kind,
            key=key or kind,
            severity=severity,
            labels=dict(sorted(merged.items())),
            annotations=dict(
                sorted((key, text) for key, text in texts.items() if text is not None)
            ),
            **said,
        )


def title_of(name: str, entry: Slo) -> str:
    """Given an SLO's key and what it says, return its name for people."""
    return entry.title or name.replace("-", " ").replace("_", " ").capitalize()


@lru_cache(maxsize=1024)
def percentage(ratio: Decimal) -> str:
    """Given an exact share, return it in per cent without the sign: ``99.9``."""
    text = format(ratio * 100, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def literal(text: str) -> str:
    """Given plain words, return the template of Prometheus that says them."""
    return text.replace("{{", '{{ "{{" }}')
