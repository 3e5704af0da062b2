"""The alerts of a compiled job, fed with metrics by promtool: each fires for its cause alone."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.checkout import ROOT

if TYPE_CHECKING:
    from pathlib import Path

RULES: Final = ROOT / "generated" / "production" / "prometheus" / "rules" / "tabular.yml"
NAME: Final = "TabularCleanupOldData"
GOOD: Final = {
    "last_exit_code": 0,
    "last_due_timestamp_seconds": 1,
    "last_start_timestamp_seconds": 1,
    "last_start_delay_seconds": 5,
    "last_duration_seconds": 10,
    "running": 0,
}
"""Metrics of a job that was due, started and ended well at the beginning of the test's time."""

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize(
    ("changes", "at", "expected"),
    [
        ({}, "10m", []),
        ({"last_exit_code": 1}, "10m", ["Failed"]),
        ({"last_exit_code": 124}, "10m", ["Failed"]),
        ({"last_start_delay_seconds": 361}, "10m", ["StartedLate"]),
        ({"last_start_delay_seconds": 360}, "10m", []),
        ({"last_duration_seconds": 301}, "10m", ["RanTooLong"]),
        ({"last_duration_seconds": 300}, "10m", []),
        ({"running": 1}, "10m", ["RanTooLong"]),
        ({"running": 1}, "4m", []),
        ({}, "47h", []),
        ({}, "49h", ["Missed"]),
        ({"last_due_timestamp_seconds": 0}, "49h", []),
    ],
)
def test_each_alert_fires_for_its_cause_alone(
    tmp_path: Path, changes: dict[str, float], at: str, expected: list[str]
) -> None:
    """The thresholds are the job's own: daily, usually done in five minutes."""
    labels = 'service="tabular",job_name="cleanup-old-data",instance="a1"'
    series = [
        {"series": f"opsrun_job_{name}{{{labels}}}", "values": f"{value}x600"}
        for name, value in {**GOOD, **changes}.items()
    ]
    asked = f'count by (alertname) (ALERTS{{alertstate="firing",alertname=~"{NAME}.*"}})'
    found: list[Any] = [
        {"labels": f'{{alertname="{NAME}{word}"}}', "value": 1} for word in expected
    ]
    case = {
        "interval": "5m",
        "input_series": series,
        "promql_expr_test": [{"expr": asked, "eval_time": at, "exp_samples": found}],
    }
    test = tmp_path / "test.json"
    test.write_text(
        json.dumps({"rule_files": [str(RULES)], "evaluation_interval": "1m", "tests": [case]})
    )
    ended = subprocess.run(
        ["promtool", "test", "rules", str(test)], capture_output=True, text=True, check=False
    )

    assert ended.returncode == 0, ended.stdout + ended.stderr
