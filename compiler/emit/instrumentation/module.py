"""The text of a module: its shape enters, Python and the entries its lines come from leave."""

from __future__ import annotations

from functools import lru_cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from compiler.artifact.artifact import LineRange
from compiler.artifact.notice import notice
from compiler.emit.instrumentation.calls import activities, http, watched
from compiler.emit.instrumentation.imports import import_lines
from compiler.emit.instrumentation.names import BUILTINS
from compiler.emit.instrumentation.text import WIDTH, literal, long_literal, paragraph
from compiler.lower.plan import Origin
from compiler.targets.instrumentation import module_path

if TYPE_CHECKING:
    from compiler.emit.instrumentation.shape import MetricShape, ModuleShape
    from compiler.lower.plan import ServicePlan

MOST_ARGUMENTS: Final = 8
"""Arguments of a function above which linters speak."""

HTTP: Final = ("http_requests", "http_request_duration", "http_requests_active")
RUNS: Final = ("runs", "run_duration", "runs_active")


def written(module: ModuleShape, service: ServicePlan) -> tuple[str, tuple[LineRange, ...]]:
    """Given a module and its service, return the module's text, and where its lines come from."""
    parts = [_render(name, module=module) for name in _parts(module)]
    parts.append(_render("literals", module=module))
    metrics = [_metric(module, metric) for metric in module.metrics]
    parts += metrics
    parts.append(_render("app", module=module))
    parts.append(_render("metrics", module=module, activities=activities(module)))
    if module.measuring(*HTTP):
        parts.append(_render("middleware", module=module, http=http(module)))
    body = "\n\n".join(part.strip("\n") + "\n" for part in parts if part.strip())
    name = PurePosixPath(module_path(module.service)).stem
    head = _render("head", module=module, module_name=name, notice=notice([module.service]))
    imports = import_lines(body)
    text = f"{head.strip()}\n\n{imports}\n{body}"
    text = _allowances(module, text)
    return text, _origins(text, module, service, metrics)


def _parts(module: ModuleShape) -> tuple[str, ...]:
    """Return the module's own parts that its metrics need."""
    errors, runs = module.measuring("errors"), module.measuring(*RUNS)
    timed = any(metric.is_timed for metric in module.metrics)
    found = ["labels"]
    if errors or runs or timed:
        found.append("watch")
    if timed:
        found.append("times")
    if errors:
        found.append("errors")
    if runs:
        found.append("runs")
    if module.measuring(*HTTP):
        found.append("http")
    return tuple(found)


def _metric(module: ModuleShape, metric: MetricShape) -> str:
    return _render("metric", module=module, metric=metric, watched=watched(metric))


def _allowances(module: ModuleShape, text: str) -> str:
    """Return the text with what linters are to let pass, where the catalogue's names demand it."""
    parameters = {label.parameter for metric in module.metrics for label in metric.labels}
    found = {
        "A002": bool(parameters & BUILTINS),
        "E501": any(len(line) > WIDTH for line in text.split("\n")),
        "N803": any(name != name.lower() for name in parameters),
        "PLR0913": any(len(metric.labels) + 1 >= MOST_ARGUMENTS for metric in module.metrics),
    }
    codes = ", ".join(code for code, is_needed in found.items() if is_needed)
    if not codes:
        return text
    first, rest = text.split("\n", 1)
    return f"{first}\n# ruff: noqa: {codes}  # names are the catalogue's\n{rest}"


def _origins(
    text: str, module: ModuleShape, service: ServicePlan, classes: list[str]
) -> tuple[LineRange, ...]:
    document = service.origin.document
    found = []
    at = 0
    for metric, written_class in zip(module.metrics, classes, strict=True):
        stripped = written_class.strip("\n")
        at = text.index(stripped, at)
        first = text.count("\n", 0, at) + 1
        origin = Origin(document, ("metrics", metric.name))
        found.append(LineRange(first, first + stripped.count("\n"), origin))
    return tuple(found)


def _render(part: str, **context: object) -> str:
    return _environment().get_template(f"{part}.py.j2").render(context)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    made = Environment(  # noqa: S701  # Python is written, not HTML: text gets in by `literal`
        loader=PackageLoader("compiler.emit", "templates/instrumentation"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters.update(literal=literal, long_literal=long_literal, paragraph=paragraph)
    return made
