"""The alerts of an SLO: page, ticket, missing data, guard, and the steps of its budget policy.

Annotations are templates of Prometheus; what the spec says in plain words is escaped in them.
"""

from __future__ import annotations

from functools import cache, lru_cache, partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from compiler.lower.alerts import dashboard_url, severity_of
from compiler.lower.derived_alerts import alert_name, camel_case
from compiler.lower.slo.burn import branches_of, burn_alerts
from compiler.lower.slo.names import SLOTH
from compiler.lower.slo.plan import SloAlert
from compiler.model.slos import BudgetStep, BurnAlert
from runtime.contract.units import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from decimal import Decimal

    from compiler.lower.plan import Severity
    from compiler.lower.slo.plan import AlertKind, SloPlan
    from compiler.model.service import Service
    from compiler.model.site import Site
    from compiler.model.slos import Slo, WatchAlert

URGENCY = {"page": "critical", "ticket": "warning"}
"""Severity of a page and of a ticket that say none."""


class _Outline(NamedTuple):
    """An alert without what it says; `suffix` ends its name where it has none of its `own`."""

    kind: AlertKind
    key: str
    own: str | None
    suffix: str
    severity: Severity
    said: BurnAlert | WatchAlert | BudgetStep

    def name(self, head: str) -> str:
        """Given how the names of an SLO's alerts begin, return this one's."""
        return self.own or head + self.suffix


class ServiceAlerts:
    """Makes the alerts of one service's SLOs."""

    def __init__(self, site: Site, service: Service) -> None:
        self._service = service
        self._severity_of = cache(partial(severity_of, site))
        # What is said stays here beside its outlines, so that its identity stays its own.
        self._outlined: dict[tuple[int, bool, bool], tuple[object, tuple[_Outline, ...]]] = {}

    def names(self, slo: SloPlan) -> tuple[str, ...]:
        """Given an SLO, return the names of its alerts."""
        head = alert_name(self._service, slo.name)
        return tuple([each.name(head) for each in self._outlines(slo)])

    def alerts(self, slo: SloPlan) -> tuple[SloAlert, ...]:
        """Given an SLO, return its alerts."""
        alerts = _Alerts(self._service, slo)
        return tuple(alerts.alert(outline) for outline in self._outlines(slo))

    def _outlines(self, slo: SloPlan) -> tuple[_Outline, ...]:
        entry = slo.entry
        # Thousands of SLOs say the same of their alerts.
        policy = (id(entry.alerts), entry.composite is None, slo.sli.is_bounded)
        known = self._outlined.get(policy)
        if known is None:
            known = self._outlined[policy] = (entry.alerts, tuple(self._of_policy(slo)))
        return (*known[1], *self._steps(entry)) if entry.budget else known[1]

    def _of_policy(self, slo: SloPlan) -> Iterator[_Outline]:
        entry = slo.entry
        for kind, burn in burn_alerts(entry):
            severity = self._severity_of(burn.severity or URGENCY[kind])
            if not burn.disabled and severity is not None:
                yield _Outline(kind, kind, burn.name, camel_case(kind), severity, burn)
        # A composite has no events while nothing happens to its parts, which watch their own.
        if entry.composite is None:
            yield from self._watch("no_data", entry.alerts.no_data)
        if not slo.sli.is_bounded:
            yield from self._watch("guard", entry.alerts.guard)

    def _watch(self, kind: AlertKind, said: WatchAlert) -> Iterator[_Outline]:
        severity = self._severity_of(said.severity)
        if not said.disabled and severity is not None:
            yield _Outline(kind, kind, None, camel_case(kind), severity, said)

    def _steps(self, entry: Slo) -> Iterator[_Outline]:
        for key, step in entry.budget.items():
            severity = self._severity_of(step.severity)
            if severity is not None:
                suffix = "Budget" + camel_case(key)
                yield _Outline("budget", key, None, suffix, severity, step)


class _Alerts:
    """Makes the alerts of one SLO; all of them share labels, and most annotations."""

    def __init__(self, service: Service, slo: SloPlan) -> None:
        self.slo = slo
        self.entry = slo.entry
        self.head = alert_name(service, slo.name)
        names, entry, links = slo.names, slo.entry, service.links
        self.whole_title = literal(f"{service.title}: {slo.title}")
        self.labels: Mapping[str, str] = {
            **entry.labels,
            **entry.alerts.labels,
            "owner": slo.owner,
            "service": service.name,
            names.id: slo.id,
            names.service: service.name,
            names.slo: slo.name,
        }
        self.is_sloth = names is SLOTH
        page = f"/slo-{slo.id}"
        runbook = links.runbooks.rstrip("/") + page if links.runbooks else None
        self.annotations: Mapping[str, str | None] = {
            "dashboard_url": dashboard_url(links.dashboards, entry.dashboard),
            "impact": entry.impact,
            "runbook_url": entry.runbook or runbook,
        }

    def alert(self, outline: _Outline) -> SloAlert:
        """Given what an alert is, return it with what it says."""
        said = outline.said
        if isinstance(said, BurnAlert):
            return self._burn(outline, said)
        if isinstance(said, BudgetStep):
            return self._step(outline, said)
        return self._watch(outline, said)

    def _burn(self, outline: _Outline, said: BurnAlert) -> SloAlert:
        entry, kind = self.entry, outline.kind
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
        return self._alert(
            outline,
            for_seconds=said.for_seconds,
            keep_firing_for_seconds=said.keep_firing_for_seconds,
            labels={**said.labels, self.slo.names.severity: kind},
            annotations=own,
            branches=branches_of(
                "page" if kind == "page" else "ticket", said, entry.window_seconds
            ),
        )

    def _watch(self, outline: _Outline, said: WatchAlert) -> SloAlert:
        if outline.kind == "no_data":
            summary = f"No data for {self.whole_title}"
            description = (
                "Its events are not counted any more, so that neither page nor ticket can be sent."
            )
        else:
            summary = f"{self.whole_title} is counted wrongly"
            description = (
                "More events are good or bad than there are: the share of bad ones is"
                " {{ $value | humanizePercentage }}."
            )
        annotations = {"summary": summary, "description": description}
        return self._alert(outline, for_seconds=said.for_seconds, annotations=annotations)

    def _step(self, outline: _Outline, step: BudgetStep) -> SloAlert:
        left = (
            f"less than {percentage(step.remaining_ratio)}%" if step.remaining_ratio else "nothing"
        )
        return self._alert(
            outline,
            for_seconds=step.for_seconds,
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
        outline: _Outline,
        *,
        annotations: Mapping[str, str],
        labels: Mapping[str, str] = MappingProxyType({}),
        **said: Any,
    ) -> SloAlert:
        merged = {**self.labels, **labels, "severity": outline.severity}
        if self.is_sloth:
            # Sloth sets none of `owner`, `service`, `severity`: what routes by them goes on.
            merged.update({**self.entry.labels, **self.entry.alerts.labels, **labels})
        texts = {**self.annotations, **annotations}
        if self.slo.dashboard_url is not None:
            texts["dashboard_url"] = self.slo.dashboard_url
        return SloAlert(
            kind=outline.kind,
            key=outline.key,
            name=outline.name(self.head),
            severity=outline.severity,
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
