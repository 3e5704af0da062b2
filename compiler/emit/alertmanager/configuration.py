"""``alertmanager.yml``: receivers, the routing tree, inhibition, maintenance windows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from compiler.artifact.artifact import Artifact
from compiler.artifact.lines import Sourced
from compiler.artifact.notice import notice
from compiler.artifact.yaml import write_yaml
from compiler.emit.alertmanager.receivers import literal, receiver
from compiler.lower.plan import Origin
from compiler.lower.routing_tree import interval_name
from compiler.model.stack import Alertmanager
from compiler.targets.alertmanager import secret_file, supports
from runtime.contract.units import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterable

    from compiler.lower.plan import Inhibition, Plan, RoutePlan, RoutingPlan, TimeSlot
    from compiler.lower.routing_tree import Matchers, Node

WEEKDAYS: Final = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)


def configuration(plan: Plan, routing: RoutingPlan, tree: Node) -> Artifact:
    """Given a plan, its routing and the tree of it, return ``alertmanager/alertmanager.yml``."""
    server = plan.stack.alertmanager or Alertmanager()
    data: dict[str, Any] = {}
    smtp = _smtp(routing, server)
    if smtp:
        data["global"] = smtp
    data["route"] = Sourced(_top(routing, tree), routing.origin)
    if routing.inhibitions:
        data["inhibit_rules"] = [
            Sourced(_inhibition(entry), entry.origin) for entry in routing.inhibitions
        ]
    if routing.windows:
        has_own_name = supports(server.version, "time_intervals")
        data["time_intervals" if has_own_name else "mute_time_intervals"] = [
            Sourced(
                {"name": interval_name(window), "time_intervals": [_slot(s) for s in window.slots]},
                window.origin,
            )
            for window in routing.windows
        ]
    data["receivers"] = [
        Sourced(
            receiver(name, entry, server),
            Origin(routing.origin.document, (*routing.origin.path, "receivers", name)),
        )
        for name, entry in routing.receivers.items()
    ]
    text, origins = write_yaml(data, comments=[notice(plan.services)])
    return Artifact(path="alertmanager/alertmanager.yml", text=text, origins=origins)


def _smtp(routing: RoutingPlan, server: Alertmanager) -> dict[str, Any]:
    smtp = routing.smtp
    if smtp is None:
        return {}
    written: dict[str, Any] = {
        "smtp_smarthost": smtp.host,
        "smtp_from": literal(smtp.sender),
    }
    if smtp.user is not None:
        written["smtp_auth_username"] = smtp.user
    password = secret_file(smtp.password, server) if smtp.password is not None else None
    if password is not None and supports(server.version, "smtp_auth_password_file"):
        written["smtp_auth_password_file"] = password
    written["smtp_require_tls"] = smtp.require_tls
    return written


def _top(routing: RoutingPlan, tree: Node) -> dict[str, Any]:
    written: dict[str, Any] = {
        "receiver": tree.receiver,
        "group_by": list(routing.group_by),
        "group_wait": format_duration(routing.group_wait_seconds),
        "group_interval": format_duration(routing.group_interval_seconds),
        "repeat_interval": format_duration(routing.repeat_interval_seconds),
    }
    if tree.children:
        written["routes"] = [_child(child, tree, routing.origin) for child in tree.children]
    return written


def _child(node: Node, parent: Node, inherited: Origin) -> Sourced:
    """Return a route below another; what it shares with that one is left out."""
    written: dict[str, Any] = {}
    if node.matchers:
        written["matchers"] = _matchers(node.matchers)
    if node.route is not None or not node.matchers or node.receiver != parent.receiver:
        written["receiver"] = node.receiver
    if node.is_continued:
        written["continue"] = True
    if node.route is not None:
        written |= _grouping(node.route)
    if node.mutes:
        written["mute_time_intervals"] = list(node.mutes)
    origin = node.route.origin if node.route is not None else inherited
    if node.children:
        written["routes"] = [_child(child, node, origin) for child in node.children]
    return Sourced(written, origin)


def _grouping(route: RoutePlan) -> dict[str, Any]:
    written: dict[str, Any] = {}
    if route.group_by is not None:
        written["group_by"] = list(route.group_by)
    times = {
        "group_wait": route.group_wait_seconds,
        "group_interval": route.group_interval_seconds,
        "repeat_interval": route.repeat_interval_seconds,
    }
    return written | {
        key: format_duration(seconds) for key, seconds in times.items() if seconds is not None
    }


def _matchers(matchers: Matchers) -> list[str]:
    return [f"{name}{matcher.operator}{quoted(matcher.value)}" for name, matcher in matchers]


def quoted(value: str) -> str:
    """Given the value of a matcher, return it in quotes, as both of Alertmanager's parsers read."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _inhibition(entry: Inhibition) -> dict[str, Any]:
    written: dict[str, Any] = {
        "source_matchers": _matchers(entry.source),
        "target_matchers": _matchers(entry.target),
    }
    if entry.equal:
        written["equal"] = list(entry.equal)
    return written


def _slot(slot: TimeSlot) -> dict[str, Any]:
    """Return days and minutes; Alertmanager's times are in UTC unless it is told otherwise."""
    written: dict[str, Any] = {}
    if slot.times:
        written["times"] = [
            {"start_time": _clock(times.start), "end_time": _clock(times.end)}
            for times in slot.times
        ]
    if slot.weekdays:
        written["weekdays"] = [WEEKDAYS[day] for day in slot.weekdays]
    return written | _texts(
        {"days_of_month": slot.days_of_month, "months": slot.months, "years": slot.years}
    )


def _texts(numbers: dict[str, Iterable[int]]) -> dict[str, list[str]]:
    """Return lists of numbers as the texts that Alertmanager reads; without the empty ones."""
    written = {key: [str(number) for number in listed] for key, listed in numbers.items()}
    return {key: listed for key, listed in written.items() if listed}


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
