"""What instrumentation on prometheus_client can say: names it takes, and what it measures itself.

A metric of the catalogue enters; the names that its series take, and what each of its labels means
to what measures it, leave. The compiled module is made by this, and the rules refuse by it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from compiler.model.metrics import Metric

Role: TypeAlias = Literal["method", "endpoint", "status", "outcome", "error"]
"""What a label tells that is filled in by what measures, not by code of the service."""

MEASURED_BY: Final[Mapping[str, tuple[str, ...]]] = {
    "http_requests": ("counter",),
    "http_request_duration": ("histogram", "summary"),
    "http_requests_active": ("gauge",),
    "errors": ("counter",),
    "runs": ("counter",),
    "run_duration": ("histogram", "summary"),
    "runs_active": ("gauge",),
}
"""The types of metric that can hold what is measured."""

ROLES: Final[Mapping[Role, tuple[str, ...]]] = {
    "method": ("method", "http_method", "verb"),
    "endpoint": ("endpoint", "route", "handler", "path", "http_route"),
    "status": ("status", "status_code", "code", "http_status"),
    "outcome": ("outcome", "result", "status"),
    "error": ("error_type", "exception_type", "exception", "error_kind", "error", "kind", "type"),
}
"""Names of labels by what they tell; the first of them that a metric has is taken."""

FILLED: Final[Mapping[str, tuple[Role, ...]]] = {
    "http_requests": ("method", "endpoint", "status"),
    "http_request_duration": ("method", "endpoint", "status"),
    "http_requests_active": ("method",),
    "errors": ("error",),
    "runs": ("outcome",),
    "run_duration": ("outcome",),
    "runs_active": (),
}
"""What is filled in by what measures."""

SUCCESS: Final = ("success", "succeeded", "ok", "completed", "done")
FAILURE: Final = ("failure", "failed", "error")
CANCELLED: Final = ("cancelled", "canceled", "aborted")

RESERVED_LABELS: Final[Mapping[str, tuple[str, ...]]] = {
    "histogram": ("le",),
    "summary": ("quantile",),
}
"""Labels that a type of metric writes itself."""

SUFFIXES: Final[Mapping[str, tuple[str, ...]]] = {
    "counter": ("_total", "_created"),
    "gauge": (),
    "summary": ("_sum", "_count", "_created"),
    "histogram": ("_bucket", "_sum", "_count", "_created"),
}
"""Suffixes of the names that a metric takes in a registry of prometheus_client, beside its own."""


@frozen
class Outcomes(Frozen):
    """What the label `name` holds when a run has ended well, badly, or was cancelled."""

    name: str
    success: str
    failure: str
    cancelled: str


def module_path(service: str) -> str:
    """Given a service's name, return the path of its module in the environment's folder.

    >>> module_path("tabular-api")
    'instrumentation/tabular_api_metrics.py'
    """
    return f"instrumentation/{service.replace('-', '_')}_metrics.py"


def taken_names(name: str, metric: Metric) -> tuple[str, ...]:
    """Given a metric, return the names that it takes: no other may have one of them."""
    stem = name.removesuffix("_total") if metric.type == "counter" else name
    return (stem, *(stem + suffix for suffix in SUFFIXES[metric.type]))


def filled_labels(metric: Metric) -> Mapping[Role, str]:
    """Given a metric, return its labels that what measures it fills in, by what they tell."""
    found: dict[Role, str] = {}
    for role in FILLED.get(metric.measures or "", ()):
        for name in ROLES[role]:
            if name in metric.labels and name not in found.values():
                found[role] = name
                break
    return found


def outcomes(metric: Metric) -> Outcomes | None:
    """Given what measures runs, return the values of its outcome; None when it cannot tell."""
    name = filled_labels(metric).get("outcome")
    if name is None:
        return None
    values = metric.labels[name]
    if isinstance(values, int):
        return Outcomes(name=name, success=SUCCESS[0], failure=FAILURE[0], cancelled=CANCELLED[0])
    success, failure, cancelled = (
        next((word for word in words if word in values), None)
        for words in (SUCCESS, FAILURE, CANCELLED)
    )
    if success is None or failure is None:
        return None
    return Outcomes(name=name, success=success, failure=failure, cancelled=cancelled or failure)
