"""What a scheduler under test stands on."""

from __future__ import annotations

from typing import Any

from runtime.serve.station import Station
from tests.runtime import plans


def station(*jobs: dict[str, Any], **serve: Any) -> Station:
    """Return what stands on a plan of some jobs, all of them its own, that serves so."""
    plan = plans.loaded(*jobs, serve=serve)
    return Station(plan=plan, plan_path="", jobs=plan.jobs, host="node1", state="", form="text")
