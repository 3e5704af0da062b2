"""Plans for the package, which together take every branch of it, and dashboards to pack."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from compiler.artifact.artifact import Artifact, LineRange
from compiler.lower.plan import Origin
from compiler.model.cluster import Cluster, Operator, State, Volume
from compiler.model.stack import Alertmanager
from runtime.contract.command import Command
from runtime.contract.files_expire import FilesExpire, Place
from runtime.contract.plan import Notice
from runtime.contract.secret import Secret
from tests.compiler.emit import plans, routing_plans

if TYPE_CHECKING:
    from compiler.lower.plan import JobPlan, Plan
    from runtime.contract.entry import Entry

HOST: Final = "tabular-production"
DASHBOARD: Final = Artifact(
    path="grafana/dashboards/Tabular_Jobs.json",
    text='{\n  "title": "Jobs",\n  "uid": "tabular-jobs"\n}\n',
    origins=(LineRange(2, 2, Origin(0, ("dashboards", "jobs"))),),
)
SMALL: Final = Cluster(namespace="tabular", image="registry.example.org/opsrun:1")
LARGE: Final = Cluster(
    namespace="tabular",
    image=f"registry.example.org/opsrun@sha256:{'0' * 64}",
    pull_secrets=("registry",),
    service_account="jobs",
    user=1000,
    cpu=2,
    cpu_limit=0.25,
    memory_bytes=2**31,
    state=State(claim="journal"),
    volumes={
        "data": Volume(claim="data", path="/srv"),
        "the-exports": Volume(claim="exports", path="/srv/exports"),
        "tmp": Volume(claim="scratch", path="/tmp"),
        "unused": Volume(claim="unused", path="/unused"),
    },
    pushgateway="https://203.0.113.3",
    operator=Operator(labels={"release": "prometheus"}),
)


def in_cluster(job: JobPlan) -> JobPlan:
    """Return a job as Kubernetes starts it."""
    contract = replace(job.contract, hosts=(HOST,))
    return replace(job, scheduler="kubernetes", group="cluster", hosts=(HOST,), contract=contract)


def job(name: str, schedule: str, parameters: Entry) -> JobPlan:
    """Return a small job that Kubernetes starts."""
    return in_cluster(plans.job(name, schedule, parameters))


def small() -> Plan:
    """Return a plan of one job in a cluster of which only what must be said is said."""
    jobs = (job("probe", "every 10m", Command(argv=("/usr/local/bin/probe",))),)
    return plans.plan(jobs=jobs, stack=replace(plans.stack(), kubernetes=SMALL))


def large() -> Plan:
    """Return a plan of jobs that need something each, of people who are told, and of monitoring."""
    secrets = {
        "TOKEN": Secret(env="SHOP_TOKEN"),
        "DSN": Secret(credential="dsn"),
        "KEY": Secret(file="/run/secrets/key"),
        "OTHER": Secret(file="/run/secrets/other"),
    }
    told = job("by_hand", "manual", Command(argv=("/usr/local/bin/probe",), secrets=secrets))
    notice = Notice(channels=tuple(plans.channels()), outcomes=("failed",))
    addressed = Command(
        argv=("/usr/local/bin/probe",),
        connects=("192.0.2.7", "198.51.100.0/24", "2001:db8::1", "127.0.0.1"),
        memory_bytes=3 * 2**29,
    )
    clean = FilesExpire(places=(Place(root="/srv/exports"),), older_than_seconds=86_400)
    read = Command(argv=("/usr/local/bin/probe",), reads=("/srv/in",), writes=("/tmp/own",))
    jobs = (
        replace(told, contract=replace(told.contract, notice=notice, description="Is: told")),
        job("addressed", "weekly on sun at 03:00", addressed),
        job("clean", "monthly on 1 at 04:00", clean),
        job("read", "every 10m", read),
        plans.job("on-a-host", "every 10m", read),
    )
    server = Alertmanager(version="0.27", credentials="/etc/alertmanager/secrets/opsc-credentials")
    return plans.plan(
        stack=replace(plans.stack(), kubernetes=LARGE, alertmanager=server),
        jobs=jobs,
        channels=plans.channels(),
        routing=routing_plans.routing(),
        scrapes=(*plans.every_scrape(), *plans.clusters()),
        groups=(plans.group(plans.alert()),),
    )
