"""Section ``scrape``: where Prometheus finds metrics, and how often it asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Annotated, ClassVar, Final, Literal

from compiler.model.types import (
    FilePath,
    Flag,
    LabelName,
    Name,
    Positive,
    Target,
    Text,
    Url,
    UrlPath,
    text_of,
)
from runtime.contract.entry import Entry, entry
from runtime.contract.forms import NOT_EMPTY
from runtime.contract.secret import Secret
from runtime.contract.units import Described, PositiveSeconds

Category = Literal["system", "application", "generation", "database", "business"]
"""What a metric tells about."""

INTERVAL_SECONDS: Final = {
    "system": 15,
    "application": 30,
    "generation": 30,
    "database": 30,
    "business": 120,
}
"""Scrape interval by category. Prometheus looks back five minutes, so that business metrics, asked
every five, would vanish at one missed scrape; two minutes allow one."""


@entry
class Dns(Entry):
    """Targets from DNS."""

    names: Annotated[tuple[Text, ...], NOT_EMPTY]
    """Names that are looked up."""
    type: Literal["A", "AAAA", "SRV", "MX", "NS"] = "SRV"
    """Type of record."""
    port: Positive | None = None
    """Port of the targets, unless the record says it."""
    refresh_seconds: PositiveSeconds = 30
    """How often the names are looked up."""


@entry
class Kubernetes(Entry):
    """Targets from the Kubernetes interface."""

    role: Literal["node", "pod", "service", "endpoints", "endpointslice", "ingress"]
    """Kind of object that becomes a target."""
    namespaces: tuple[Name, ...] = ()
    """Namespaces that are searched; empty means all."""


TargetsFile = Annotated[
    str, text_of(r"^/[^*]*(\*[^/]*)?\.(json|yml|yaml)$", "/etc/prometheus/targets/*.yml")
]
"""A file that lists targets, or a pattern with one star in the file's name: JSON or YAML."""


@entry
class Discovery(Entry):
    """Where targets come from when they are not listed."""

    exactly_one: ClassVar = (("dns", "files", "http", "kubernetes"),)

    dns: Dns | None = None
    """Names in DNS."""
    files: Annotated[tuple[TargetsFile, ...], NOT_EMPTY] | None = None
    """Files that another tool writes, in Prometheus' file format."""
    http: Url | None = None
    """Address that lists targets in Prometheus' http format."""
    kubernetes: Kubernetes | None = None
    """Objects of a cluster."""


@entry
class Relabel(Entry):
    """One step of relabelling, in Prometheus' own terms."""

    source_labels: tuple[LabelName, ...] = ()
    """Labels whose values are joined and matched."""
    separator: str = ";"
    """What stands between joined values."""
    regex: Text = "(.*)"
    """Anchored pattern."""
    modulus: Positive | None = None
    """Divisor of `hashmod`."""
    target_label: Text | None = None
    """Label that is written."""
    replacement: str = "$1"
    """What is written."""
    action: Literal[
        "replace",
        "keep",
        "drop",
        "keepequal",
        "dropequal",
        "hashmod",
        "labelmap",
        "labeldrop",
        "labelkeep",
        "lowercase",
        "uppercase",
    ] = "replace"
    """What is done."""


@entry
class BasicAuth(Entry):
    """A user name and where its password is kept."""

    username: Text
    """User name."""
    password: Secret
    """Where the password is kept."""


@entry
class Tls(Entry):
    """How the target is verified, and how Prometheus shows who it is."""

    all_or_none: ClassVar = (("cert_file", "key_file"),)

    ca_file: FilePath | None = None
    """Certificates of the authority that signed the target's."""
    cert_file: FilePath | None = None
    """Certificate that Prometheus shows."""
    key_file: FilePath | None = None
    """Key of that certificate."""
    server_name: Text | None = None
    """Name that the target's certificate must bear."""
    insecure_skip_verify: Flag | None = None
    """Whether the target is believed unseen."""


OWN: Final = "metrics"
"""What a scrape job exposes that serves the metrics of its own spec."""

CATALOGUES: Final = (
    "alertmanager",
    "blackbox_exporter",
    "node_exporter",
    "opsrun",
    "postgres_exporter",
    "prometheus",
    "pushgateway",
    "redis_exporter",
)
"""Exporters and servers whose metrics are known."""

Exposes = Annotated[
    str,
    Described(
        {"type": "str", "strict": True, "pattern": "^[a-z][a-z0-9_]*$"},
        {
            "type": "string",
            "pattern": "^[a-z][a-z0-9_]*$",
            "examples": [OWN, *CATALOGUES],
        },
    ),
]
"""A catalogue of metrics: `metrics` for this spec's own, or the name of a known exporter."""


@entry
class ScrapeJob(Entry):
    """One scrape job; its key is the label `job`."""

    exactly_one: ClassVar = (("targets", "discovery"),)
    at_most_one: ClassVar = (("basic_auth", "bearer"),)

    description: Text | None = None
    """What the targets are."""
    targets: Annotated[tuple[Target, ...], NOT_EMPTY] | None = None
    """Hosts and ports."""
    discovery: Discovery | None = None
    """Where targets come from when they are not listed."""
    exposes: Exposes
    """Which metrics the targets expose."""
    category: Category | None = None
    """What the metrics tell about; decides the interval when none is given."""
    interval_seconds: PositiveSeconds | None = None
    """How often Prometheus asks."""
    timeout_seconds: PositiveSeconds | None = None
    """How long Prometheus waits for an answer."""
    path: UrlPath = "/metrics"
    """Path that is asked."""
    scheme: Literal["http", "https"] = "http"
    """Protocol."""
    shared: Flag = False
    """Whether several environments may name the same targets."""
    params: Mapping[Text, tuple[Text, ...]] = field(default_factory=dict)
    """Parameters of the address."""
    instance: Literal["address", "host"] = "address"
    """What becomes the label `instance`: host and port, or the host alone."""
    labels: Mapping[LabelName, Text] = field(default_factory=dict)
    """Labels put on every series of the targets."""
    relabel: tuple[Relabel, ...] = ()
    """Relabelling of targets."""
    metric_relabel: tuple[Relabel, ...] = ()
    """Relabelling of series after a scrape."""
    honor_labels: Flag = False
    """Whether a label of the target wins over Prometheus' own."""
    sample_limit: Positive | None = None
    """Number of samples above which a scrape is refused."""
    basic_auth: BasicAuth | None = None
    """User name and password that are sent."""
    bearer: Secret | None = None
    """Token that is sent."""
    tls: Tls | None = None
    """How the target is verified."""
