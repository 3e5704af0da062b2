"""Small plans, built by hand, that together take every branch of the emitters."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from compiler.lower.plan import (
    AlertPlan,
    Comparison,
    GroupPlan,
    JobPlan,
    Origin,
    Plan,
    ScrapePlan,
    ServicePlan,
)
from compiler.model.alerts import Alert
from compiler.model.jobs import Job
from compiler.model.scrape import (
    BasicAuth,
    Discovery,
    Dns,
    Kubernetes,
    Relabel,
    ScrapeJob,
    Tls,
)
from compiler.model.service import Links, Service
from compiler.model.stack import Alertmanager, Grafana, Opsrun, Prometheus, Stack
from compiler.model.teams import Contact, OnCall, Team
from compiler.model.values import Quantity
from runtime.contract.channel import (
    Channel,
    PagerDutyChannel,
    SlackChannel,
    SmtpChannel,
    WebhookChannel,
)
from runtime.contract.command import Command
from runtime.contract.files_expire import FilesExpire, Place
from runtime.contract.health_check import Check, HealthCheck, HttpCheck, StorageCheck
from runtime.contract.kinds import KINDS
from runtime.contract.plan import Job as Contract
from runtime.contract.plan import Lease, Retries, Step, plan_form
from runtime.contract.plan import Window as RuntimeWindow
from runtime.contract.secret import Secret
from runtime.schedule import parse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runtime.contract.entry import Entry

TEAM = Team(
    title="Data Platform",
    receiver="platform-chat",
    contact=Contact(
        email="platform@example.org",
        slack="#data-platform",
        page="https://wiki.example.org/data-platform",
    ),
    oncall=OnCall(rotation_seconds=604_800, handoff="weekly on mon at 09:00"),
)
SERVICE = Service(
    name="tabular",
    title="Tabular",
    description="Synthetic tabular data platform",
    owner="data-platform",
    links=Links(
        runbooks="https://ops.example.org/tabular", dashboards="https://grafana.example.org"
    ),
)


def plan(**changes: Any) -> Plan:
    """Return a plan of one service without anything in it, but for the changes."""
    empty = Plan(
        environment="production",
        labels={},
        stack=Stack(),
        services={
            "tabular": ServicePlan(origin=Origin(0, ("service",)), service=SERVICE, owner=TEAM)
        },
        teams={"data-platform": TEAM},
        scrapes=(),
        groups=(),
        routing=None,
        jobs=(),
    )
    return replace(empty, **changes)


def elsewhere() -> Stack:
    """Return a stack whose executor has another program, state and folder of metrics."""
    opsrun = Opsrun(
        program="/opt/opsc/bin/opsrun",
        state="/srv/opsrun state",
        textfile="/var/lib/node_exporter/textfile",
    )
    return replace(stack(), opsrun=opsrun)


def stack(prometheus: str = "2.42", alertmanager: str = "0.25") -> Stack:
    """Return a stack of the given versions."""
    return Stack(
        prometheus=Prometheus(
            url="https://prometheus.example.org",
            version=prometheus,
            retention_seconds=90 * 86_400,
            retention_size_bytes=50 * 2**30,
        ),
        alertmanager=Alertmanager(
            url="https://alerts.example.org",
            version=alertmanager,
            targets=("alerts.example.org:9093",),
        ),
        grafana=Grafana(url="https://grafana.example.org"),
    )


def alert(name: str = "HighCPUUsage", **changes: Any) -> AlertPlan:
    """Return an alert on CPU use, but for the changes."""
    entry = Alert(
        group="system_health",
        signal="cpu",
        above=Quantity(Decimal("0.8"), "ratio", "80%"),
        for_seconds=600,
        severity="warning",
        steps=("Find the busiest processes", "Check for a stuck generation", "Scale out"),
        queries={"Busiest hosts": "topk(3, instance:cpu:ratio)"},
    )
    made = AlertPlan(
        origin=Origin(0, ("alerts", name)),
        service="tabular",
        name=name,
        group="system_health",
        entry=entry,
        comparison=Comparison(
            query='1 - avg by (instance) (rate(node_cpu_seconds_total{mode="idle"}[5m]))',
            operator=">",
            threshold=Decimal("0.8"),
            threshold_text="80%",
            unit="ratio",
        ),
        expression='1 - avg by (instance) (rate(node_cpu_seconds_total{mode="idle"}[5m])) > 0.8',
        for_seconds=600,
        keep_firing_for_seconds=None,
        severity="warning",
        owner="data-platform",
        labels=labels(),
        annotations={
            "dashboard_url": "https://grafana.example.org/d/system",
            "description": "CPU usage is above 80% (now {{ $value | humanizePercentage }})",
            "impact": "Generation jobs slow down and API latency rises",
            "runbook_url": f"https://ops.example.org/tabular/{name}",
            "summary": "High CPU usage on {{ $labels.instance }}",
        },
    )
    return replace(made, **changes)


def labels(**changes: str) -> Mapping[str, str]:
    """Return the labels of an alert, but for the changes."""
    usual = {
        "owner": "data-platform",
        "service": "tabular",
        "severity": "warning",
        "signal": "cpu",
    }
    return dict(sorted({**usual, **changes}.items()))


def group(*alerts: AlertPlan, name: str = "system_health", **changes: Any) -> GroupPlan:
    """Return a group of alerts that is evaluated every 30 seconds, but for the changes."""
    made = GroupPlan(
        origin=Origin(0, ("alert_groups", name)),
        service="tabular",
        name=f"tabular-{name}",
        interval_seconds=30,
        query_offset_seconds=None,
        alerts=alerts,
    )
    return replace(made, **changes)


def scrape(name: str, interval_seconds: float = 15, **entry: Any) -> ScrapePlan:
    """Return a scrape job of the entry's fields."""
    return ScrapePlan(
        origin=Origin(0, ("scrape", name)),
        name=name,
        entry=ScrapeJob(**{"exposes": "metrics", **entry}),
        interval_seconds=interval_seconds,
        timeout_seconds=min(10, interval_seconds),
    )


NODE = scrape(
    "node",
    targets=("node1.example.org:9100", "[2001:db8::7]:9100"),
    exposes="node_exporter",
    instance="host",
    labels={"rack": "a1"},
)


def every_scrape() -> tuple[ScrapePlan, ...]:
    """Return scrape jobs that together use every field."""
    return (
        NODE,
        scrape(
            "api",
            30,
            targets=("api1.example.org:8443",),
            scheme="https",
            path="/internal/metrics",
            params={"module": ("fast", "on")},
            honor_labels=True,
            sample_limit=5000,
            basic_auth=BasicAuth(username="scraper", password=Secret(credential="api-password")),
            tls=Tls(
                ca_file="/etc/ssl/ca.pem", server_name="api.example.org", insecure_skip_verify=False
            ),
            relabel=(
                Relabel(
                    source_labels=("__address__", "rack"),
                    separator="/",
                    regex="(.*):.*",
                    target_label="place",
                    replacement="${1}",
                ),
                Relabel(
                    source_labels=("__address__",),
                    modulus=4,
                    target_label="shard",
                    action="hashmod",
                ),
            ),
            metric_relabel=(Relabel(source_labels=("__name__",), regex="go_.*", action="drop"),),
        ),
        scrape(
            "discovered",
            discovery=Discovery(dns=Dns(names=("_api._tcp.example.org",), refresh_seconds=60)),
            bearer=Secret(file="/etc/prometheus/token"),
            instance="host",
            labels={"price": "5$"},
        ),
        scrape(
            "addresses",
            discovery=Discovery(dns=Dns(names=("db.example.org",), type="A", port=9187)),
        ),
        scrape("listed", discovery=Discovery(files=("/etc/prometheus/targets/*.json",))),
        scrape("asked", discovery=Discovery(http="https://inventory.example.org/targets")),
        scrape("unsaid", targets=("x.example.org:80",), bearer=Secret(env="TOKEN")),
        scrape(
            "unsaid-password",
            targets=("x.example.org:80",),
            basic_auth=BasicAuth(username="scraper", password=Secret(env="PASSWORD")),
        ),
    )


def clusters() -> tuple[ScrapePlan, ...]:
    """Return scrape jobs that find their targets in Kubernetes."""
    return (
        scrape(
            "cluster",
            discovery=Discovery(kubernetes=Kubernetes(role="pod", namespaces=("tabular",))),
            tls=Tls(),
        ),
        scrape("nodes", discovery=Discovery(kubernetes=Kubernetes(role="node"))),
    )


def expiry(*roots: str) -> FilesExpire:
    """Return what deletes files below the roots after a week."""
    places = tuple(Place(root=root, pattern="*.log") for root in roots)
    return FilesExpire(places=places, older_than_seconds=604_800)


def checks(*urls: str, disks: tuple[str, ...] = ()) -> HealthCheck:
    """Return checks of addresses and disks."""
    made = {f"http-{number}": Check(http=HttpCheck(url=url)) for number, url in enumerate(urls)}
    for number, path in enumerate(disks):
        disk = StorageCheck(
            path=path, degraded_below_ratio=Decimal("0.2"), unhealthy_below_ratio=Decimal("0.05")
        )
        made[f"disk-{number}"] = Check(storage=disk, timeout_seconds=2.5)
    return HealthCheck(checks=made)


def job(name: str, schedule: str, *steps: Entry, description: str = "", **entry: Any) -> JobPlan:
    """Return a job of the steps, whose kinds follow from their classes."""
    kinds = {parameters: kind for kind, parameters in KINDS.items()}
    return JobPlan(
        origin=Origin(0, ("jobs", name)),
        service="tabular",
        name=name,
        group="api",
        hosts=("api1", "api2"),
        entry=Job(schedule=schedule, timeout_seconds=600, **entry),
        schedule=parse(schedule),
        contract=Contract(
            service="tabular",
            name=name,
            description=description,
            hosts=("api1", "api2"),
            schedule=schedule,
            start_deadline_seconds=3600,
            timeout_seconds=600,
            steps={
                f"step-{number}": Step(kind=kinds[type(step)], parameters=plan_form(step))
                for number, step in enumerate(steps)
            },
        ),
    )


def channels() -> dict[str, Channel]:
    """Return a channel of each kind."""
    return {
        "mail": Channel(
            smtp=SmtpChannel(
                host="mail.example.org:587",
                sender="ops@example.org",
                to=("ops@example.org",),
                user="ops",
                password=Secret(credential="mail-password"),
            )
        ),
        "chat": Channel(slack=SlackChannel(url=Secret(file="/run/secrets/slack"))),
        "pager": Channel(pagerduty=PagerDutyChannel(routing_key=Secret(env="PAGER_KEY"))),
        "hook": Channel(
            webhook=WebhookChannel(url="https://192.0.2.9/hook", token=Secret(credential="hook"))
        ),
    }


def commands() -> tuple[JobPlan, ...]:
    """Return jobs whose commands declare, together, everything that a command can."""
    plain = Command(argv=("/usr/local/bin/tidy", "--all"))
    reader = Command(
        argv=("/usr/local/bin/report",),
        secrets={
            "TOKEN": Secret(credential="report-token"),
            "DSN": Secret(env="REPORT_DSN"),
            "KEY": Secret(file="/home/tabular/key"),
        },
        reads=("/proc/meminfo", "/run/postgresql"),
        writes=("/srv/report",),
        connects=("192.0.2.0/24", "any"),
    )
    owner = Command(
        argv=("/usr/bin/chown", "-R", "tabular", "/srv/in"),
        writes=("/srv/in",),
        capabilities=("CAP_CHOWN", "CAP_DAC_READ_SEARCH"),
    )
    mighty = replace(owner, capabilities=("CAP_SYS_ADMIN", "CAP_SYS_PTRACE"), connects=("any",))
    maker = Command(argv=("/usr/bin/node", "x.js"), makes_code=True, memory_bytes=2**31)
    retried = job("retried", "daily at 04:00", plain, catch_up="all", jitter_seconds=60)
    return (
        job("plain", "daily at 03:00", plain),
        job("reader", "daily at 03:00", reader),
        job("owner", "daily at 03:00", owner),
        job("mighty", "daily at 03:00", mighty),
        job("maker", "daily at 03:00", maker),
        replace(
            retried,
            contract=replace(
                retried.contract,
                retries=Retries(attempts=3),
                catch_up="all",
                lease=Lease(redis=Secret(credential="redis")),
            ),
        ),
    )


def every_job() -> tuple[JobPlan, ...]:
    """Return jobs that together take every branch of units and timers."""
    return (
        job(
            "expire-logs",
            "daily at 02:00",
            expiry("/var/log/tabular", "/var/log/my app"),
            description="Deletes logs once 100% of them are old, costs 0$",
            jitter_seconds=300,
        ),
        job("expire-temporary", "every 90m", expiry("/tmp/tabular", "/home/tabular/tmp")),
        job("check-disks", "every 5m", checks(disks=("/", "/var/lib")), catch_up="skip"),
        job("check-here", "hourly at :15", checks("http://localhost:8000/health", "http://[::1]/")),
        job(
            "check-there",
            "weekly on mon,wed at 03:30",
            checks("https://192.0.2.7/", "http://127.0.0.1/"),
        ),
        job("check-names", "cron: */15 8-17 1 * mon-fri", checks("https://api.example.org/health")),
        job("by-hand", "manual", expiry("/srv/tabular"), checks(disks=("/srv",))),
        job("unsayable", "every 50h", expiry("/srv/tabular")),
    )


def every_schedule() -> tuple[JobPlan, ...]:
    """Return jobs that together take every branch of crontabs."""
    tidy = Command(argv=("/usr/local/bin/tidy", "--all"))
    often = job("often", "every 5m", tidy, jitter_seconds=60, catch_up="skip")
    odd = job("odd", "every 90s", tidy)
    hand = job("by-hand", "manual", tidy)
    zoned = job("zoned", "daily at 04:30", tidy)
    anywhere = job("anywhere", "every 90m", tidy)
    return (
        replace(often, contract=replace(often.contract, jitter_seconds=60, catch_up="skip")),
        odd,
        hand,
        replace(
            zoned,
            group="old",
            hosts=("old1",),
            host_zone="Europe/Berlin",
            scheduler="cron",
            contract=replace(zoned.contract, time_zone="Europe/Berlin"),
        ),
        replace(anywhere, group=None, hosts=()),
    )


def every_window() -> tuple[RuntimeWindow, ...]:
    """Return windows of each form."""
    return (
        RuntimeWindow(service=None, name="moving", start="2027-03-01T02:00Z", lasts_seconds=3600),
        RuntimeWindow(
            service="tabular",
            name="upgrades",
            schedule="weekly on sun at 02:00",
            lasts_seconds=7200,
        ),
    )
