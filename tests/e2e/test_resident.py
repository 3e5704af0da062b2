"""`opsrun serve` with the compiled `local` plan: asked by a browser, Prometheus, Alertmanager."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from runtime.status.html import REFRESH_SECONDS
from tests.e2e.browser import LOOKS, NEEDED, chromium, faults, is_scrolled_sideways, opened
from tests.e2e.local_plan import compiled_local
from tests.e2e.servers import alertmanager, free_port
from tests.faults.opsrun import opsrun
from tests.runtime.serve.resident import TOKEN, Answer, Resident, ask, resident
from tests.servers.process import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

REMOVED = "      - stack.opsrun\n"
RECEIVER = 'routing.receivers.automation: {webhook: {url: "http://127.0.0.1:18000/alerts"}}'


@dataclass(frozen=True, kw_only=True)
class Site:
    """A scheduler that works, and what was compiled for it."""

    one: Resident
    generated: Path

    def ask(self, path: str) -> Answer:
        """Ask for an address, with the token."""
        return ask(f"{self.one.url}{path}", token=TOKEN)

    def looks_at_the_host(self) -> None:
        """Wait until it knows how the host is."""
        until(lambda: self.ask("/health").json["host"]["status"] != "unknown", "a look at the host")

    def alerts(self) -> Any:
        """Return what `opsrun alerts` shows."""
        argv = [sys.executable, "-m", "runtime.cli", "alerts", "--format", "json"]
        where = ("--state", str(self.one.folder / "state"))
        return json.loads(subprocess.run([*argv, *where], capture_output=True, check=True).stdout)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The scheduler of the local environment; it and Alertmanager read the token from a file."""
    folder, address = tmp_path_factory.mktemp("site"), f"127.0.0.1:{free_port()}"
    (folder / "token").write_text(TOKEN)
    token = f"token: {{file: {folder / 'token'}}}"
    receiver = f'{{webhook: {{url: "http://{address}/alerts", {token}}}}}'
    settings = f'stack.opsrun.serve: {{listen: "{address}", {token}}}'
    changes = {
        RECEIVER: f"routing.receivers.automation: {receiver}\n      {settings}",
        REMOVED: "",
    }
    generated = compiled_local(folder, changes)
    shutil.copy(generated / "jobs/plan.json", folder / "plan.json")
    with resident(folder, "--listen", address) as one:
        made = Site(one=one, generated=generated)
        made.looks_at_the_host()
        yield made


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser."""
    with chromium() as running:
        yield running


@NEEDED
@pytest.mark.parametrize(("scheme", "size"), LOOKS)
def test_a_browser_is_shown_the_page_and_has_it_renewed(
    site: Site, browser: Browser, scheme: str, size: tuple[int, int], tmp_path: Path
) -> None:
    """Whoever has the token logs in with it: nothing is too wide, faulty or said on the console."""
    with opened(browser, scheme=scheme, size=size, password=TOKEN) as (page, said):
        page.clock.install()
        answer = page.goto(site.one.url)
        assert answer is not None
        assert (200, True) == (answer.status, answer.ok)
        page.screenshot(path=tmp_path / "page.png", full_page=True)

        assert page.get_by_role("heading", name="This host").is_visible()
        assert not is_scrolled_sideways(page)
        assert [] == faults(page)
        with page.expect_response("**/status") as renewed:
            page.clock.run_for(REFRESH_SECONDS * 1000)
        assert "text/html; charset=utf-8" == renewed.value.headers["content-type"]
        assert not page.get_by_text("this is how it was").is_visible()
        assert [] == said


def test_prometheus_can_read_the_metrics_and_has_nothing_to_say(site: Site) -> None:
    """Those of the jobs, of the scheduler and of the host, together."""
    metrics = site.ask("/metrics").body
    argv = ["promtool", "check", "metrics"]
    ended = subprocess.run(argv, input=metrics, capture_output=True, check=False)

    assert (0, b"", b"") == (ended.returncode, ended.stdout, ended.stderr)
    for name in (b"opsrun_job_runs_total", b"opsrun_serve_jobs", b"opsrun_host_cpus"):
        assert b"\n# TYPE " + name in metrics


def test_health_is_of_the_checks_the_host_and_the_scheduler(site: Site) -> None:
    """Nobody serves what a check asks: then the whole is unhealthy, and the page says the same."""
    opsrun(site.one.folder, "run", "health-check")
    health = site.ask("/health")
    api = next(check for check in health.json["checks"] if check["check"] == "api")

    assert (503, "unhealthy") == (health.status, health.json["status"])
    assert "Connection refused" in api["message"]
    assert ["healthy"] * 3 == [
        health.json["serve"][part]["status"] for part in ("scheduler", "plan", "journal")
    ]
    assert "unhealthy" == site.ask("/status").json["health"]["status"]


def test_an_alert_of_alertmanager_is_kept_once_and_shown(site: Site, tmp_path: Path) -> None:
    """However often it is raised; posted by the compiled configuration, with its bearer token."""
    port = free_port()
    raised = [
        *("amtool", "alert", "add", f"--alertmanager.url=http://127.0.0.1:{port}"),
        *("DiskFull", "severity=critical", "service=tabular", "instance=node1.example.org"),
    ]
    config = site.generated / "alertmanager/alertmanager.yml"
    with alertmanager(config, port, tmp_path / "alertmanager"):
        for _ in range(2):
            subprocess.run(raised, check=True)
        until(lambda: bool(site.alerts()), "the alert")

    (shown,) = site.alerts()
    assert ("DiskFull", "firing") == (shown["name"], shown["status"])
    assert "node1.example.org" == shown["labels"]["instance"]
    assert b'opsrun_serve_alerts_total{what="new"} 1.0' in site.ask("/metrics").body
