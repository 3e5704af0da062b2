"""What the emitters write, held against the tools of its targets."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Final

import pytest

from compiler.authority.judge import judge
from compiler.emit.alertmanager import receivers
from tests.compiler.emit.cases import cases

GOLDEN = Path(__file__).parents[2] / "golden" / "emit"

NEWER: Final = {
    "alertmanager-0.27": {"field url_file not found in type config.plain"},
    "prometheus-3.0": {
        "field query_offset not found in type rulefmt.RuleGroup",
        "field labels not found in type rulefmt.RuleGroup",
    },
    # Debian builds Prometheus without the discovery that needs Kubernetes' client.
    "prometheus-kubernetes": {"field kubernetes_sd_configs not found in type config.ScrapeConfig"},
}
"""What the installed versions say against what is meant for newer ones, or for other builds."""

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("case", cases())
def test_the_authorities_have_no_complaint(case: str) -> None:
    """promtool, amtool and systemd-analyze accept every file of every case."""
    found = {complaint.message for complaint in judge(GOLDEN / case)}

    assert NEWER.get(case, set()) == found


ALERT: Final = {
    "status": "firing",
    "labels": {"alertname": "HighCPUUsage", "service": "tabular", "severity": "critical"},
    "annotations": {
        "summary": "High CPU usage on a1",
        "description": "CPU usage is above 80%",
        "impact": "API latency rises",
        "runbook_url": "https://ops.example.org/r",
        "dashboard_url": "https://grafana.example.org/d",
    },
    "startsAt": "2026-11-23T19:00:00Z",
    "endsAt": "0001-01-01T00:00:00Z",
}
BARE: Final = {**ALERT, "labels": {"alertname": "Bare"}, "annotations": {}}

MAIL: Final = """\
[firing] High CPU usage on a1
Severity: critical
What is seen: CPU usage is above 80%
Impact: API latency rises
Runbook: https://ops.example.org/r
Dashboard: https://grafana.example.org/d
Since: 2026-11-23 19:00 UTC
Labels: alertname=HighCPUUsage service=tabular severity=critical

[firing] Bare
Since: 2026-11-23 19:00 UTC
Labels: alertname=Bare
"""
SLACK: Final = """\
*High CPU usage on a1* (critical)
CPU usage is above 80%
_Impact:_ API latency rises
<https://ops.example.org/r|Runbook> <https://grafana.example.org/d|Dashboard>
*Bare*

"""


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        (receivers.HEADLINE, "[FIRING:2] HighCPUUsage (tabular)"),
        (receivers.SUMMARY, "High CPU usage on a1 (tabular)"),
        (receivers.COLOUR, "danger"),
        (receivers.MAIL, MAIL),
        (receivers.SLACK, SLACK),
        (receivers.literal("#a{{ .Nothing }}{{{b}}"), "#a{{ .Nothing }}{{{b}}"),
    ],
    ids=["headline", "summary", "colour", "mail", "slack", "literal"],
)
def test_messages_say_what_people_need(template: str, expected: str, tmp_path: Path) -> None:
    """Summary, description, impact and links are there, and what is missing leaves no trace."""
    data = tmp_path / "alerts.json"
    common = {"commonLabels": ALERT["labels"], "commonAnnotations": ALERT["annotations"]}
    data.write_text(json.dumps({"status": "firing", "alerts": [ALERT, BARE], **common}))
    argv = ["amtool", "template", "render", "--template.glob=*.none", f"--template.data={data}"]
    ended = subprocess.run(
        [*argv, f"--template.text={template}"], capture_output=True, text=True, check=True
    )

    assert expected.split() == ended.stdout.split()
    assert expected.count("\n") <= ended.stdout.count("\n")
