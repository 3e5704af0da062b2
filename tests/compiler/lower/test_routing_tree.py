"""The routing tree: windows mute what they are for, and move no alert elsewhere."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from compiler.lower.routing_tree import interval_name, known_labels, landings, routing_tree
from compiler.model.values import Matcher
from tests.compiler.emit import plans, routing_plans

if TYPE_CHECKING:
    from compiler.lower.plan import RoutePlan, RoutingPlan, WindowPlan

SERVICES = ("tabular", "billing", "search")
SEVERITIES = ("info", "warning", "critical")
OWNERS = ("data-platform", "storage")

labels = st.fixed_dictionaries(
    {
        "service": st.sampled_from(SERVICES),
        "severity": st.sampled_from(SEVERITIES),
        "owner": st.sampled_from(OWNERS),
    }
)
matchers = st.dictionaries(
    st.sampled_from(["service", "severity", "owner"]),
    st.builds(
        Matcher,
        st.sampled_from(["=", "!=", "=~", "!~"]),
        st.sampled_from([*SERVICES, *SEVERITIES, *OWNERS, "tabular|billing", "info|warning", ".*"]),
    ),
    max_size=2,
)


@st.composite
def routes(draw: st.DrawFn) -> RoutePlan:
    """Make a route that may go on."""
    return routing_plans.route(
        "r",
        draw(st.sampled_from(["on-call", "hook", "platform-chat"])),
        *draw(matchers).items(),
        is_continued=draw(st.booleans()),
    )


@st.composite
def routings(draw: st.DrawFn) -> RoutingPlan:
    """Make routing with windows of services and severities."""
    windows = [
        routing_plans.window(
            f"w{number}",
            service=draw(st.sampled_from([None, *SERVICES])),
            severities=tuple(draw(st.sets(st.sampled_from(SEVERITIES), min_size=1))),
        )
        for number in range(draw(st.integers(0, 4)))
    ]
    made = draw(st.lists(routes(), max_size=4))
    if any(route.is_continued for route in made):
        # As the lowering does.
        made.append(routing_plans.route("default", "platform-mail"))
    return routing_plans.routing(routes=tuple(made), windows=tuple(windows))


def _waits_for(window: WindowPlan, alert: dict[str, str]) -> bool:
    return window.service in (None, alert["service"]) and alert["severity"] in window.severities


@given(routings(), labels)
def test_an_alert_waits_for_the_windows_that_are_for_it(
    routing: RoutingPlan, alert: dict[str, str]
) -> None:
    """Wherever an alert ends, it waits for the windows of its kind, and for no other."""
    expected = {interval_name(window) for window in routing.windows if _waits_for(window, alert)}

    assert all(expected == set(landing.mutes) for landing in landings(routing_tree(routing), alert))


@given(routings(), labels)
def test_windows_move_no_alert(routing: RoutingPlan, alert: dict[str, str]) -> None:
    """The receivers of an alert are those it has without any window."""
    without = routing_tree(replace(routing, windows=()))
    expected = [landing.receiver for landing in landings(without, alert)]

    assert expected == [landing.receiver for landing in landings(routing_tree(routing), alert)]


def test_without_windows_the_tree_is_what_was_said() -> None:
    """No route is added, and none has a child."""
    tree = routing_tree(routing_plans.routing(windows=()))

    assert [route.name for route in routing_plans.routing().routes] == [
        child.route.name if child.route else None for child in tree.children
    ]
    assert not any(child.children for child in tree.children)


def test_a_label_that_is_a_template_is_not_known() -> None:
    """What a label says only when the alert fires cannot choose a route beforehand."""
    plan = plans.plan(labels={"cluster": "c", "owner": "outside"})
    alert = plans.alert("A", labels={"owner": "me", "path": "{{ $labels.path }}"})

    assert {"alertname": "A", "cluster": "c", "owner": "me"} == known_labels(plan, alert)


def test_many_continuing_routes_make_no_more_routes() -> None:
    """The default behind routes that go on is one route, however many of them there are."""
    going_on = [
        routing_plans.route(
            f"r{number}",
            "hook",
            *((f"l{label}", Matcher("=", f"v{number}")) for label in range(3)),
            is_continued=True,
        )
        for number in range(12)
    ]
    routing = routing_plans.routing(
        routes=(*going_on, routing_plans.route("default", "platform-mail"))
    )

    assert 13 == len(routing_tree(routing).children)


def test_a_pattern_is_read_as_alertmanager_reads_it() -> None:
    """What RE2 reads and Python does not chooses a route like any other pattern."""
    letters = routing_plans.route("letters", "hook", ("team", Matcher("=~", r"\pL+\z")))
    tree = routing_tree(routing_plans.routing(routes=(letters,), windows=()))

    assert ["hook"] == [landing.receiver for landing in landings(tree, {"team": "größe"})]
    assert ["platform-mail"] == [landing.receiver for landing in landings(tree, {"team": "a1"})]
