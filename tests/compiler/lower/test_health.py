"""Health: jobs that make checks, and the alerts that follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.compiler.lower.specs import plan_of, shop

if TYPE_CHECKING:
    from compiler.lower.plan import AlertPlan, JobPlan

SPEC = """\
hosts: {api: [api1, api2], db: [db1]}
scrape: {node: {targets: ["api1:9100"], exposes: node_exporter}}
resources:
  api: {http: {url: "http://localhost:8000/health"}}
  db: {postgres: {dsn: {env: DSN}, replica: {env: COPY}, roles: {monitor: {env: M}}}}
  cache: {redis: {url: {env: CACHE}, capacity: 1GiB}}
  waiting: {queue: {in: cache, stream: events, group: workers}}
  data: {storage: {path: /srv, capacity: 1GiB}}
  unit: {systemd: worker.service}
health:
  every: 1m
  timeout: 5s
  hosts: api
  checks:
"""


def plan(checks: str) -> tuple[list[JobPlan], dict[str, AlertPlan]]:
    """Given checks, return the jobs and the alerts that follow."""
    found = plan_of(shop(SPEC + "".join(f"    {line}\n" for line in checks.splitlines())))
    alerts = {alert.name: alert for group in found.groups for alert in group.alerts}
    return list(found.jobs), alerts


def test_checks_with_interval_and_hosts_in_common_are_one_job() -> None:
    """Its name says what it does not have in common with the section."""
    jobs, _ = plan(
        "api: {of: api}\ndb: {of: db, hosts: db}\ncache: {of: cache, every: 5m}\ndata: {of: data}"
    )
    made = {job.name: list(job.contract.steps["check"].parameters["checks"]) for job in jobs}

    assert {
        "health-check": ["api", "data"],
        "health-check-db": ["db"],
        "health-check-5m": ["cache"],
    } == made


def test_a_job_of_checks_is_never_made_up_for() -> None:
    """How things were is nobody's question; the limit ends before the next run."""
    jobs, _ = plan("api: {of: api}\nquick: {of: api, every: 10s, timeout: 8s}")

    assert [("skip", 60, 15), ("skip", 10, 10)] == [
        (job.contract.catch_up, job.contract.start_deadline_seconds, job.contract.timeout_seconds)
        for job in jobs
    ]
    assert ["every 1m", "every 10s"] == [job.contract.schedule for job in jobs]


def test_conditions_become_limits_of_the_kind() -> None:
    """With what the resource says of itself."""
    ((job,), _) = plan(
        "db: {of: db, user: monitor, degraded: {replication_lag: 10s, connections: 80%}}\n"
        "waiting: {of: waiting, optional: true, unhealthy: {depth: 5, age: 1m}}\n"
        "data: {of: data, write: true, unhealthy: {free_space: 5%}}"
    )
    checks = job.contract.steps["check"].parameters["checks"]
    db, waiting, data = (checks[name] for name in ("db", "waiting", "data"))

    assert ({"env": "M"}, {"env": "COPY"}) == (db["postgres"]["dsn"], db["postgres"]["replica"])
    assert (10, 0.8) == (
        db["postgres"]["degraded_lag_seconds"],
        db["postgres"]["degraded_connections_ratio"],
    )
    assert ({"env": "CACHE"}, "workers", 60, True) == (
        waiting["queue"]["redis"],
        waiting["queue"]["group"],
        waiting["queue"]["unhealthy_age_seconds"],
        waiting["optional"],
    )
    assert (True, 2**30, 0.05) == (
        data["storage"]["write"],
        data["storage"]["capacity_bytes"],
        data["storage"]["unhealthy_below_ratio"],
    )


def test_each_check_has_alerts_and_each_job_one_that_it_has_gone() -> None:
    """An optional check wakes nobody."""
    _, alerts = plan("api: {of: api}\ncache: {of: cache, optional: true}")

    assert {
        "ShopApiUnhealthy": "critical",
        "ShopApiDegraded": "warning",
        "ShopCacheUnhealthy": "warning",
        "ShopCacheDegraded": "info",
        "ShopHealthCheckStale": "warning",
    } == {name: alert.severity for name, alert in alerts.items()}


def test_an_alert_waits_for_a_second_bad_check() -> None:
    """And is said with the check's own words."""
    _, alerts = plan("api: {of: api, impact: Nobody can buy, severity: info}")
    alert = alerts["ShopApiUnhealthy"]

    assert (120, "info", "Nobody can buy") == (
        alert.for_seconds,
        alert.severity,
        alert.annotations["impact"],
    )
    assert 'job_name="health-check",step="check",check="api"' in alert.expression


def test_a_check_that_cannot_be_resolved_is_left_out() -> None:
    """The others are made all the same."""
    jobs, alerts = plan("api: {of: api}\nlost: {of: nowhere}")

    assert ["api"] == list(jobs[0].contract.steps["check"].parameters["checks"])
    assert "ShopLostUnhealthy" not in alerts
