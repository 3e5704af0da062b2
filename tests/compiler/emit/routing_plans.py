"""Routings, built by hand, that together take every branch of what is made of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from compiler.lower.plan import (
    Inhibition,
    MinuteRange,
    Origin,
    RoutePlan,
    RoutingPlan,
    TimeSlot,
    WindowPlan,
)
from compiler.model.routing import (
    EmailReceiver,
    PagerDutyReceiver,
    Receiver,
    SlackReceiver,
    Smtp,
    WebhookReceiver,
)
from compiler.model.values import Matcher
from runtime.contract.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping


def receivers() -> Mapping[str, Receiver]:
    """Return receivers that together use every channel and every way to keep a secret."""
    return {
        "platform-mail": Receiver(email=EmailReceiver(to=("a@example.org", "b@example.org"))),
        "platform-chat": Receiver(
            slack=SlackReceiver(url=Secret(credential="slack-url"), channel="#data-platform"),
            email=EmailReceiver(to=("a@example.org",), send_resolved=False),
        ),
        "on-call": Receiver(
            pagerduty=PagerDutyReceiver(
                routing_key=Secret(file="/etc/alertmanager/pagerduty-key"),
                url="https://events.example.org/v2/enqueue",
            )
        ),
        "hook": Receiver(
            webhook=WebhookReceiver(
                url="https://hooks.example.org/alerts",
                token=Secret(credential="hook-token"),
                max_alerts=20,
            )
        ),
        "secret-hook": Receiver(webhook=WebhookReceiver(url_from=Secret(file="/etc/hook-url"))),
        "unsaid": Receiver(
            slack=SlackReceiver(url=Secret(env="SLACK_URL"), channel="@someone"),
            pagerduty=PagerDutyReceiver(routing_key=Secret(env="KEY")),
            webhook=WebhookReceiver(url_from=Secret(env="URL")),
        ),
    }


def route(name: str, receiver: str, *matchers: tuple[str, Matcher], **changes: Any) -> RoutePlan:
    """Return a route of the matchers, but for the changes."""
    made = RoutePlan(
        origin=Origin(0, ("routing", "routes", name)),
        name=name,
        matchers=matchers,
        receiver=receiver,
    )
    return replace(made, **changes)


def window(
    name: str,
    *slots: TimeSlot,
    service: str | None = "tabular",
    severities: tuple[str, ...] = ("info", "warning", "critical"),
) -> WindowPlan:
    """Return a maintenance window, from 02:00 to 04:00 on Sundays unless slots are given."""
    sunday = TimeSlot(times=(MinuteRange(start=120, end=240),), weekdays=(6,))
    return WindowPlan(
        origin=Origin(0, ("maintenance", "windows", name)),
        service=service,
        name=name,
        severities=severities,
        slots=slots or (sunday,),
    )


def inhibition(label: str, source: str, target: str, *equal: str) -> Inhibition:
    """Return what mutes alerts with one value of a label while those with another fire."""
    return Inhibition(
        origin=Origin(0, ("routing",)),
        source=((label, Matcher("=", source)),),
        target=((label, Matcher("=", target)),),
        equal=equal,
    )


def routes() -> tuple[RoutePlan, ...]:
    """Return routes that together use every kind of matcher and every key."""
    return (
        route("log", "hook", ("signal", Matcher("!=", "")), is_continued=True),
        route(
            "pages",
            "on-call",
            ("severity", Matcher("=", "critical")),
            group_by=("alertname",),
            group_wait_seconds=0,
            group_interval_seconds=60,
            repeat_interval_seconds=3600,
        ),
        route("team-data-platform", "platform-chat", ("owner", Matcher("=", "data-platform"))),
        route("odd", "secret-hook", ("path", Matcher("=~", '/a\\.b"c|d'))),
        route("unsaid", "unsaid", ("owner", Matcher("!~", "data-.*"))),
        route("default", "platform-mail"),
    )


def inhibitions() -> tuple[Inhibition, ...]:
    """Return what mutes by severity, where labels are equal, and by name."""
    return (
        Inhibition(
            origin=Origin(0, ("routing", "inhibit")),
            source=(("severity", Matcher("=", "critical")), ("signal", Matcher("!=", ""))),
            target=(("severity", Matcher("=", "warning")), ("signal", Matcher("!=", ""))),
            equal=("instance", "service", "signal"),
        ),
        Inhibition(
            origin=Origin(0, ("alerts", "A", "mutes")),
            source=(("alertname", Matcher("=", "A")),),
            target=(("alertname", Matcher("=~", "B|C")),),
            equal=(),
        ),
    )


def windows() -> tuple[WindowPlan, ...]:
    """Return windows of one service, of another one and of all, each with slots of its own."""
    return (
        window("sunday", severities=("info", "warning")),
        window(
            "site-move",
            TimeSlot(
                times=(MinuteRange(start=1320, end=1440),),
                days_of_month=(1,),
                months=(2,),
                years=(2027,),
            ),
            service=None,
        ),
        window(
            "patching",
            TimeSlot(times=(MinuteRange(start=0, end=60),), weekdays=(0, 2)),
            service="billing",
            severities=("critical",),
        ),
    )


def routing(**changes: Any) -> RoutingPlan:
    """Return routing by severity, team and label, but for the changes."""
    made = RoutingPlan(
        origin=Origin(0, ("routing",)),
        default="platform-mail",
        group_by=("alertname", "service"),
        group_wait_seconds=30,
        group_interval_seconds=300,
        repeat_interval_seconds=14_400,
        smtp=Smtp(
            host="mail.example.org:587",
            sender="alerts@example.org",
            user="alerts",
            password=Secret(file="/etc/alertmanager/smtp-password"),
        ),
        receivers=receivers(),
        routes=routes(),
        inhibitions=inhibitions(),
        windows=windows(),
    )
    return replace(made, **changes)
