from __future__ import annotations

import json
import subprocess

import pytest
from click.testing import CliRunner

from compiler.emit.package.kubernetes import package
from compiler.lower.remedies import AGAIN, remedies
from runtime.commands.retry import retry
from tests.compiler.emit.package import plans
from tests.compiler.lower.specs import plan_of, shop
from tests.kubernetes import judge

SPEC = """
hosts:
  cluster: {names: [shop-cluster], scheduler: kubernetes}
stack:
  kubernetes:
    namespace: shop
    image: registry.example.org/shop/opsrun:1
    pushgateway: http://pushgateway:9091
resources:
  api: {http: {url: "http://api.shop:8000/health"}}
health: {every: 5m, timeout: 5s, hosts: cluster, checks: {api: {of: api, impact: Requests fail}}}
jobs:
  probe:
    run: command
    with: {argv: [/usr/local/bin/probe]}
    hosts: cluster
    schedule: every 10m
    timeout: 30s
"""


def test_alerts_about_jobs_of_a_cluster_name_no_command_of_a_host() -> None:
    """Nobody can log in to a pod that is gone."""
    plan = plan_of(shop(SPEC))
    steps = {
        alert.name: " ".join(alert.entry.steps) for group in plan.groups for alert in group.alerts
    }

    assert {
        "ShopProbeFailed",
        "ShopProbeMissed",
        "ShopApiUnhealthy",
        "ShopHealthCheckStale",
    } <= set(steps)
    for said in steps.values():
        assert "systemctl" not in said
        assert "`opsrun" not in said
        assert "opsrun-shop-" in said


@pytest.mark.parametrize(
    ("scheduler", "said"),
    [
        ("systemd", "its timer is on: `systemctl list-timers 'opsrun-*'`"),
        ("cron", "its crontab is on: `grep -rF shop/probe /etc/cron.d`"),
        ("serve", "its scheduler is on: `systemctl status opsrun-serve`"),
    ],
)
def test_alerts_about_jobs_of_a_host_name_what_starts_them(scheduler: str, said: str) -> None:
    """No timer is looked for where there is none."""
    spec = SPEC.replace("scheduler: kubernetes", f"scheduler: {scheduler}")
    (missed,) = (
        alert
        for group in plan_of(shop(spec)).groups
        for alert in group.alerts
        if alert.name == "ShopProbeMissed"
    )

    assert f"See whether {said}" in missed.entry.steps


def test_jobs_of_a_cluster_are_heard_through_its_pushgateway() -> None:
    """Without one there is nothing that an alert could ask."""
    told = plan_of(shop(SPEC)).groups
    untold = plan_of(shop(SPEC.replace("    pushgateway: http://pushgateway:9091\n", ""))).groups

    assert ["shop-health", "shop-jobs"] == sorted(group.name for group in told)
    assert () == untold


def test_the_job_that_runs_again_what_failed_is_a_call_that_opsrun_knows() -> None:
    """What sed makes of the arguments of a Job is `opsrun retry`, with the same plan and state."""
    made = {one.path: one.text for one in package(plans.small(), ())}
    (one,) = judge.read([made["kubernetes/cron-job-opsrun-tabular-probe.yaml"]])
    container = one["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0]
    shown = json.dumps(container, indent=4)
    changed = subprocess.run(
        ["/bin/sh", "-c", AGAIN], input=shown, capture_output=True, text=True, check=True
    ).stdout
    verb, *arguments = json.loads(changed)["args"]

    assert "retry" == verb
    assert ["--plan", "/etc/opsrun/plan.json", "--state", "/var/lib/opsrun"] == arguments[:4]
    assert "No such option" not in CliRunner().invoke(retry, arguments).output
    assert AGAIN in remedies("kubernetes", "tabular", "probe").retry
