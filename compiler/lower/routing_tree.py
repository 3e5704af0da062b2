"""The routing tree as Alertmanager walks it, with the maintenance windows in their places.

A window mutes the alerts of one service or of some severities, while a route mutes all or none of
what it takes, and its children inherit no mute. So a route has a child for each kind of alert that
waits for windows of its own. The top can wait for none: a last route takes what no other took.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from compiler.model.values import Matcher
from compiler.targets.pattern import fits
from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from compiler.lower.plan import AlertPlan, Plan, RoutePlan, RoutingPlan, WindowPlan
    from compiler.lower.slo.plan import SloAlert

    Matchers: TypeAlias = tuple[tuple[str, Matcher], ...]

SCALE: Final = ("info", "warning", "critical")
"""The one scale of severity."""


@frozen
class Node(Frozen):
    """One route. `route` is what the spec says of it; None where the tree needs one of its own.

    `mutes` names the windows in which notices wait, as `interval_name` does.
    """

    matchers: Matchers
    receiver: str
    is_continued: bool = False
    mutes: tuple[str, ...] = ()
    children: tuple[Node, ...] = ()
    route: RoutePlan | None = None


@frozen
class Landing(Frozen):
    """Where an alert ends: a receiver, and the windows in which its notices wait."""

    receiver: str
    mutes: tuple[str, ...]


def interval_name(window: WindowPlan) -> str:
    """Return the name of a window among those of all services: no name has a slash."""
    return window.name if window.service is None else f"{window.service}/{window.name}"


def routing_tree(routing: RoutingPlan) -> Node:
    """Given the routing, return the top of its tree."""
    children = [_node(route, routing.windows) for route in routing.routes]
    children.extend(_catch_all(routing))
    return Node(matchers=(), receiver=routing.default, children=tuple(children))


def landings(root: Node, labels: Mapping[str, str]) -> tuple[Landing, ...]:
    """Given a tree and the labels of an alert, return where the alert ends, in order."""
    return tuple(
        Landing(receiver=node.receiver, mutes=node.mutes) for node in _matched(root, labels)
    )


def known_labels(plan: Plan, alert: AlertPlan | SloAlert) -> dict[str, str]:
    """Return the labels with which an alert reaches Alertmanager, whatever series it is about.

    A label that is a template has its value only when the alert fires, and is left out.
    """
    said = {name: value for name, value in alert.labels.items() if "{{" not in value}
    return {"alertname": alert.name, **plan.labels, **said}


def passes(matchers: Matchers, labels: Mapping[str, str]) -> bool:
    """Whether labels pass all matchers; a label that is missing is empty."""
    return all(_matches(matcher, labels.get(name, "")) for name, matcher in matchers)


def admits(matchers: Matchers, label: str, value: str) -> bool:
    """Whether an alert whose label has the value can pass the matchers."""
    return all(_matches(matcher, value) for name, matcher in matchers if name == label)


def _matched(node: Node, labels: Mapping[str, str]) -> list[Node]:
    """Return the routes that take an alert, as Alertmanager's dispatcher finds them."""
    if not passes(node.matchers, labels):
        return []
    found: list[Node] = []
    for child in node.children:
        below = _matched(child, labels)
        found.extend(below)
        if below and not child.is_continued:
            break
    return found or [node]


def _matches(matcher: Matcher, value: str) -> bool:
    if matcher.operator in ("=", "!="):
        return (value == matcher.value) == (matcher.operator == "=")
    return fits(matcher.value, value) == (matcher.operator == "=~")


def _node(route: RoutePlan, windows: Sequence[WindowPlan]) -> Node:
    mutes, children = _split(route.matchers, route.receiver, windows)
    return Node(
        matchers=route.matchers,
        receiver=route.receiver,
        is_continued=route.is_continued,
        mutes=mutes,
        children=children,
        route=route,
    )


def _catch_all(routing: RoutingPlan) -> Iterator[Node]:
    """Yield a last route that takes what the top would take, where that has to wait for windows.

    Behind a route that goes on, and one that takes everything, nothing reaches the top: the
    lowering has made the default a route of its own.
    """
    if any(route.is_continued or not route.matchers for route in routing.routes):
        return
    mutes, children = _split((), routing.default, routing.windows)
    if mutes or children:
        yield Node(matchers=(), receiver=routing.default, mutes=mutes, children=children)


def _split(
    matchers: Matchers, receiver: str, windows: Sequence[WindowPlan]
) -> tuple[tuple[str, ...], tuple[Node, ...]]:
    """Given what a route takes, return its own windows and a child for each kind that differs."""
    severities = [severity for severity in SCALE if admits(matchers, "severity", severity)]
    services = sorted({window.service for window in windows if window.service is not None})
    children: list[Node] = []

    def add(service: str | None, mutes: tuple[str, ...], kinds: Sequence[str]) -> None:
        wanted = [] if service is None else [("service", Matcher("=", service))]
        if len(kinds) < len(severities):
            wanted.append(("severity", _one_of(kinds)))
        children.append(Node(matchers=tuple(wanted), receiver=receiver, mutes=mutes))

    shared = {severity: _muted_by(windows, None, severity) for severity in severities}
    for service in services:
        if admits(matchers, "service", service):
            own = {severity: _muted_by(windows, service, severity) for severity in severities}
            differing = {kind: mutes for kind, mutes in own.items() if mutes != shared[kind]}
            for mutes, kinds in _by_value(differing).items():
                add(service, mutes, kinds)
    by_mutes = _by_value(shared)
    if len(by_mutes) == 1:
        return next(iter(by_mutes)), tuple(children)
    for mutes, kinds in by_mutes.items():
        if mutes:
            add(None, mutes, kinds)
    return (), tuple(children)


def _muted_by(windows: Sequence[WindowPlan], service: str | None, severity: str) -> tuple[str, ...]:
    """Return the windows for which an alert of a service (None: any other) waits."""
    return tuple(
        interval_name(window)
        for window in windows
        if window.service in (None, service) and severity in window.severities
    )


def _by_value(mutes: Mapping[str, tuple[str, ...]]) -> dict[tuple[str, ...], list[str]]:
    """Return the severities by the windows they wait for, in order."""
    found: dict[tuple[str, ...], list[str]] = {}
    for severity, names in mutes.items():
        found.setdefault(names, []).append(severity)
    return found


def _one_of(names: Sequence[str]) -> Matcher:
    return Matcher("=", names[0]) if len(names) == 1 else Matcher("=~", "|".join(names))
