"""A real Alertmanager mutes the warning about the object that a critical alert is about."""

from __future__ import annotations

import json
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from compiler.emit import alertmanager as emitter
from tests.compiler.lower.specs import plan_of, shop
from tests.e2e.servers import alertmanager, free_port

if TYPE_CHECKING:
    from pathlib import Path

SPEC = """
routing:
  default: chat
  receivers: {chat: {webhook: {url: "http://127.0.0.1:9/alerts"}}}
metrics: {free_ratio: {gauge: Free, labels: {mountpoint: ~4}}}
signals: {disk: {query: free_ratio, unit: ratio}}
alert_groups: {g: {}}
alerts:
  Crit: {group: g, severity: critical, signal: disk, below: 5%}
  Warn: {group: g, severity: warning, signal: disk, below: 20%}
"""
BOUND_SECONDS = 20


def ask(url: str, alerts: list[dict[str, Any]] | None = None) -> Any:
    """Post alerts, or get what Alertmanager says of them."""
    body = None if alerts is None else json.dumps(alerts).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=5) as answer:
        return json.loads(answer.read() or b"null")


@pytest.mark.e2e
def test_another_file_systems_warning_is_heard(tmp_path: Path) -> None:
    """The full `/boot` mutes the warning about `/boot`, and not the one about `/data`."""
    configuration, _cases = emitter.emit(plan_of(shop(SPEC)))
    file = tmp_path / "alertmanager.yml"
    file.write_text(configuration.text, encoding="utf-8")
    port = free_port()
    url = f"http://127.0.0.1:{port}/api/v2/alerts"
    labels = {"service": "shop", "signal": "disk", "instance": "db1", "owner": "ops"}
    fired = [
        {**labels, "alertname": name, "severity": severity, "mountpoint": mountpoint}
        for name, severity, mountpoint in (
            ("Crit", "critical", "/boot"),
            ("Warn", "warning", "/boot"),
            ("Warn", "warning", "/data"),
        )
    ]
    until = datetime.now(UTC) + timedelta(seconds=BOUND_SECONDS)
    muted: set[tuple[str, str]] = set()
    with alertmanager(file, port, tmp_path / "server"):
        ask(url, [{"labels": each} for each in fired])
        while not muted and datetime.now(UTC) < until:
            muted = {
                (each["labels"]["alertname"], each["labels"]["mountpoint"])
                for each in ask(url)
                if each["status"]["inhibitedBy"]
            }

    assert {("Warn", "/boot")} == muted
