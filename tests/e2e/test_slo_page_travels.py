"""The page of an SLO: from requests that fail in a real application to the webhook, and back."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from tests.checkout import ROOT
from tests.e2e.instrumented import running_instrumented
from tests.e2e.servers import alertmanager, free_port, prometheus

if TYPE_CHECKING:
    from pathlib import Path

BOUND_SECONDS = 60
PAGE = "TabularApiAvailabilityPage"
LOCAL = "      slos.api-availability.window: 6h\n"
QUICK = """\
      slos.api-availability.alerts:
        page: {windows: {quick: {short: 5s, long: 10s, factor: 10}}}
"""


def compiled_local(folder: Path, ports: dict[str, int]) -> Path:
    """Compile the reference spec's `local` with quick windows and free ports; return its folder."""
    text = (ROOT / "specs/tabular.yaml").read_text()
    assert LOCAL in text
    text = text.replace(LOCAL, LOCAL + QUICK)
    for written, free in ports.items():
        text = text.replace(f"127.0.0.1:{written}", f"127.0.0.1:{free}")
    spec = folder / "tabular.yaml"
    spec.write_text(text)
    subprocess.run(
        [
            *(sys.executable, "-m", "compiler.cli", "compile", str(spec)),
            *("--env", "local", "--output", str(folder / "generated")),
        ],
        check=True,
        cwd=ROOT,
    )
    return folder / "generated/local"


@pytest.mark.e2e
@pytest.mark.slow
def test_requests_that_fail_become_a_page_that_arrives_and_resolves(tmp_path: Path) -> None:
    """The compiled middleware counts, the compiled rules burn, the compiled route tells."""
    ports = {"18000": free_port(), "19090": free_port(), "19093": free_port()}
    generated = compiled_local(tmp_path, ports)
    started = time.monotonic()
    with (
        running_instrumented(generated, ports["18000"]) as application,
        alertmanager(
            generated / "alertmanager/alertmanager.yml", ports["19093"], tmp_path / "alertmanager"
        ),
        prometheus(
            generated / "prometheus/prometheus.yml", ports["19090"], tmp_path / "prometheus"
        ),
    ):
        application.is_failing = True
        fired = application.wait_for(PAGE, "firing", BOUND_SECONDS)
        application.is_failing = False
        resolved = application.wait_for(PAGE, "resolved", BOUND_SECONDS)
        counted = {
            name: application.metrics.registry.get_sample_value(name, labels)
            for name, labels in (
                (
                    "tabular_api_requests_total",
                    {"method": "GET", "endpoint": "/data-sets/{number:int}", "status": "500"},
                ),
                (
                    "tabular_errors_total",
                    {"error_type": "ConnectionError", "component": "api"},
                ),
            )
        }

    assert "critical" == fired["labels"]["severity"]
    assert "tabular-api-availability" == fired["labels"]["slo_id"]
    assert "tabular-local" == fired["labels"]["cluster"]
    page = fired["annotations"]["runbook_url"].rpartition("/")[2]
    assert (generated / "runbooks" / f"{page}.md").is_file()
    assert fired["fingerprint"] == resolved["fingerprint"]
    assert 1 == len(set(counted.values()))
    assert None not in counted.values()
    assert time.monotonic() - started < 2 * BOUND_SECONDS
