"""How long the unit of the resident process waits for it."""

from __future__ import annotations

import re
from dataclasses import replace

from compiler.emit.systemd.serve import resident
from runtime.contract.plan import SETTLING_SECONDS
from runtime.contract.units import format_duration
from tests.compiler.emit import plans


def test_systemd_waits_until_the_scheduler_itself_has_given_up() -> None:
    """It drains, stops what runs with its grace, kills it, and has time to say so."""
    job = plans.every_job()[0]
    grace = replace(job, contract=replace(job.contract, stop_grace_seconds=45))
    plan = plans.plan(jobs=(grace,), stack=plans.stack())
    takes = plan.stack.opsrun.serve.drain_seconds + 45 + SETTLING_SECONDS

    found = re.search("^TimeoutStopSec=(.+)$", resident(plan, [grace]), re.MULTILINE)

    assert found is not None
    assert format_duration(takes + SETTLING_SECONDS) == found[1]
