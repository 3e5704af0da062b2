from __future__ import annotations

import pytest

from compiler.emit.registry import emitters
from tests.compiler.lower.specs import plan_of

HEAD = """\
opsc: 1
service: {name: shop, title: Shop, owner: ops, links: {runbooks: https://ops.example.org}}
teams: {ops: {contact: {email: ops@example.org}}}
"""
EVENTS = "events: {total: a_total, bad: b_total}"


def page(slo: str, more: str = "") -> str:
    """Return the page of an SLO."""
    made = plan_of(f"{HEAD}{more}slos:\n  front-door: {{objective: 99.9%, {slo}}}\n")
    pages = {each.path: each.text for each in emitters()["runbooks"](made)}
    return pages["runbooks/slo-shop-front-door.md"]


def test_an_slo_has_a_page_where_its_alerts_lead() -> None:
    """Also in a service without any other alerts."""
    plan = plan_of(f"{HEAD}slos:\n  front-door: {{objective: 99.9%, {EVENTS}}}\n")
    paths = {each.path for each in emitters()["runbooks"](plan)}
    urls = {alert.annotations["runbook_url"] for slo in plan.slos for alert in slo.alerts}

    assert {"runbooks/README.md", "runbooks/slo-shop-front-door.md"} == paths
    assert {"https://ops.example.org/slo-shop-front-door"} == urls


def test_the_page_says_how_soon_an_alert_fires() -> None:
    """The row of a total outage, as `opsc explain slo` shows it."""
    assert "| 100% | page quick | 52s | 2% |" in page(EVENTS)
    assert "sets off the page below 69.4 events an hour" in page(EVENTS)


def test_the_page_tells_the_policy_in_falling_order() -> None:
    """What is left, what is done, and the alert that says so."""
    said = page(
        f"{EVENTS}, budget: {{end: {{remaining: 0%, action: 'Stop | all'}},"
        " half: {remaining: 50%, action: Look}}"
    )
    rows = [line for line in said.splitlines() if "ShopFrontDoorBudget" in line][:2]

    assert rows == [
        "| less than 50% | Look | ShopFrontDoorBudgetHalf |",
        r"| nothing | Stop \| all | ShopFrontDoorBudgetEnd |",
    ]


@pytest.mark.parametrize(
    ("slo", "words"),
    [
        (EVENTS, "Nobody has written one"),
        (f"{EVENTS}, alerts: {{floor: {{events: 9, errors: 2}}}}", "without 9 events and 2 bad"),
        (f"{EVENTS}, by: [zone], objectives: {{eu: 99%}}", "`zone` `eu`: 99% of events"),
        (f"{EVENTS}, description: 'a <b> {{{{ c }}}}'", r"**a \<b\> …**"),
        (f"{EVENTS}, impact: Nobody buys, steps: [Call us]", "> **Impact.** Nobody buys"),
        ("boolean: {of: up}", "when more is bad or good than there is"),
    ],
)
def test_the_page_says_what_the_spec_says(slo: str, words: str) -> None:
    """In Markdown that stays text."""
    assert words in page(slo)


def test_the_page_says_which_alert_is_mute() -> None:
    """A ticket says nothing while its page fires."""
    routing = "routing: {default: a, receivers: {a: {webhook: {url: https://a.example.org}}}}\n"
    said = page(f"{EVENTS}, by: [zone]", routing)

    assert "ShopFrontDoorTicket says nothing while ShopFrontDoorPage of the same `zone`" in said
    assert "- Told: receiver `a` (webhook), of ShopFrontDoorPage" in said
