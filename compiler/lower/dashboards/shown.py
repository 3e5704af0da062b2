"""What a panel can be about, before it is drawn: questions, their unit, their thresholds."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from compiler.lower.dashboards.plan import Asked, Column, Step
    from compiler.model.dashboards import PanelKind
    from compiler.model.metrics import Unit


@frozen
class Shown(Frozen):
    """What a panel is about; `kind` is how it is drawn where nothing else is said."""

    asked: tuple[Asked, ...]
    unit: Unit | None
    kind: PanelKind = "time-series"
    title: str | None = None
    description: str | None = None
    steps: tuple[Step, ...] = ()
    columns: tuple[Column, ...] = ()
    links: Mapping[str, str] = field(default_factory=dict)
