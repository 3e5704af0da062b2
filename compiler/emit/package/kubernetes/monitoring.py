"""What the Prometheus Operator reads: rule files, Alertmanager's configuration, scrape jobs.

Rules and configuration are the very texts that other emitters wrote, and their tools judged. The
configuration is a Secret, as the operator wants it, and no `AlertmanagerConfig`: that one would
be told of alerts of its own namespace alone. It has no secret in it, but the names of files.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from compiler.emit.package.kubernetes.manifest import above, around, head, manifest
from compiler.emit.package.kubernetes.scrape_config import scrape_config
from compiler.targets.kubernetes import ALERTMANAGER, object_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from compiler.artifact.artifact import Artifact
    from compiler.lower.plan import Plan
    from compiler.model.cluster import Operator

_RULES: Final = re.compile(r"prometheus/rules/([^/]+)\.yml")
CONFIGURATION: Final = "alertmanager/alertmanager.yml"


def monitoring(plan: Plan, operator: Operator, artifacts: Iterable[Artifact]) -> Iterator[Artifact]:
    """Given the artifacts of all emitters, yield the operator's resources."""
    for artifact in artifacts:
        found = _RULES.fullmatch(artifact.path)
        if found is not None:
            name = object_name(found[1])
            rule = head("PrometheusRule", "monitoring.coreos.com/v1", name, labels=operator.labels)
            yield above(f"rules-{name}", rule, "spec", artifact, plan)
        elif artifact.path == CONFIGURATION:
            secret = head("Secret", "v1", ALERTMANAGER) | {"type": "Opaque"}
            secret["stringData"] = {"alertmanager.yaml": artifact.text}
            yield around("alertmanager", secret, artifact, plan)
    for job in plan.scrapes:
        name = object_name("scrape", job.name)
        data = head(
            "ScrapeConfig",
            "monitoring.coreos.com/v1alpha1",
            name,
            labels=operator.labels,
        )
        yield manifest(name, data | {"spec": scrape_config(job)}, plan, origin=job.origin)
