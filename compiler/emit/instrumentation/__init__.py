"""Instrumentation: for each service a typed Python module with the metrics of its catalogue.

The module stands on prometheus_client and the standard library. It holds a class for each metric
that the service's own code writes, with a parameter for each label; an ASGI middleware, a watch of
errors and runs of activities where the catalogue says that these are measured; and the page
``/metrics``. Metrics that something else writes (`produced_by`) are left to that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.artifact.artifact import Artifact
from compiler.emit.instrumentation.shape import shape
from compiler.targets.instrumentation import module_path

if TYPE_CHECKING:
    from compiler.lower.plan import Plan


def emit(plan: Plan) -> tuple[Artifact, ...]:
    """Given a plan, return a module for each service that has metrics of its own."""
    found = []
    for name, service in sorted(plan.services.items()):
        module = shape(service)
        if module.metrics:
            # jinja2 is slow to import, and a check needs no module.
            from compiler.emit.instrumentation.module import written

            text, origins = written(module, service)
            found.append(Artifact(path=module_path(name), text=text, origins=origins))
    return tuple(found)
