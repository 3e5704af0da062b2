"""How what measures calls its metrics: a module's shape enters, expressions of Python leave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compiler.emit.instrumentation.text import literal
from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from compiler.emit.instrumentation.shape import LabelShape, MetricShape, ModuleShape


@frozen
class Parameter(Frozen):
    """A parameter that code of the service gives."""

    name: str
    annotation: str


@frozen
class Fed(Frozen):
    """A metric, by its attribute, and the expression of its labels' values."""

    metric: str
    values: str


@frozen
class Call(Frozen):
    """What measures: its name, the parameters it takes, and by keyword the metrics it feeds."""

    name: str
    parameters: tuple[Parameter, ...]
    keywords: tuple[tuple[str, tuple[Fed, ...]], ...]


@frozen
class Watched(Frozen):
    """How errors are counted in a metric."""

    parameters: tuple[Parameter, ...]
    values: str
    kind: str


RUN_KEYWORDS: Final = (("active", "runs_active"), ("durations", "run_duration"), ("ended", "runs"))
INDENT: Final = " " * 20
MOST_CHARACTERS: Final = 76
HTTP_KEYWORDS: Final = (
    ("requests", "http_requests"),
    ("durations", "http_request_duration"),
    ("active", "http_requests_active"),
)


def activities(module: ModuleShape) -> tuple[tuple[str, Call], ...]:
    """Given a module, return its activities by their names in the spec, and what measures each."""
    found = []
    for name, identifier in module.activities.items():
        keywords = tuple(
            (
                keyword,
                tuple(
                    Fed(metric=metric.attribute, values=_tuple(_run_values(metric)))
                    for metric in module.measuring(measure, activity=name)
                ),
            )
            for keyword, measure in RUN_KEYWORDS
        )
        metrics = module.measuring(*(measure for _k, measure in RUN_KEYWORDS), activity=name)
        found.append(
            (name, Call(name=identifier, parameters=_parameters(metrics), keywords=keywords))
        )
    return tuple(found)


def http(module: ModuleShape) -> Call:
    """Given a module, return what its middleware is constructed with."""
    keywords = tuple(
        (
            keyword,
            tuple(
                Fed(metric=metric.attribute, values=_tuple(_http_values(metric)))
                for metric in module.measuring(measure)
            ),
        )
        for keyword, measure in HTTP_KEYWORDS
    )
    metrics = module.measuring(*(measure for _keyword, measure in HTTP_KEYWORDS))
    return Call(name="HttpMiddleware", parameters=_parameters(metrics), keywords=keywords)


def watched(metric: MetricShape) -> Watched | None:
    """Given a metric, return how errors are counted in it; None when they are not."""
    if metric.entry.measures != "errors":
        return None
    kind = metric.filled.get("error")
    values = ("_KIND" if label.name == kind else label.parameter for label in metric.labels)
    annotation = next((each.annotation for each in metric.labels if each.name == kind), "str")
    return Watched(parameters=_parameters([metric]), values=_tuple(values), kind=annotation)


def _run_values(metric: MetricShape) -> Iterator[str]:
    said = metric.outcomes
    for label in metric.labels:
        if said is not None and label.name == said.name:
            words = (said.success, said.failure, said.cancelled)
            yield f"_Outcomes({', '.join(literal(word) for word in words)})"
        else:
            yield label.parameter


def _http_values(metric: MetricShape) -> Iterator[str]:
    roles = {name: role for role, name in metric.filled.items()}
    for label in metric.labels:
        role = roles.get(label.name)
        yield f"_Filled({literal(role)})" if role else label.parameter


def _parameters(metrics: Iterable[MetricShape]) -> tuple[Parameter, ...]:
    """Return a parameter for each label that code gives; of two types it is any text."""
    found: dict[str, Parameter] = {}
    for metric in metrics:
        for label in metric.own_labels:
            held = found.get(label.parameter)
            found[label.parameter] = Parameter(
                name=label.parameter, annotation=_common(held, label)
            )
    return tuple(found.values())


def _common(held: Parameter | None, label: LabelShape) -> str:
    return "str" if held and held.annotation != label.annotation else label.annotation


def _tuple(values: Iterable[str]) -> str:
    """Return a tuple, a value a line where it does not fit into one."""
    listed = list(values)
    line = f"({listed[0]},)" if len(listed) == 1 else f"({', '.join(listed)})"
    if len(line) <= MOST_CHARACTERS:
        return line
    inner = "".join(f"{INDENT}    {value},\n" for value in listed)
    return f"(\n{inner}{INDENT})"
