"""Routing: matchers, the default behind continuing routes, inhibition, windows."""

from __future__ import annotations

from compiler.model.values import Matcher
from tests.compiler.lower.specs import plan_of, shop

ROUTING = """
routing:
  default: chat
  receivers:
    chat: {webhook: {url: "https://chat.example.org"}}
    page: {webhook: {url: "https://page.example.org"}}
"""
ALERTS = """
alert_groups: {g: {}}
alerts:
  Down: {group: g, severity: critical, value: up, equals: 0, mutes: [Slow, Gone]}
  Slow: {group: g, severity: warning, value: "sum(latency)", above: 1}
  Gone: {group: g, severity: warning, value: "sum by (instance) (lost)", above: 1}
"""


def test_no_routing_is_no_plan_of_it() -> None:
    """A spec that says nothing about routing has none."""
    assert plan_of(shop("")).routing is None


def test_severities_and_teams_become_matchers() -> None:
    """One name is compared, several are a pattern, all severities are no matcher at all."""
    routes = """
  routes:
    one: {severities: [critical], to: page}
    two: {severities: [warning, info], teams: [ops], to: page}
    all: {severities: [info, warning, critical], to: page}
"""
    routing = plan_of(shop(ROUTING + routes)).routing

    assert routing is not None
    assert [
        (("severity", Matcher("=", "critical")),),
        (("severity", Matcher("=~", "info|warning")), ("owner", Matcher("=", "ops"))),
        (),
    ] == [route.matchers for route in routing.routes]


def test_a_route_that_continues_leaves_the_alert_to_the_default() -> None:
    """Behind a continuing route the default is a route of its own, or nobody else were told."""
    routing = plan_of(shop(ROUTING + "  routes: {also: {to: page, continue: true}}\n")).routing

    assert routing is not None
    assert [("also", "page"), ("default", "chat")] == [
        (route.name, route.receiver) for route in routing.routes
    ]


def test_without_a_continuing_route_the_default_stays_at_the_top() -> None:
    """Alertmanager's own default serves then."""
    routing = plan_of(
        shop(ROUTING + "  routes: {urgent: {severities: [critical], to: page}}\n")
    ).routing

    assert routing is not None
    assert ["urgent"] == [route.name for route in routing.routes]


def test_a_teams_receiver_takes_what_no_written_route_took() -> None:
    """The route of a team stands behind the written ones."""
    plan = plan_of(
        shop(ROUTING).replace("ops: {contact: {email: ops@example.org}}", "ops: {receiver: page}")
    )

    assert plan.routing is not None
    assert [("team-ops", "page")] == [(r.name, r.receiver) for r in plan.routing.routes]


def muting(query: str, more: str = "") -> dict[tuple[str, ...], tuple[str, ...]]:
    """Return what each muting by severity matches in its target, and its equal labels."""
    sections = f"""
metrics: {{free: {{gauge: Free, labels: {{mountpoint: ~4, pool: ~2}}}}}}
signals: {{disk: {{query: '{query}', unit: ratio}}, other: {{query: "sum(x)", unit: ratio}}}}
alert_groups: {{g: {{}}}}
alerts:
  Crit: {{group: g, severity: critical, signal: disk, below: 5%}}
  Warn: {{group: g, severity: warning, signal: disk, below: 20%}}
  Alone: {{group: g, severity: warning, signal: other, above: 5%}}
"""
    routing = plan_of(shop(ROUTING + sections + more)).routing
    assert routing is not None
    return {
        tuple(matcher.value for _name, matcher in each.target): each.equal
        for each in routing.inhibitions
    }


def test_a_critical_alert_mutes_the_warning_about_the_same_object() -> None:
    """What survives the signal's expression tells its objects apart, and is compared."""
    kept = muting("min by (instance, mountpoint) (free)")

    assert {("warning", "shop", "disk"): ("instance", "mountpoint", "service")} == kept


def test_a_signal_of_one_value_has_no_labels_to_compare() -> None:
    """A sum has no instance."""
    assert {("warning", "shop", "disk"): ("service",)} == muting("sum(free)")


def test_a_signal_that_keeps_its_labels_compares_all_that_are_named() -> None:
    """Those of the metric, of the query's matchers, of the scrape jobs, and of every series."""
    scrape = 'scrape: {node: {targets: ["n:1"], exposes: metrics, labels: {rack: a}}}'
    ((_target, equal),) = muting('free{device!=""} + 0', scrape).items()

    assert ("device", "instance", "job", "mountpoint", "pool", "rack", "service") == equal


def test_without_a_pair_nothing_is_muted_by_severity() -> None:
    """A signal with alerts of one severity needs no muting."""
    routing = plan_of(shop(ROUTING)).routing

    assert routing is not None
    assert () == routing.inhibitions


def test_named_muting_compares_only_labels_that_both_alerts_keep() -> None:
    """A sum has no instance: comparing it would mean that nothing is ever muted."""
    routing = plan_of(shop(ROUTING + ALERTS)).routing

    assert routing is not None
    assert [("Slow", ("service",)), ("Gone", ("instance", "service"))] == [
        (each.target[0][1].value, each.equal) for each in routing.inhibitions
    ]


def test_a_window_belongs_to_the_service_that_announces_it() -> None:
    """A platform file's window is everybody's."""
    window = (
        "maintenance: {windows: {w: {schedule: daily at 02:00, lasts: 1h, severities: [info]}}}"
    )
    own = plan_of(shop(ROUTING + window)).routing
    shared = plan_of(shop(""), "opsc: 1\n" + ROUTING + window).routing

    assert own is not None
    assert shared is not None
    assert [("shop", ("info",))] == [(each.service, each.severities) for each in own.windows]
    assert [None] == [each.service for each in shared.windows]
