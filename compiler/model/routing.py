"""Section ``routing``: who is told, through what, and how often."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Annotated, ClassVar, Literal

from compiler.model.types import Email, Flag, LabelName, Name, Positive, Target, Text, Url
from compiler.model.values import LabelMatcher
from runtime.contract.entry import Entry, entry
from runtime.contract.forms import NOT_EMPTY
from runtime.contract.secret import Secret
from runtime.contract.units import Described, PositiveSeconds, Seconds

Severity = Literal["info", "warning", "critical"]
"""The one scale of severity."""


@entry
class Smtp(Entry):
    """The mail server that Alertmanager hands mail to."""

    all_or_none: ClassVar = (("user", "password"),)

    host: Target
    """Host and port."""
    sender: Email
    """Address the mail comes from."""
    user: Text | None = None
    """User name; none means no authentication."""
    password: Secret | None = None
    """Where the user's password is kept."""
    require_tls: Flag = True
    """Whether mail is only sent encrypted."""


@entry
class EmailReceiver(Entry):
    """Sends mail."""

    to: Annotated[tuple[Email, ...], NOT_EMPTY]
    """Addresses."""
    send_resolved: Flag = True
    """Whether the end of an alert is told too."""


@entry
class SlackReceiver(Entry):
    """Posts to Slack."""

    url: Secret
    """Where the address of the incoming webhook is kept; whoever knows it can post."""
    channel: Annotated[
        str,
        Described(
            {"type": "str", "strict": True, "pattern": r"^[#@]\S+$"},
            {"type": "string", "pattern": r"^[#@]\S+$", "examples": ["#data-platform"]},
        ),
    ]
    """Channel, quoted: `"#data-platform"`."""
    send_resolved: Flag = True
    """Whether the end of an alert is told too."""


@entry
class PagerDutyReceiver(Entry):
    """Sends PagerDuty events."""

    routing_key: Secret
    """Where the integration key of the service is kept."""
    url: Url | None = None
    """Address of the events interface, where it is not PagerDuty's own."""
    send_resolved: Flag = True
    """Whether the end of an alert is told too."""


@entry
class WebhookReceiver(Entry):
    """Posts JSON to an address."""

    exactly_one: ClassVar = (("url", "url_from"),)

    url: Url | None = None
    """Address, when it is not a secret."""
    url_from: Secret | None = None
    """Where the address is kept, when whoever knows it can post."""
    token: Secret | None = None
    """Where the bearer token is kept."""
    max_alerts: Positive | None = None
    """Number of alerts in one post, at most."""
    send_resolved: Flag = True
    """Whether the end of an alert is told too."""


@entry
class Receiver(Entry):
    """One receiver, which may use several channels."""

    at_least_one: ClassVar = (("email", "slack", "pagerduty", "webhook"),)

    email: EmailReceiver | None = None
    """Sends mail."""
    slack: SlackReceiver | None = None
    """Posts to Slack."""
    pagerduty: PagerDutyReceiver | None = None
    """Sends PagerDuty events."""
    webhook: WebhookReceiver | None = None
    """Posts JSON to an address."""


@entry
class Route(Entry):
    """Which alerts go to which receiver. The first route that fits takes the alert."""

    severities: tuple[Name, ...] = ()
    """Severities that are meant; empty means all."""
    teams: tuple[Name, ...] = ()
    """Teams whose alerts are meant; empty means all."""
    match: Mapping[LabelName, LabelMatcher] = field(default_factory=dict)
    """Further labels that must fit."""
    to: Name
    """Receiver; a key of `routing.receivers`."""
    continue_: Flag = False
    """Whether later routes are tried too."""
    group_by: tuple[LabelName, ...] | None = None
    """Labels by which alerts are told together."""
    group_wait_seconds: Seconds | None = None
    """How long the first notice of a group waits for company."""
    group_interval_seconds: PositiveSeconds | None = None
    """How long news of a group wait."""
    repeat_interval_seconds: PositiveSeconds | None = None
    """After what time an alert that goes on is told again."""


@entry
class Inhibit(Entry):
    """When one alert mutes another: a critical one its signal's warnings, any what it `mutes`.

    A signal whose query aggregates says itself which labels tell its objects apart.
    """

    equal: tuple[LabelName, ...] = ("instance",)
    """Labels that must be the same in both; name those of signals that keep all their labels."""


@entry
class Routing(Entry):
    """Who is told."""

    default: Name
    """Receiver of alerts that no route takes; a key of `receivers`."""
    group_by: tuple[LabelName, ...] = ("alertname", "service")
    """Labels by which alerts are told together."""
    group_wait_seconds: Seconds = 30
    """How long the first notice of a group waits for company."""
    group_interval_seconds: PositiveSeconds = 300
    """How long news of a group wait."""
    repeat_interval_seconds: PositiveSeconds = 14_400
    """After what time an alert that goes on is told again."""
    severities: Mapping[Name, Severity] = field(default_factory=dict)
    """Words of other scales, and what they mean here."""
    smtp: Smtp | None = None
    """Mail server, needed by receivers that send mail."""
    receivers: Mapping[Name, Receiver]
    """Receivers by name."""
    routes: Mapping[Name, Route] = field(default_factory=dict)
    """Routes by name, tried in this order."""
    inhibit: Inhibit = field(default_factory=Inhibit)
    """How a critical alert mutes its warning."""
