"""Dashboards as ConfigMaps, for the sidecar of Grafana's chart, which looks for their label."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from compiler.emit.package.kubernetes.manifest import around, head
from compiler.targets.kubernetes import object_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from compiler.artifact.artifact import Artifact
    from compiler.lower.plan import Plan

_PATH: Final = re.compile(r"grafana/dashboards/(?:.*/)?([^/]+)\.json")
LABELS: Final = {"grafana_dashboard": "1"}


def dashboards(plan: Plan, artifacts: Iterable[Artifact]) -> Iterator[Artifact]:
    """Given the artifacts of all emitters, yield a ConfigMap for each dashboard of Grafana."""
    for artifact in artifacts:
        found = _PATH.fullmatch(artifact.path)
        if found is None:
            continue
        name = object_name("dashboard", found[1].lower())
        data = head("ConfigMap", "v1", name, labels=LABELS)
        yield around(name, data | {"data": {f"{found[1]}.json": artifact.text}}, artifact, plan)
