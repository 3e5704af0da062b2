"""A platform file and two services compile together, into one configuration of each server."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
import yaml

from compiler.authority.judge import judge
from compiler.pipeline import compile_plan, examine
from compiler.write import Bundle, write

if TYPE_CHECKING:
    from pathlib import Path

    from compiler.pipeline import Examination

PLATFORM = """\
opsc: 1
teams:
  shops: {receiver: chat, contact: {email: shops@example.org}}
  goods: {receiver: page, contact: {email: goods@example.org}}
environments:
  production: {labels: {environment: production}}
  staging: {labels: {environment: staging}, set: {stack.prometheus.evaluation_interval: 30s}}
hosts: {all: [one, two]}
stack:
  prometheus: {url: "https://prometheus.example.org"}
  alertmanager: {targets: ["alertmanager:9093"], shared: true}
scrape:
  node: {targets: ["one:9100", "two:9100"], exposes: node_exporter, category: system, shared: true}
routing:
  default: chat
  receivers:
    chat: {webhook: {url: "https://chat.example.org/hook"}}
    page: {pagerduty: {routing_key: {file: /etc/alertmanager/key}}}
"""

SERVICE = """\
opsc: 1
service:
  name: {name}
  title: {name}
  owner: {owner}
  links: {{runbooks: "https://ops.example.org/{name}", dashboards: "https://grafana.example.org"}}
scrape: {{{name}: {{targets: ["{name}:8000"], exposes: metrics, shared: true}}}}
alert_groups: {{api: {{}}}}
alerts:
  {alert}:
    group: api
    value: up{{job="{name}"}}
    equals: 0
    for: 5m
    severity: critical
    summary: "{name} is down"
    description: "{{{{ $labels.instance }}}} does not answer"
    impact: Nobody is served
    steps: [Restart it]
    dashboard: /d/{name}
retention: {{tmp: {{files: /srv/{name}/tmp, keep: 7d}}}}
jobs: {{tidy: {{run: files.expire, of: tmp, hosts: all, schedule: daily at 01:00, timeout: 5m}}}}
maintenance: {{windows: {{night: {{schedule: daily at 02:00, lasts: 1h}}}}}}
"""


@pytest.fixture
def together(tmp_path: Path) -> Examination:
    """A platform file and two services, examined together."""
    specs = tmp_path / "specs"
    (specs / "services").mkdir(parents=True)
    (specs / "platform.yaml").write_text(PLATFORM)
    for name, owner, alert in (("shop", "shops", "ShopDown"), ("store", "goods", "StoreDown")):
        text = SERVICE.format(name=name, owner=owner, alert=alert)
        (specs / f"services/{name}.yaml").write_text(text)
    return examine([str(specs)], today=date(2026, 11, 23))


def test_services_that_share_a_platform_have_no_fault(together: Examination) -> None:
    """References from the services into the platform file, and back, are all found."""
    assert () == together.findings


@pytest.mark.e2e
def test_two_services_make_one_configuration_that_the_tools_accept(
    tmp_path: Path, together: Examination
) -> None:
    """One prometheus.yml with all scrape jobs, a rule file a service, units that never meet."""
    for plan in together.plans:
        artifacts = compile_plan(plan)
        folder = tmp_path / plan.environment
        write(
            folder,
            Bundle(artifacts=artifacts, compiler="", environment=plan.environment, spec=""),
        )
        config = yaml.safe_load((folder / "prometheus/prometheus.yml").read_text())

        assert ["node", "shop", "store"] == [job["job_name"] for job in config["scrape_configs"]]
        assert {
            "jobs/plan.json",
            "prometheus/rules/shop.yml",
            "prometheus/rules/store.yml",
            "systemd/opsrun-shop-tidy.timer",
            "systemd/opsrun-store-tidy.timer",
        } <= {artifact.path for artifact in artifacts}
        assert () == judge(folder)


def test_an_override_of_the_platform_reaches_every_service(together: Examination) -> None:
    """The evaluation interval that staging sets holds for the groups of both services."""
    intervals = {
        plan.environment: {group.interval_seconds for group in plan.groups}
        for plan in together.plans
    }

    assert {"production": {15}, "staging": {30}} == intervals
