"""The rules of SLOs as the compiler writes them: entries of `slos` enter, rule files leave."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import yaml

from compiler.emit.prometheus import emit
from compiler.pipeline import examine

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from compiler.lower.slo.plan import SloPlan

TODAY: Final = date(2026, 11, 24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """The rule file of a service's SLOs, their plans by name, and the ids of what was found."""

    rules: str
    plans: Mapping[str, SloPlan]
    findings: frozenset[str]


def compiled(folder: Path, slos: Mapping[str, Any], *, every_seconds: int = 60) -> Compiled:
    """Given a folder to write to and the section `slos`, return what the compiler makes of it."""
    spec = folder / "spec.yaml"
    spec.write_text(yaml.safe_dump(_spec(slos, every_seconds), sort_keys=False))
    examination = examine([str(spec)], today=TODAY)
    (plan,) = examination.plans
    texts = [artifact.text for artifact in emit(plan) if ".slos." in artifact.path]
    return Compiled(
        rules="\n".join([*texts[:1], *(text.partition("groups:\n")[2] for text in texts[1:])]),
        plans={slo.name: slo for slo in plan.slos},
        findings=frozenset(finding.id for finding in examination.findings),
    )


def _spec(slos: Mapping[str, Any], every_seconds: int) -> dict[str, Any]:
    return {
        "opsc": 1,
        "service": {"name": "shop", "title": "Shop", "description": "Orders", "owner": "team"},
        "teams": {"team": {"contact": {"email": "shop@example.org"}}},
        "stack": {"prometheus": {"evaluation_interval": f"{every_seconds}s"}},
        "retention": {"temporary": {"files": "/var/tmp/shop", "keep": "7d"}},
        "jobs": {
            f"{name}-job": {
                "run": "files.expire",
                "of": "temporary",
                "schedule": "hourly at :15",
                "timeout": "10m",
            }
            for name in slos
        },
        "slos": dict(slos),
    }
