"""The dashboard that follows from the SLOs of a service: how all of them stand, then each one.

Where there are more SLOs than one can look at, one row shows those that are chosen, in what all of
them record alike.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from compiler.lower.dashboards.lower import firing, service_links
from compiler.lower.dashboards.names import SLOS, uid_of
from compiler.lower.dashboards.panels import runbook_of
from compiler.lower.dashboards.plan import (
    Asked,
    Column,
    DashboardPlan,
    PanelPlan,
    RowPlan,
    Step,
    VariablePlan,
)
from compiler.lower.dashboards.shown import Shown
from compiler.lower.dashboards.slo_panels import BURN, LEFT, SPENT, SloView
from compiler.lower.plan import Origin
from compiler.lower.slo.alerts import percentage
from compiler.lower.slo.names import OPSC, SLOTH
from compiler.lower.slo.series import window_name
from compiler.promql.selector import quoted
from runtime.contract.units import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from compiler.lower.plan import Plan
    from compiler.lower.slo.plan import SloPlan
    from compiler.model.metrics import Unit

MOST_ROWS: Final = 40
"""SLOs up to which each has a row of its own."""
MOST_OPEN: Final = 4
"""SLOs up to which the rows are open at first."""

RANGE_SECONDS: Final = 6 * 3600
REFRESH_SECONDS: Final = 60
"""What is shown at first, and how often it is drawn anew: budgets change slowly."""
CHOSEN: Final = "slo"
"""Variable that chooses some of many SLOs."""
LEFT_COLUMN: Final = "Budget left"
BURN_COLUMN: Final = "Burn rate"

BURNING: Final = (Step(None, "green"), Step(Decimal(1), "orange"), Step(Decimal(10), "red"))
"""Steps of burn rates of SLOs whose alerts differ."""
ANY: Final = (Step(None, "green"), Step(Decimal(1), "red"))
"""Steps of a number that should be none."""


def slo_dashboards(plan: Plan) -> Iterator[DashboardPlan]:
    """Given a plan, yield a dashboard for each service with SLOs, unless it says one itself."""
    said = {(each.service, each.name) for each in plan.dashboards}
    found: dict[str, list[SloPlan]] = {}
    for slo in plan.slos:
        found.setdefault(slo.service, []).append(slo)
    for service, slos in found.items():
        if (service, SLOS) not in said:
            yield _dashboard(plan, service, slos)


def _dashboard(plan: Plan, name: str, slos: Sequence[SloPlan]) -> DashboardPlan:
    owner = plan.services[name]
    document = owner.origin.document
    overview = _Overview(Origin(document, ("slos",)), name, slos)
    if len(slos) <= MOST_ROWS:
        rows = [_row(slo, is_collapsed=len(slos) > MOST_OPEN) for slo in slos]
        variables = [variable for slo in slos for variable in _variables(slo)]
    else:
        rows, variables = [overview.chosen()], [overview.choice()]
    return DashboardPlan(
        origin=overview.origin,
        service=name,
        name=SLOS,
        uid=uid_of(name, SLOS),
        title=f"{owner.service.title} SLOs",
        description="What is promised, and what is left of each error budget",
        tags=("slo",),
        range_seconds=RANGE_SECONDS,
        refresh_seconds=REFRESH_SECONDS,
        variables=tuple(variables),
        events=tuple(firing(matcher) for matcher in overview.matchers()),
        links=service_links(owner.service),
        rows=(overview.row(), *rows),
    )


def _row(slo: SloPlan, *, is_collapsed: bool) -> RowPlan:
    """Return the row of one SLO; where it has groups, once for each value of its first label."""
    variables = {label: _variable_name(slo, label) for label in slo.by}
    view = SloView(slo, variables)
    runbook = runbook_of(slo)
    links = {f"Runbook of {slo.title}": runbook} if runbook is not None else {}
    shown = {
        "budget": (view.left(), 4),
        "burn-rate": (view.burning(), 4),
        "shares": (view.shares(), 16),
        "burn-rates": (view.burns(), None),
        "budget-course": (view.course(), None),
        "events": (view.events(), None),
    }
    promised = f"{percentage(slo.objective)}% over {format_duration(slo.window_seconds)}"
    group = "".join(f", ${name}" for name in variables.values())
    return RowPlan(
        origin=slo.origin,
        name=slo.name,
        title=f"{slo.title}: {promised}{group}",
        level="detail",
        panels=tuple(
            _drawn(slo.origin, f"{slo.name}-{part}", each, width=width, links=links)
            for part, (each, width) in shown.items()
        ),
        is_collapsed=is_collapsed,
        repeat=variables[slo.by[0]] if slo.by else None,
    )


def _variables(slo: SloPlan) -> Iterator[VariablePlan]:
    """Yield a variable for each label by which an SLO has budgets."""
    for label in slo.by:
        yield VariablePlan(
            name=_variable_name(slo, label),
            title=f"{slo.title}: {label}",
            label=label,
            of=f"{LEFT}{{{slo.names.id}={quoted(slo.id)}}}",
            is_multiple=True,
        )


def _variable_name(slo: SloPlan, label: str) -> str:
    return f"{slo.name.replace('-', '_')}_{label}"


def _drawn(
    origin: Origin,
    name: str,
    shown: Shown,
    *,
    width: int | None = None,
    links: Mapping[str, str] | None = None,
) -> PanelPlan:
    """Return the panel of what is shown, drawn as that is drawn where nothing else is said."""
    title = shown.title or name
    return PanelPlan(
        origin=origin,
        name=name,
        title=title,
        description=shown.description,
        kind=shown.kind,
        asked=tuple(Asked(each.expression, each.legend or title) for each in shown.asked),
        unit=shown.unit,
        steps=shown.steps,
        columns=shown.columns,
        width=width,
        links=links or {},
    )


class _Overview:
    """All SLOs of a service together, whichever names their series have."""

    def __init__(self, origin: Origin, service: str, slos: Sequence[SloPlan]) -> None:
        self.origin = origin
        self.service = service
        self.slos = slos
        self.names = [names for names in (OPSC, SLOTH) if any(slo.names is names for slo in slos)]
        self.by = sorted({label for slo in slos for label in slo.by})

    def matchers(self) -> list[str]:
        """Return the matchers of the service's series and alerts, one for each kind of names."""
        return [f"{names.service}={quoted(self.service)}" for names in self.names]

    def row(self) -> RowPlan:
        """Return the row of the numbers that concern all of them, and their table."""
        left, burn = self._all(LEFT), self._all(BURN)
        firing_now = " or ".join(
            f'ALERTS{{alertstate="firing", {matcher}}}' for matcher in self.matchers()
        )
        shown = {
            "least-budget": self._number("Least budget left", f"min({left})", "ratio", SPENT),
            "fastest-burn": self._number("Fastest burn rate", f"max({burn})", "score", BURNING),
            "budgets-spent": self._number("Budgets spent", _count(f"{left} < 0"), "count", ANY),
            "alerts-firing": self._number("Alerts firing", _count(firing_now), "count", ANY),
        }
        # No SLO has a blank in its name, so that none of its panels is called like these.
        panels = [_drawn(self.origin, f"all {name}", each) for name, each in shown.items()]
        table = Shown(
            title="All SLOs",
            kind="table",
            asked=(Asked(left, LEFT_COLUMN), Asked(burn, BURN_COLUMN)),
            unit=None,
            columns=(
                Column(name=LEFT_COLUMN, unit="ratio", steps=SPENT),
                Column(name=BURN_COLUMN, unit="score", steps=BURNING),
            ),
        )
        return RowPlan(
            origin=self.origin,
            name="all slos",
            title="Overview",
            level="summary",
            panels=(*panels, _drawn(self.origin, "all slos", table)),
        )

    def choice(self) -> VariablePlan:
        """Return the variable by which some of many SLOs are chosen; the first one at first."""
        names = self.slos[0].names
        return VariablePlan(
            name=CHOSEN,
            title="SLO",
            label=names.slo,
            of=f"{LEFT}{{{names.service}={quoted(self.service)}}}",
            default=self.slos[0].name,
            is_multiple=True,
        )

    def chosen(self) -> RowPlan:
        """Return the row of each SLO that is chosen: what all of them record alike."""
        names = self.slos[0].names
        alike = [slo for slo in self.slos if slo.names is names]
        common = set.intersection(*(set(slo.windows) for slo in alike))
        own = f'{{{names.service}={quoted(self.service)}, {names.slo}=~"${CHOSEN}"}}'
        legend = "".join(f" {{{{{label}}}}}" for label in self.by)
        windows = {seconds: window_name(names, seconds) for seconds in sorted(common)}
        shares = tuple(
            Asked(f"slo:sli_error:ratio_rate{window}{own}", window + legend)
            for window in windows.values()
        )
        shown = {
            "budget": (self._number("Budget left", LEFT + own, "ratio", SPENT), 4),
            "burn-rate": (self._number("Burn rate", BURN + own, "score", BURNING), 4),
            "shares": (Shown(title="Share of bad events", asked=shares, unit="ratio"), 16),
            "budget-course": (
                Shown(
                    title="Budget left over time", asked=(Asked(LEFT + own, legend),), unit="ratio"
                ),
                None,
            ),
            "burn-rate-course": (
                Shown(
                    title="Burn rate over time", asked=(Asked(BURN + own, legend),), unit="score"
                ),
                None,
            ),
        }
        return RowPlan(
            origin=self.origin,
            name="chosen slos",
            title=f"${CHOSEN}",
            level="detail",
            panels=tuple(
                _drawn(self.origin, name, each, width=width)
                for name, (each, width) in shown.items()
            ),
            repeat=CHOSEN,
        )

    def _number(self, title: str, expression: str, unit: Unit, steps: tuple[Step, ...]) -> Shown:
        asked = (Asked(expression, title),)
        return Shown(title=title, kind="stat", asked=asked, unit=unit, steps=steps)

    def _all(self, series: str) -> str:
        """Return a series of all SLOs, by their names and the labels of their groups."""
        parts = []
        for names, matcher in zip(self.names, self.matchers(), strict=True):
            part = f"{series}{{{matcher}}}"
            if names is not OPSC:
                part = f'label_replace({part}, "{OPSC.slo}", "$1", "{names.slo}", "(.*)")'
            parts.append(part)
        return f"max by ({', '.join((OPSC.slo, *self.by))}) ({' or '.join(parts)})"


def _count(expression: str) -> str:
    return f"count({expression}) or vector(0)"
