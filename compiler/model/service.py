"""Section ``service``: who this service is, and where its pages are."""

from __future__ import annotations

from dataclasses import field

from compiler.model.types import Name, Positive, Text, Url
from runtime.contract.entry import Entry, entry


@entry
class Links(Entry):
    """Addresses that alerts and pages link to."""

    runbooks: Url | None = None
    """Base address of the published runbooks; an alert's page is `<base>/<alert>`."""
    dashboards: Url | None = None
    """Base address of Grafana."""
    repository: Url | None = None
    """Where the spec is kept."""


@entry
class Service(Entry):
    """One service, the subject of the spec."""

    name: Name
    """Short name, used in labels, file names and units."""
    title: Text
    """Name as people write it."""
    description: Text | None = None
    """What the service does, in a sentence."""
    owner: Name
    """Team that answers for the service; a key of `teams`."""
    tier: Positive | None = None
    """Importance: 1 is the most important."""
    links: Links = field(default_factory=Links)
    """Addresses that alerts and pages link to."""
