"""What `opsc explain slo` says of detection, held against promtool and the compiled rules."""

from __future__ import annotations

import json
import subprocess
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import pytest

from compiler.emit.registry import emitters
from compiler.lower.slo.detection import policies_of, rows
from tests.compiler.lower.specs import plan_of

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

SPEC: Final = """\
opsc: 1
service: {name: shop, title: Shop, owner: ops}
teams: {ops: {contact: {email: ops@example.org}}}
stack: {prometheus: {evaluation_interval: 1m}}
slos:
  answers:
    objective: 99.9%
    events: {total: asked_total, bad: failed_total}
"""
BEFORE_MINUTES: Final = 7 * 60
"""Time without errors: more than the longest window of a page."""
SLACK_MINUTES: Final = 8
"""A scrape and an evaluation, and the window that sums are made of."""
EVENTS: Final = 60_000
"""Events a minute."""


def firing(name: str, minutes: int, expected: int) -> dict[str, object]:
    """Return a case of promtool: how many alerts fire some minutes after the errors began."""
    return {
        "expr": f'count(ALERTS{{alertname="{name}", alertstate="firing"}}) or vector(0)',
        "eval_time": f"{BEFORE_MINUTES + minutes}m",
        "exp_samples": [{"labels": "{}", "value": expected}],
    }


@pytest.mark.parametrize("error_ratio", ["0.005", "0.01", "0.02", "0.1", "1"])
def test_a_page_fires_when_it_is_said_to(error_ratio: str, tmp_path: Path) -> None:
    """Not before the time that is explained, and within a few minutes after it, or never."""
    plan = plan_of(SPEC)
    (slo,) = plan.slos
    (rules,) = [each for each in emitters()["prometheus"](plan) if ".slos." in each.path]
    (tmp_path / "rules.yml").write_text(rules.text, encoding="utf-8")
    share = Decimal(error_ratio)
    said = rows(policies_of(slo.entry), 1 - slo.objective, slo.window_seconds, [share])
    (found,) = [row.of("page") for row in said if row.error_ratio == share]
    after = int(found.after_seconds // 60) if found else 12 * 60
    bad = int(EVENTS * share)
    name = next(alert.name for alert in slo.alerts if alert.kind == "page")
    until = after + SLACK_MINUTES
    test = {
        "rule_files": ["rules.yml"],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": [
                    {"series": "asked_total", "values": f"0+{EVENTS}x{BEFORE_MINUTES + until}"},
                    {
                        "series": "failed_total",
                        "values": f"0+0x{BEFORE_MINUTES} {bad}+{bad}x{until}",
                    },
                ],
                "promql_expr_test": [
                    firing(name, max(0, after - 1), 0),
                    firing(name, until, 1 if found else 0),
                ],
            }
        ],
    }
    (tmp_path / "test.yml").write_text(json.dumps(test), encoding="utf-8")
    command = ["promtool", "test", "rules", "test.yml"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert ran.returncode == 0, ran.stdout + ran.stderr
