"""The plan of one dashboard: what is shown, in which order; how large a panel is, is the emitter's.

Expressions may hold variables, `$instance`. Thresholds are in the unit of the expressions.
"""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Literal, TypeAlias

from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from compiler.lower.plan import Origin
    from compiler.model.dashboards import Level, PanelKind
    from compiler.model.metrics import Unit

Colour: TypeAlias = Literal["green", "blue", "orange", "red"]
"""Nobody is told, somebody is informed, warned, woken."""


@frozen(kw_only=False)
class Asked(Frozen):
    """One question to Prometheus: `legend` names its series, by their labels: ``{{instance}}``.

    None leaves that to Grafana. A table has a column for each question, which the legend heads.
    """

    expression: str
    legend: str | None


@frozen(kw_only=False)
class Step(Frozen):
    """Values from `start` on, or all below the next one where it is None, have a colour."""

    start: Decimal | None
    colour: Colour


@frozen
class Column(Frozen):
    """How one column of a table is shown."""

    name: str
    unit: Unit | None = None
    steps: tuple[Step, ...] = ()


@frozen
class PanelPlan(Frozen):
    """One panel. `columns` are those of a table that differ from its unit and its steps."""

    origin: Origin
    name: str
    title: str
    description: str | None = None
    kind: PanelKind
    asked: tuple[Asked, ...]
    unit: Unit | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    axis: str | None = None
    steps: tuple[Step, ...] = ()
    is_stacked: bool = False
    width: int | None = None
    links: Mapping[str, str] = field(default_factory=dict)
    columns: tuple[Column, ...] = ()


@frozen
class RowPlan(Frozen):
    """One row; shown once for each chosen value of the variable `repeat`, if there is one."""

    origin: Origin
    name: str
    title: str
    level: Level
    panels: tuple[PanelPlan, ...]
    is_collapsed: bool = False
    repeat: str | None = None


@frozen
class VariablePlan(Frozen):
    """What people choose: one of `values`, or values of a `label` of the series `of`."""

    name: str
    title: str
    description: str | None = None
    label: str | None = None
    of: str | None = None
    values: tuple[str, ...] = ()
    default: str | None = None
    is_multiple: bool = False
    is_interval: bool = False


@frozen
class EventPlan(Frozen):
    """Moments to mark: those at which the expression has a value; `title` and `text` of each."""

    name: str
    expression: str
    colour: Colour
    title: str
    text: str = ""


@frozen
class DashboardPlan(Frozen):
    """One dashboard. `uid` is its name in Grafana."""

    origin: Origin
    service: str
    name: str
    uid: str
    title: str
    description: str | None = None
    tags: tuple[str, ...] = ()
    range_seconds: int
    refresh_seconds: int
    variables: tuple[VariablePlan, ...]
    events: tuple[EventPlan, ...]
    links: Mapping[str, str] = field(default_factory=dict)
    rows: tuple[RowPlan, ...]
