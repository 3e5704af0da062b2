"""How people are told of a job: one channel, of exactly one kind. Secrets are references."""

from __future__ import annotations

from typing import ClassVar

from runtime.contract.entry import Entry, entry
from runtime.contract.secret import Secret
from runtime.contract.units import PositiveSeconds, Seconds, Whole


@entry
class SmtpChannel(Entry):
    """Sends mail through a server."""

    all_or_none: ClassVar = (("user", "password"),)

    host: str
    """Host and port of the mail server."""
    sender: str
    """Address the mail comes from."""
    to: tuple[str, ...]
    """Addresses the mail goes to."""
    user: str | None = None
    """User name; none means no authentication."""
    password: Secret | None = None
    """Where the user's password is kept."""
    require_tls: bool = True
    """Whether mail is only sent encrypted."""


@entry
class SlackChannel(Entry):
    """Posts to Slack."""

    url: Secret
    """Where the address of the incoming webhook is kept; whoever knows it can post."""
    channel: str | None = None
    """Channel, where it is not the webhook's own."""


@entry
class PagerDutyChannel(Entry):
    """Sends PagerDuty events, version 2."""

    routing_key: Secret
    """Where the integration key of the service is kept."""
    url: str = "https://events.pagerduty.com/v2/enqueue"
    """Address of the events interface."""
    resolves: bool = True
    """Whether a run that ends well ends the incident that the job's last failure opened."""


@entry
class WebhookChannel(Entry):
    """Posts JSON to an address."""

    exactly_one: ClassVar = (("url", "url_from"),)

    url: str | None = None
    """Address, when it is not a secret."""
    url_from: Secret | None = None
    """Where the address is kept, when whoever knows it can post."""
    token: Secret | None = None
    """Where the bearer token is kept."""


@entry
class Channel(Entry):
    """One way to tell people."""

    exactly_one: ClassVar = (("smtp", "slack", "pagerduty", "webhook"),)

    smtp: SmtpChannel | None = None
    """Sends mail."""
    slack: SlackChannel | None = None
    """Posts to Slack."""
    pagerduty: PagerDutyChannel | None = None
    """Sends PagerDuty events."""
    webhook: WebhookChannel | None = None
    """Posts JSON to an address."""
    group_seconds: Seconds = 10
    """How long the first notice of a group waits for company."""
    limit: Whole = 30
    """Most messages in one span; what is beyond is told together, later."""
    limit_span_seconds: PositiveSeconds = 3600
    """The span."""
