"""The panels of a member, for rules: where each stands, what it says, and what it measures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.model.dashboards import Dashboard, Panel, PanelKind, Row
    from compiler.model.metrics import Metric, Unit
    from compiler.model.site import Member
    from compiler.model.spec import Spec
    from compiler.source.tree import Path


@frozen(kw_only=False)
class PanelView(Frozen):
    """One panel; `path` is where it stands in the tree."""

    spec: Spec
    dashboard: Dashboard
    row: Row
    path: Path
    entry: Panel

    @property
    def name(self) -> str:
        """The panel's name."""
        return str(self.path[-1])

    @property
    def metric(self) -> Metric | None:
        """The metric of the catalogue that is shown, if one is."""
        return self.spec.metrics.get(self.entry.metric) if self.entry.metric is not None else None

    @property
    def kind(self) -> PanelKind:
        """How it is shown."""
        if self.entry.kind is not None:
            return self.entry.kind
        if self.entry.slo is not None:
            return "stat"
        is_distribution = self.metric is not None and self.metric.type == "histogram"
        return "heatmap" if is_distribution else "time-series"

    @property
    def unit(self) -> Unit | None:
        """What is measured, as far as the spec says it."""
        entry, metric = self.entry, self.metric
        if entry.unit is not None:
            return entry.unit
        if entry.slo is not None:
            return "ratio"
        if metric is not None:
            return "per_second" if metric.type == "counter" else metric.unit
        alert = self.spec.alerts.get(entry.alert) if entry.alert is not None else None
        name = entry.signal if alert is None else alert.signal
        signal = self.spec.signals.get(name) if name is not None else None
        if signal is not None:
            return signal.unit
        return None if alert is None else alert.unit

    @property
    def is_known(self) -> bool:
        """Whether what is shown is there; what is not, another rule tells."""
        entry, spec = self.entry, self.spec
        alert = spec.alerts.get(entry.alert) if entry.alert is not None else None
        if alert is not None:
            return alert.signal is None or alert.signal in spec.signals
        return (
            entry.queries is not None
            or entry.signal in spec.signals
            or entry.slo in spec.slos
            or entry.metric in spec.metrics
        )


def panels(member: Member) -> Iterator[PanelView]:
    """Given a member, yield the panels of its dashboards, in order."""
    for name, dashboard in member.spec.dashboards.items():
        for key, row in dashboard.rows.items():
            for panel, entry in row.panels.items():
                path = ("dashboards", name, "rows", key, "panels", panel)
                yield PanelView(member.spec, dashboard, row, path, entry)
