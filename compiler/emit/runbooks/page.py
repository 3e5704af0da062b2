"""What one page says, gathered from the plan; the template only sets it in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlencode

from compiler.emit.runbooks.muting import muted_by, mutes
from compiler.emit.runbooks.times import in_words
from compiler.lower.routing_tree import interval_name, known_labels, landings, routing_tree
from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from compiler.emit.runbooks.muting import Muting
    from compiler.lower.plan import AlertPlan, GroupPlan, Plan, ServicePlan
    from compiler.lower.routing_tree import Node
    from compiler.model.routing import Receiver
    from compiler.model.teams import Team

WORDS: Final = {
    ">": "above",
    "<": "below",
    ">=": "at least",
    "<=": "at most",
    "==": "equal to",
    "!=": "other than",
}
"""Comparisons in words."""


@frozen
class Query(Frozen):
    """A question to Prometheus; `table` and `graph` are addresses, None without a known server."""

    title: str
    expression: str
    table: str | None
    graph: str | None


@frozen
class Told(Frozen):
    """A receiver that an alert reaches, its channels in words, and the windows it waits for.

    `windows` are names and when each is open, in words.
    """

    receiver: str
    channels: tuple[str, ...]
    windows: tuple[tuple[str, str], ...]


@frozen
class Page(Frozen):
    """One alert as its page tells it. `original` is the alert whose missing data this one is."""

    alert: AlertPlan
    group: GroupPlan
    service: ServicePlan
    owner: Team | None
    comparison: str
    original: str | None
    queries: tuple[Query, ...]
    told: tuple[Told, ...]
    muted_by: tuple[Muting, ...]
    mutes: tuple[Muting, ...]


def pages(plan: Plan) -> tuple[Page, ...]:
    """Given a plan, return the page of each alert, in the order of the plan."""
    tree = routing_tree(plan.routing) if plan.routing is not None else None
    return tuple(_page(plan, tree, group, alert) for group in plan.groups for alert in group.alerts)


def _page(plan: Plan, tree: Node | None, group: GroupPlan, alert: AlertPlan) -> Page:
    labels = known_labels(plan, alert)
    return Page(
        alert=alert,
        group=group,
        service=plan.services[alert.service],
        owner=plan.teams.get(alert.owner),
        comparison=f"{WORDS[alert.comparison.operator]} {alert.comparison.threshold_text}",
        original=alert.origin.path[-1] if alert.is_no_data else None,  # type: ignore[arg-type]  # an alert's path ends in its name
        queries=tuple(_queries(plan, alert)),
        told=tuple(told(plan, tree, labels)) if tree is not None else (),
        muted_by=muted_by(plan, alert),
        mutes=mutes(plan, alert),
    )


def _queries(plan: Plan, alert: AlertPlan) -> Iterator[Query]:
    base = plan.stack.prometheus.url
    asked: dict[str, str] = {
        "What fires now": alert.expression,
        "The value over the last hours": alert.comparison.query,
        **({} if alert.is_no_data else alert.entry.queries),
    }
    for title, expression in asked.items():
        yield Query(
            title=title,
            expression=expression,
            table=address(base, expression, tab="1"),
            graph=address(base, expression, tab="0", range_input="6h"),
        )


def address(base: str | None, expression: str, **options: str) -> str | None:
    """Return the address of a query in Prometheus' own page."""
    if base is None:
        return None
    asked = {"g0.expr": expression, **{f"g0.{name}": value for name, value in options.items()}}
    return f"{base.rstrip('/')}/graph?{urlencode(asked, quote_via=quote)}"


def told(plan: Plan, tree: Node, labels: Mapping[str, str]) -> Iterator[Told]:
    """Yield whom an alert with these labels reaches."""
    if plan.routing is None:
        return
    for landing in landings(tree, labels):
        receiver = plan.routing.receivers.get(landing.receiver)
        windows = {interval_name(window): window for window in plan.routing.windows}
        yield Told(
            receiver=landing.receiver,
            channels=tuple(_channels(receiver)) if receiver is not None else (),
            windows=tuple(
                (name, in_words(window))
                for name, window in windows.items()
                if name in landing.mutes
            ),
        )


def _channels(receiver: Receiver) -> Iterator[str]:
    """Yield how a receiver tells people; addresses that are secrets stay out."""
    if receiver.pagerduty is not None:
        yield "PagerDuty"
    if receiver.slack is not None:
        yield f"Slack {receiver.slack.channel}"
    if receiver.email is not None:
        yield f"mail to {', '.join(receiver.email.to)}"
    if receiver.webhook is not None:
        yield "webhook"
