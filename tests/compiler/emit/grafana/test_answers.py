"""Panels of SLOs are answered: the compiled rules record, in promtool, what the panels ask for."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

import pytest
import yaml

from compiler.emit import prometheus
from compiler.lower.dashboards.slo_dashboard import slo_dashboards
from tests.compiler.emit.grafana.compiled import plans

if TYPE_CHECKING:
    from pathlib import Path

SERIES = {
    'shop_requests_total{method="GET", status="200"}': "0+600x300",
    'shop_requests_total{method="GET", status="500"}': "0+6x300",
    'shop_requests_total{method="POST", status="200"}': "0+60x300",
    'shop_requests_total{method="POST", status="500"}': "0+6x300",
    "up": "1x300",
}
CHOSEN = re.compile(r"\$\{?[a-z_]+\}?")


@pytest.mark.e2e
def test_every_panel_of_an_slo_has_an_answer(tmp_path: Path) -> None:
    """After some hours of requests no question is left without a series.

    promtool is told to expect nothing, so that what it complains about is what it found.
    """
    plan = plans()["dashboards/default"]
    (dashboard,) = slo_dashboards(plan)
    asked = sorted(
        {
            CHOSEN.sub(".+", question.expression)
            for row in dashboard.rows
            for panel in row.panels
            for question in panel.asked
        }
    )
    rules = [each for each in prometheus.emit(plan) if each.path.startswith("prometheus/rules/")]
    for number, artifact in enumerate(rules):
        (tmp_path / f"{number}.yml").write_text(artifact.text)
    trial = {
        "rule_files": [f"{number}.yml" for number in range(len(rules))],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": [{"series": name, "values": said} for name, said in SERIES.items()],
                "promql_expr_test": [
                    {"expr": query, "eval_time": "5h", "exp_samples": []} for query in asked
                ],
            }
        ],
    }
    file = tmp_path / "trial.yaml"
    file.write_text(yaml.safe_dump(trial))
    ended = subprocess.run(
        ["promtool", "test", "rules", str(file)], capture_output=True, text=True, check=False
    )
    told = ended.stdout + ended.stderr
    answered = set(re.findall(r'expr: "((?:[^"\\]|\\.)*)"', told))

    assert "err:" not in told
    assert len(asked) > 60
    assert [] == [query for query in asked if query.replace('"', '\\"') not in answered]
