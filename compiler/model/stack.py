"""Section ``stack``: the servers that watch the service, and their versions."""

from __future__ import annotations

from dataclasses import field

from compiler.model.cluster import Cluster
from compiler.model.collector import Collector
from compiler.model.types import FilePath, Flag, Target, Text, Url, Version
from runtime.contract.entry import Entry, entry
from runtime.contract.serve import Serve
from runtime.contract.units import Bytes, PositiveSeconds, Share


@entry
class Prometheus(Entry):
    """The Prometheus server that the rules are written for."""

    url: Url | None = None
    """Address under which people and Grafana reach it."""
    version: Version = "2.42"
    """Version that runs; what is emitted follows it."""
    scrape_interval_seconds: PositiveSeconds = 15
    """Interval of scrape jobs that say neither an interval nor a category."""
    scrape_timeout_seconds: PositiveSeconds | None = None
    """Time limit of a scrape that says none; 10s, or the interval when that is shorter."""
    evaluation_interval_seconds: PositiveSeconds = 15
    """Interval of alert groups that say none."""
    retention_seconds: PositiveSeconds | None = None
    """How long samples are kept; given to the server as a flag."""
    retention_size_bytes: Bytes | None = None
    """How much disk samples may take; given to the server as a flag."""


@entry
class Alertmanager(Entry):
    """The Alertmanager that alerts are sent to."""

    url: Url | None = None
    """Address under which people reach it."""
    version: Version = "0.25"
    """Version that runs; what is emitted follows it."""
    targets: tuple[Target, ...] = ()
    """Addresses to which Prometheus sends alerts."""
    shared: Flag = False
    """Whether several environments may name the same targets."""
    unit: Text = "prometheus-alertmanager.service"
    """systemd unit it runs as; where `credential` secrets are looked up."""
    credentials: FilePath | None = None
    """Folder of its `credential` secrets where that is not its unit's; where the Prometheus
    Operator runs it, none means that of the Secret `opsc-credentials`."""


@entry
class Grafana(Entry):
    """The Grafana that shows the dashboards."""

    url: Url | None = None
    """Address under which people reach it."""
    version: Version | None = None
    """Version that runs."""
    folder: FilePath = "/var/lib/grafana/dashboards"
    """Folder on its host where the compiled dashboards are put, and where it looks for them."""


@entry
class Loki(Entry):
    """The Loki that keeps the logs."""

    url: Url | None = None
    """Address under which logs are sent and read."""
    version: Version | None = None
    """Version that runs."""
    retention_seconds: PositiveSeconds | None = None
    """How long logs are kept."""


@entry
class Jaeger(Entry):
    """The Jaeger that keeps the traces."""

    url: Url | None = None
    """Address under which traces are sent and read."""
    version: Version | None = None
    """Version that runs."""
    sampling_ratio: Share | None = None
    """Share of requests that are traced."""
    retention_seconds: PositiveSeconds | None = None
    """How long traces are kept."""


@entry
class Opsrun(Entry):
    """The executor on the hosts."""

    program: FilePath = "/usr/bin/opsrun"
    """Where it is installed."""
    state: FilePath = "/var/lib/opsrun"
    """Folder of its journal, of outputs and locks."""
    textfile: FilePath | None = None
    """Folder of node_exporter's textfile collector; none means `metrics` in the state folder."""
    keep_seconds: PositiveSeconds = 90 * 86_400
    """How long the journal keeps runs that have ended, and alerts that came."""
    collector: Collector | None = None
    """What `opsrun serve` watches of its host; nothing when it is left out. Where no host has
    `scheduler: serve`, it stands beside the timers of all hosts that have systemd."""
    serve: Serve = field(default_factory=Serve)
    """Its resident process, `opsrun serve`: on hosts with `scheduler: serve`. Where there are none,
    to say anything here, or of the `collector`, puts it beside the timers of all hosts that have
    systemd: to be asked, and to take alerts."""


@entry
class Stack(Entry):
    """The servers that watch the service."""

    prometheus: Prometheus = field(default_factory=Prometheus)
    """Metrics and alert rules."""
    alertmanager: Alertmanager | None = None
    """Notifications."""
    grafana: Grafana | None = None
    """Dashboards."""
    loki: Loki | None = None
    """Logs."""
    jaeger: Jaeger | None = None
    """Traces."""
    opsrun: Opsrun = field(default_factory=Opsrun)
    """Jobs."""
    kubernetes: Cluster | None = None
    """The cluster that runs jobs, and what watches the service there."""
