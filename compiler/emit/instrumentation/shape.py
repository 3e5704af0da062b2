"""What a module is made of: a service's catalogue enters, names, labels and texts leave."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Final

from compiler.emit.instrumentation.imports import IMPORTED
from compiler.emit.instrumentation.names import (
    class_identifier,
    identifier,
    identifiers,
    unlike,
)
from compiler.targets.instrumentation import filled_labels, outcomes
from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from compiler.lower.plan import ServicePlan
    from compiler.model.metrics import Metric
    from compiler.targets.instrumentation import Outcomes, Role

CREATED: Final = 1000
"""How many time series of a metric, buckets counted, are made before anything is measured."""
SPREAD: Final = 3
"""How many times the estimate of a label's values are counted as themselves."""
LEAST: Final = 10
"""How many values of a label are counted as themselves however low the estimate is."""

DEFINED: Final = frozenset(
    (
        *("ASGIApp", "CREATED_SERIES", "CurrentRun", "ErrorWatch", "HttpMiddleware"),
        *("LONGEST_VALUE", "Message", "MetricsApp", "OTHER", "Receive", "Run", "Scope", "Send"),
        *("TOLD_VALUES", "TimeWatch", "Timing", "UNMATCHED", "shared", "worker_ended"),
    )
)
"""Public names of a module's own parts."""
PARAMETERS: Final = frozenset(
    (
        *("self", "amount", "value", "app", "metrics", "skip_paths", "template_of", "kinds"),
        *("ignore", "registry"),
    )
)
"""Names of parameters of a module's own, which no label's can have."""


@frozen
class LiteralShape(Frozen):
    """A declared set of values: its type, and the constant that holds them."""

    name: str
    constant: str
    label: str
    values: tuple[str, ...]


@frozen
class LabelShape(Frozen):
    """A label of one metric: its parameter, and the set of its values, or how many it may have."""

    name: str
    parameter: str
    literal: LiteralShape | None
    estimate: int = 0

    @property
    def annotation(self) -> str:
        """The type of its parameter."""
        return "str" if self.literal is None else self.literal.name

    @property
    def most(self) -> int:
        """How many values are counted as themselves where none are declared."""
        return max(LEAST, SPREAD * self.estimate)


@frozen
class MetricShape(Frozen):
    """A metric: `attribute` is where it is found, `class_name` what it is."""

    name: str
    entry: Metric
    attribute: str
    class_name: str
    labels: tuple[LabelShape, ...]

    @property
    def kind(self) -> str:
        """The class of prometheus_client that it is."""
        return self.entry.type.capitalize()

    @property
    def help(self) -> str:
        """What is said of it."""
        return getattr(self.entry, self.entry.type) or ""

    @property
    def series(self) -> int | None:
        """How many time series it can have, `other` left out; None when nothing bounds them."""
        declared = [label.literal.values for label in self.labels if label.literal]
        if len(declared) < len(self.labels):
            return None
        each = 1 if self.entry.type in ("counter", "gauge") else 2
        if self.entry.type == "histogram":
            each += len(self.entry.buckets or ()) + 1
        return each * math.prod(len(values) for values in declared)

    @property
    def is_created(self) -> bool:
        """Whether all its series are made before anything is measured."""
        return bool(self.labels) and (self.series or CREATED + 1) <= CREATED

    @property
    def filled(self) -> Mapping[Role, str]:
        """Labels that what measures it fills in, by what they tell."""
        return filled_labels(self.entry)

    @property
    def own_labels(self) -> tuple[LabelShape, ...]:
        """Labels whose values code of the service gives."""
        return tuple(label for label in self.labels if label.name not in self.filled.values())

    @property
    def is_timed(self) -> bool:
        """Whether it holds how long something takes."""
        return self.entry.unit == "seconds" and self.entry.type in ("histogram", "summary")

    @property
    def outcomes(self) -> Outcomes | None:
        """What its outcome is called."""
        return outcomes(self.entry)


@frozen
class ModuleShape(Frozen):
    """A module: `activities` are identifiers of what runs are measured of."""

    service: str
    title: str
    class_name: str
    metrics: tuple[MetricShape, ...]
    literals: tuple[LiteralShape, ...]
    activities: Mapping[str, str]
    elsewhere: tuple[str, ...]

    def measuring(self, *measures: str, activity: str | None = None) -> tuple[MetricShape, ...]:
        """Return the metrics of what is measured."""
        return tuple(
            metric
            for metric in self.metrics
            if metric.entry.measures in measures
            and (activity is None or metric.entry.activity == activity)
        )


class _Literals:
    """Types of labels' values, one for each set; the first metric's has the label's plain name."""

    def __init__(self, taken: set[str]) -> None:
        self.found: dict[tuple[str, tuple[str, ...]], LiteralShape] = {}
        self._taken = taken
        self._constants: set[str] = set()

    def of(self, label: str, metric: str, values: tuple[str, ...]) -> LiteralShape:
        """Return the type of a label's values."""
        key = (label, values)
        if key not in self.found:
            name = class_identifier(label)
            if any(other == label for other, _values in self.found):
                name = f"{class_identifier(metric)}{name}"
            constant = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).upper()
            self.found[key] = LiteralShape(
                name=unlike(name, self._taken, "Label"),
                constant=unlike(f"_{constant}_VALUES", self._constants),
                label=label,
                values=values,
            )
        return self.found[key]


def shape(service: ServicePlan) -> ModuleShape:
    """Given a service, return what its module is made of."""
    own = {name: each for name, each in service.metrics.items() if each.produced_by is None}
    names = tuple(own)
    entry = service.service
    taken = {*DEFINED, *IMPORTED}
    class_name = unlike(f"{class_identifier(entry.name)}Metrics", taken)
    attributes = identifiers(names, taken_attributes := {"app", "registry"})
    literals = _Literals(taken)
    classes = {"Http"}
    metrics = tuple(
        MetricShape(
            name=name,
            entry=metric,
            attribute=attributes[name],
            class_name=f"_{unlike(class_identifier(name), classes)}Metric",
            labels=_labels(name, metric, literals),
        )
        for name, metric in own.items()
    )
    activities = dict.fromkeys(each.activity for each in own.values() if each.activity)
    return ModuleShape(
        service=entry.name,
        title=entry.title or entry.name,
        class_name=class_name,
        metrics=metrics,
        literals=tuple(literals.found.values()),
        activities={
            name: unlike(identifier(name), taken_attributes, "_run") for name in activities
        },
        elsewhere=tuple(sorted(service.metrics.keys() - own.keys())),
    )


def _labels(name: str, metric: Metric, literals: _Literals) -> tuple[LabelShape, ...]:
    parameters = identifiers(tuple(metric.labels), set(PARAMETERS))
    found = []
    for label, values in metric.labels.items():
        said = None if isinstance(values, int) else tuple(dict.fromkeys(values))
        found.append(
            LabelShape(
                name=label,
                parameter=parameters[label],
                literal=None if said is None else literals.of(label, name, said),
                estimate=values if isinstance(values, int) else 0,
            )
        )
    return tuple(found)
