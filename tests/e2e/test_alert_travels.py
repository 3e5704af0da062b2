"""An alert of the compiled `local` files fires, arrives with its links, and resolves."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.e2e.local_plan import compiled_local
from tests.e2e.platform import running_platform
from tests.e2e.servers import alertmanager, free_port, prometheus

if TYPE_CHECKING:
    from pathlib import Path

BOUND_SECONDS = 60


@pytest.mark.e2e
def test_a_threshold_alert_fires_arrives_with_its_links_and_resolves(tmp_path: Path) -> None:
    """From a gauge over its threshold to the webhook's post and back, within a minute."""
    ports = {"18000": free_port(), "19090": free_port(), "19093": free_port()}
    moved = {f"127.0.0.1:{written}": f"127.0.0.1:{free}" for written, free in ports.items()}
    generated = compiled_local(tmp_path, moved)
    base = f"http://127.0.0.1:{ports['18000']}"
    started = time.monotonic()
    with (
        running_platform(ports["18000"]) as platform,
        alertmanager(
            generated / "alertmanager/alertmanager.yml", ports["19093"], tmp_path / "alertmanager"
        ),
        prometheus(
            generated / "prometheus/prometheus.yml", ports["19090"], tmp_path / "prometheus"
        ),
    ):
        platform.privacy_risk = 0.42
        fired = platform.wait_for("HighPrivacyRisk", "firing", BOUND_SECONDS)
        platform.privacy_risk = 0.1
        resolved = platform.wait_for("HighPrivacyRisk", "resolved", BOUND_SECONDS)

    assert f"{base}/runbooks/HighPrivacyRisk" == fired["annotations"]["runbook_url"]
    dashboard, _query, panel = fired["annotations"]["dashboard_url"].partition("?viewPanel=")
    assert "http://127.0.0.1:13000/d/tabular-quality" == dashboard
    assert panel.isdecimal()
    assert "42%" in fired["annotations"]["description"]
    assert "critical" == fired["labels"]["severity"]
    assert "data-platform" == fired["labels"]["owner"]
    assert "tabular-local" == fired["labels"]["cluster"]
    assert fired["fingerprint"] == resolved["fingerprint"]
    assert time.monotonic() - started < BOUND_SECONDS
