"""Alerts that follow from health checks fire, and do not, as promtool evaluates them."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Final

import pytest

from tests.checkout import ROOT

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.e2e

JOB: Final = 'service="tabular",job_name="health-check"'

DATABASE: Final = f'opsrun_health_status{{{JOB},step="check",check="database",'
LABELS: Final = "owner: data-platform, service: tabular"

TESTS: Final = """\
rule_files: [{rules}]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series:
      - series: '{database}instance="api1",status="error"}}'
        values: '0x3 1x30'
      - series: '{database}instance="api2",status="unhealthy"}}'
        values: '0x3 1x4 0x30'
      - series: 'opsrun_job_last_start_timestamp_seconds{{{job},instance="api1"}}'
        values: '0x4 300x10 900x60'
    alert_rule_test:
      - {{eval_time: 9m, alertname: TabularDatabaseUnhealthy, exp_alerts: []}}
      - eval_time: 11m
        alertname: TabularDatabaseUnhealthy
        exp_alerts:
          - exp_labels: {{severity: critical, {labels}, instance: api1}}
            exp_annotations:
              summary: database of Tabular is unhealthy on api1
              description: The health check `database`, made every 5m, fails, again and again
              impact: No data set can be read or generated
              runbook_url: https://ops.example.org/tabular/TabularDatabaseUnhealthy
      - {{eval_time: 20m, alertname: TabularHealthCheckStale, exp_alerts: []}}
      - eval_time: 40m
        alertname: TabularHealthCheckStale
        exp_alerts:
          - exp_labels: {{severity: warning, {labels}, instance: api1}}
            exp_annotations: {stale}
  - interval: 1m
    alert_rule_test:
      - eval_time: 40m
        alertname: TabularHealthCheckStale
        exp_alerts:
          - exp_labels: {{severity: warning, {labels}, job_name: health-check}}
            exp_annotations: {stale}
"""

STALE: Final = (
    "{summary: Nobody asks how Tabular is,"
    " description: 'The job `health-check` has not run for 3 times its interval of 5m, or nothing"
    " is heard of it',"
    " impact: 'When api, database, redis, storage, processing, workers, logs fails, nobody is"
    " told', runbook_url: 'https://ops.example.org/tabular/TabularHealthCheckStale'}"
)


def test_bad_checks_and_missing_ones_are_told(tmp_path: Path) -> None:
    """One bad check alone is not; a host that is silent is, and so is silence everywhere."""
    rules = ROOT / "generated/production/prometheus/rules/tabular.yml"
    file = tmp_path / "tests.yml"
    said = {"job": JOB, "database": DATABASE, "labels": LABELS, "stale": STALE}
    file.write_text(TESTS.format(rules=rules, **said))
    done = subprocess.run(
        ["promtool", "test", "rules", str(file)], capture_output=True, text=True, check=False
    )

    assert 0 == done.returncode, done.stdout + done.stderr
