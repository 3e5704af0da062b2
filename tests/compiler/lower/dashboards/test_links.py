from __future__ import annotations

import pytest

from compiler.lower.dashboards.names import panel_id
from tests.compiler.lower.specs import plan_of

HEAD = """
opsc: 1
service: {name: shop, title: Shop, owner: ops, links: {dashboards: https://g.example.org/}}
teams: {ops: {contact: {email: ops@example.org}}}
signals: {cpu: {query: x, unit: ratio}}
alert_groups: {g: {}}
dashboards:
  web:
    rows:
      now:
        level: summary
        panels: {cpu: {signal: cpu}, own: {alert: Own}, cpu-again: {signal: cpu}}
"""
COMPARED = "group: g, above: 80%, for: 5m, severity: warning"


def url_of(alert: str, name: str = "High") -> str | None:
    """Given what an alert says besides, return where it leads."""
    plan = plan_of(f"{HEAD}alerts:\n  {name}: {{{COMPARED}, {alert}}}\n")
    (found,) = (each for group in plan.groups for each in group.alerts if not each.is_no_data)
    return found.annotations.get("dashboard_url")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("value: z, dashboard: web", "https://g.example.org/d/shop-web"),
        (
            "value: z, dashboard: web/own",
            f"https://g.example.org/d/shop-web?viewPanel={panel_id('own')}",
        ),
        ("value: z, dashboard: /d/other", "https://g.example.org/d/other"),
        ("value: z, dashboard: 'https://x.example.org/d'", "https://x.example.org/d"),
        ("value: z", None),
        ("signal: cpu", f"https://g.example.org/d/shop-web?viewPanel={panel_id('cpu')}"),
    ],
)
def test_alert_leads_to_what_it_names_or_what_shows_it(said: str, expected: str | None) -> None:
    """A name, a path, an address; else the first panel of its signal, if there is one."""
    assert expected == url_of(said)


def test_panel_of_an_alert_comes_before_one_of_its_signal() -> None:
    """What shows the alert itself is nearer."""
    assert f"https://g.example.org/d/shop-web?viewPanel={panel_id('own')}" == url_of(
        "signal: cpu", "Own"
    )


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("", "https://g.example.org/d/shop-slos"),
        (
            ", dashboard: web/cpu",
            f"https://g.example.org/d/shop-web?viewPanel={panel_id('cpu')}",
        ),
        (", dashboard: /d/other", "https://g.example.org/d/other"),
    ],
)
def test_slo_leads_to_its_own_dashboard(said: str, expected: str) -> None:
    """Unless it names another one, the alerts lead to what follows from the SLOs."""
    slo = f"slos:\n  fine: {{objective: 99%, boolean: {{of: min(up)}}{said}}}\n"
    plan = plan_of(HEAD + slo)

    assert {expected} == {each.annotations.get("dashboard_url") for each in plan.slos[0].alerts}
