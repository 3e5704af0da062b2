from __future__ import annotations

from datetime import date

import pytest

from compiler.check.run import check
from compiler.emit import systemd
from compiler.lower.lower import lower
from tests.compiler.lower.specs import shop, site_of

SAID = """
hosts: {{api: {{names: [api1.example.org], scheduler: {scheduler}}}}}
stack: {{opsrun: {{collector: {{every: 10s}}}}}}
jobs:
  tidy: {{run: command, with: {{argv: [/bin/tidy]}}, hosts: api, schedule: every 1h, timeout: 5m}}
"""


@pytest.mark.parametrize(
    ("scheduler", "collects"), [("systemd", True), ("serve", True), ("cron", False)]
)
def test_a_collector_has_a_unit_or_is_told_of(scheduler: str, *, collects: bool) -> None:
    """What is compiled and what is said agree."""
    site = site_of(shop(SAID.format(scheduler=scheduler)))
    plan = lower(site)
    faults = check(site, plan, date(2026, 3, 2), rules=["collector/nothing-collects"])
    units = [each.path for each in systemd.emit(plan) if "opsrun-serve" in each.path]

    assert collects is bool(units)
    assert collects is (not faults)
