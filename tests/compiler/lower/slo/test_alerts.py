"""The alerts of an SLO: which there are, what they say."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from compiler.lower.slo.alerts import literal, percentage
from tests.compiler.lower.specs import plan_of, shop

if TYPE_CHECKING:
    from compiler.lower.slo.plan import SloAlert

EVENTS = 'events: {total: r_total, bad: {status: "500"}}'


def alerts(said: str) -> dict[str, SloAlert]:
    """Return the alerts of an SLO by name."""
    plan = plan_of(shop(f"slos:\n  front-door: {{objective: 99.9%, {said}}}\n"))
    return {alert.name: alert for alert in plan.slos[0].alerts}


def test_page_ticket_and_missing_data_come_by_themselves() -> None:
    """The guard only where counting allows what cannot be."""
    assert {
        "ShopFrontDoorPage": "critical",
        "ShopFrontDoorTicket": "warning",
        "ShopFrontDoorNoData": "warning",
    } == {name: alert.severity for name, alert in alerts(EVENTS).items()}
    assert "ShopFrontDoorGuard" in alerts("events: {total: a_total, good: b_total}")


def test_what_is_disabled_is_not_there() -> None:
    """Each of them can be."""
    said = "alerts: {page: {disabled: true}, no_data: {disabled: true}}"

    assert ["ShopFrontDoorTicket"] == list(alerts(f"{EVENTS}, {said}"))


def test_a_composite_has_no_data_of_its_own_to_miss() -> None:
    """Its parts watch theirs."""
    plan = plan_of(
        shop(f"""
    slos:
      a: {{objective: 99%, {EVENTS}}}
      b: {{objective: 99%, composite: {{worst_of: [a]}}}}
    """)
    )

    assert ["page", "ticket"] == [alert.kind for alert in plan.slos[1].alerts]


def test_a_step_of_the_policy_is_an_alert() -> None:
    """It says what is to be done, in words, not as a template."""
    made = alerts(f"{EVENTS}, budget: {{half-spent: {{remaining: 50%, action: 'Stop {{{{ it'}}}}")
    step = made["ShopFrontDoorBudgetHalfSpent"]

    assert Decimal("0.5") == step.remaining
    assert 'Stop {{ "{{" }} it' == step.annotations["description"]
    assert (
        "Shop: Front door: less than 50% of the error budget is left" == step.annotations["summary"]
    )


def test_labels_of_the_slo_of_its_alerts_and_of_one_alert_are_joined() -> None:
    """What is said closer wins; what opsc sets cannot be overwritten."""
    made = alerts(
        f"{EVENTS}, labels: {{a: '1', b: '1', service: x}},"
        " alerts: {labels: {b: '2', c: '2'}, page: {labels: {c: '3'}}}"
    )
    page, ticket = made["ShopFrontDoorPage"].labels, made["ShopFrontDoorTicket"].labels

    assert ("1", "2", "3") == (page["a"], page["b"], page["c"])
    assert ("1", "2", "2") == (ticket["a"], ticket["b"], ticket["c"])
    assert "shop" == page["service"]


def test_an_alert_leads_to_the_page_of_its_slo() -> None:
    """Values of the labels by which it is grouped are in its text."""
    page = alerts(f"{EVENTS}, by: [method]")["ShopFrontDoorPage"]

    assert "https://ops.example.org/slo-shop-front-door" == page.annotations["runbook_url"]
    assert "of method {{ $labels.method }}" in page.annotations["description"]


def test_shares_are_written_as_people_do() -> None:
    """Exactly, without needless zeros."""
    assert ["99.95", "100", "0", "50"] == [
        percentage(Decimal(each)) for each in ("0.9995", "1", "0", "0.50")
    ]
    assert 'a {{ "{{" }} b' == literal("a {{ b")
