from __future__ import annotations

import json
from datetime import date

import pytest

from compiler.check.run import check
from compiler.lower.lower import lower
from tests.compiler.lower.specs import shop, site_of


@pytest.mark.parametrize(
    ("total", "bad", "is_counted"),
    [
        ("a_total", "b_total", True),
        ("a_total # all", "b_total # bad", True),
        ("sum(rate(a_total[$window])) # all", "b_total", True),
        ("sum(rate(a_total[5m]))", "b_total", False),
        ("sum(rate(a_total[5m])) # not $window", "b_total", False),
        ("# $window\nrate(a_total[5m])", "b_total", False),
    ],
)
def test_what_is_left_out_is_told_and_nothing_else(
    total: str, bad: str, *, is_counted: bool
) -> None:
    """An SLO has a plan, or a fault that says why not: comments decide neither."""
    said = f"{{total: {json.dumps(total)}, bad: {json.dumps(bad)}}}"
    site = site_of(shop(f"slos:\n  it: {{objective: 99%, events: {said}}}\n"))
    plan = lower(site)
    faults = check(site, plan, date(2026, 3, 2), rules=["slo/no-window", "slo/not-a-selector"])

    assert is_counted is bool(plan.slos)
    assert is_counted is (not faults)
