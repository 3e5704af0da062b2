"""What Sloth documents that it writes, and what is compiled of an imported document.

The data below is the shape of Sloth's documented output: names, labels, annotations. Source: the
generated rules that Sloth's documentation shows for its getting-started example ("Getting
started"), as a file and as a resource of Kubernetes, and its list of the labels that it sets. No
expression is compared: those are ours, and never NaN.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from compiler.adopt.adopt import adopt
from compiler.adopt.documents import loaded
from compiler.adopt.promise import Asked
from compiler.pipeline import compile_plan, examine_documents
from compiler.source.reader import read
from tests.compiler.adopt.test_goldens import GOLDENS, VALID, compiled

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCUMENT = """\
version: prometheus/v1
service: orders
labels: {owner: checkout, tier: "2"}
slos:
  - name: availability
    objective: 99.9
    description: Orders are answered.
    labels: {group: web}
    sli:
      events:
        error_query: sum(rate(http_requests_total{job="orders",code=~"5.."}[{{.window}}]))
        total_query: sum(rate(http_requests_total{job="orders"}[{{.window}}]))
    alerting:
      name: OrdersFail
      labels: {category: availability, team: checkout}
      annotations: {runbook: "https://ops.example.org/orders"}
      page_alert:
        labels: {severity: pageteam, routing_key: checkout}
        annotations: {summary: Many orders fail}
      ticket_alert:
        labels: {severity: slack, slack_channel: "#checkout"}
"""

SLOTH = [case for case in VALID if case.startswith("sloth-")]
"""The goldens of Sloth that become specs."""

OWN = {"sloth_id": "orders-availability", "sloth_service": "orders", "sloth_slo": "availability"}
SAID = {"owner": "checkout", "tier": "2", "group": "web"}

WINDOWS = ("5m", "30m", "1h", "2h", "6h", "1d", "3d")
PERIOD = {"30d": "30d", "28d": "4w"}
"""How Sloth writes the period into the name of its series."""

METADATA = (
    "slo:objective:ratio",
    "slo:error_budget:ratio",
    "slo:time_period:days",
    "slo:current_burn_rate:ratio",
    "slo:period_burn_rate:ratio",
    "slo:period_error_budget_remaining:ratio",
)

INFO = {"sloth_mode", "sloth_objective", "sloth_spec", "sloth_version"}
"""Labels of `sloth_slo_info` besides; what they say is the tool's, but for the objective."""

ALERTS = {
    "page": {
        "category": "availability",
        "team": "checkout",
        "severity": "pageteam",
        "routing_key": "checkout",
        "sloth_severity": "page",
    },
    "ticket": {
        "category": "availability",
        "team": "checkout",
        "severity": "slack",
        "slack_channel": "#checkout",
        "sloth_severity": "ticket",
    },
}
"""Labels that Sloth writes at the alerts; those of the series, `OWN` and `SAID`, come with them."""

BESIDES = {"slo:sli_bad:rate5m", "slo:sli_total:rate"}
"""What is recorded besides, which Sloth has not: the events themselves."""


def rules(document: str, window: str = "30d") -> list[dict[str, Any]]:
    """Return the rules that an imported document compiles to."""
    documents = loaded([("in.yaml", document.encode())])
    (spec,) = adopt("sloth", documents, Asked(window=window)).specs
    read_again = (read(spec.file, spec.text.encode()),)
    (plan,) = examine_documents(read_again, today=date(2026, 11, 24)).plans
    (text,) = (
        each.text for each in compile_plan(plan) if each.path.startswith("prometheus/rules/")
    )
    return [rule for group in yaml.safe_load(text)["groups"] for rule in group["rules"]]


def recorded(made: list[dict[str, Any]]) -> dict[str, dict[str, str]]:
    """Return the labels of the recorded series by their names."""
    return {rule["record"]: rule["labels"] for rule in made if "record" in rule}


def documented(period: str) -> Iterator[tuple[str, set[str]]]:
    """Yield the names and the label sets of the fifteen series that Sloth documents."""
    for window in WINDOWS:
        yield f"slo:sli_error:ratio_rate{window}", {*OWN, *SAID, "sloth_window"}
    yield f"slo:sli_error:ratio_rate{PERIOD[period]}", {*OWN, *SAID, "sloth_window"}
    for name in METADATA:
        yield name, {*OWN, *SAID}
    yield "sloth_slo_info", {*OWN, *SAID, *INFO}


@pytest.mark.parametrize("period", PERIOD)
def test_every_series_of_sloth_has_its_name_and_labels(period: str) -> None:
    """Dashboards that select Sloth's series by its labels find them all."""
    made = recorded(rules(DOCUMENT, period))
    wanted = dict(documented(period))

    assert wanted == {name: set(labels) for name, labels in made.items() if name in wanted}


def test_nothing_else_has_a_name_that_sloth_could_write() -> None:
    """What is recorded besides is the events that shares are made of."""
    besides = set(recorded(rules(DOCUMENT))) - dict(documented("30d")).keys()

    assert [] == [name for name in besides if not name.startswith(tuple(BESIDES))]


def test_labels_say_what_sloth_lets_them_say() -> None:
    """The SLO is told by its original names, the window as in the series' name."""
    made = recorded(rules(DOCUMENT))
    share = made["slo:sli_error:ratio_rate1h"]
    info = made["sloth_slo_info"]

    assert {**OWN, **SAID, "sloth_window": "1h"} == share
    assert "99.9" == info["sloth_objective"]


@pytest.mark.parametrize("kind", ALERTS)
def test_both_alerts_have_sloths_name_labels_and_annotations(kind: str) -> None:
    """What routes by the name or by a label goes on; `service` alone is opsc's own."""
    (alert,) = (
        rule
        for rule in rules(DOCUMENT)
        if "alert" in rule and rule["labels"].get("sloth_severity") == kind
    )

    assert "OrdersFail" == alert["alert"]
    assert {**OWN, **SAID, **ALERTS[kind], "service": "orders"} == alert["labels"]
    assert {"runbook", "summary", "title"} <= alert["annotations"].keys()
    assert "https://ops.example.org/orders" == alert["annotations"]["runbook"]


def test_series_are_there_without_alerts() -> None:
    """As with Sloth, disabling the alerts takes no series from the dashboards."""
    disabled = DOCUMENT.replace("page_alert:\n", "page_alert:\n        disable: true\n").replace(
        "ticket_alert:\n", "ticket_alert:\n        disable: true\n"
    )
    made = rules(disabled)

    assert dict(documented("30d")).keys() <= recorded(made).keys()
    assert not any("sloth_severity" in rule["labels"] for rule in made if "alert" in rule)


def test_of_seventeen_rules_none_is_missing() -> None:
    """Fifteen series and two alerts are what Sloth writes for an SLO: all that is alerted on."""
    made = rules(DOCUMENT)
    series = [each for each in recorded(made) if not each.startswith(tuple(BESIDES))]
    kinds = [rule["labels"].get("sloth_severity") for rule in made if "alert" in rule]

    assert 15 == len(series)
    assert ["page", "ticket"] == sorted(kinds)


UNHEARD = {("orders-lenient", "page"), ("search-latency", "page")}
"""Alerts of the goldens that could never fire; a finding says that they are left out."""

OURS = {"owner", "service", "severity"}
"""Labels of alerts that opsc sets where the document does not."""


def said(case: str) -> Iterator[tuple[Any, dict[str, str]]]:
    """Yield each SLO of a golden, and the labels that all its series have with Sloth."""
    text = (GOLDENS / case / "in.yaml").read_text(encoding="utf-8")
    for document in yaml.safe_load_all(text):
        spec = document.get("spec", document)
        for slo in spec["slos"]:
            own = {
                "sloth_id": f"{spec['service']}-{slo['name']}",
                "sloth_service": spec["service"],
                "sloth_slo": slo["name"],
            }
            yield slo, {**spec.get("labels", {}), **slo.get("labels", {}), **own}


def made(case: str) -> list[dict[str, Any]]:
    """Return the rules that a golden compiles to."""
    files = [each for each in compiled(case) if each.path.startswith("prometheus/rules/")]
    groups = [group for each in files for group in yaml.safe_load(each.text)["groups"]]
    return [rule for group in groups for rule in group["rules"]]


@pytest.mark.parametrize("case", SLOTH)
def test_every_imported_document_has_sloths_series(case: str) -> None:
    """Names and labels are those that Sloth documents, of events, of shares and of a resource."""
    expected = {}
    for _slo, labels in said(case):
        for name, keys in documented("30d"):
            window = {"sloth_window": name.rpartition("rate")[2]} if "sloth_window" in keys else {}
            expected[labels["sloth_id"], name] = {**labels, **window}
    found = {
        (rule["labels"]["sloth_id"], rule["record"]): {
            key: value for key, value in rule["labels"].items() if key not in INFO
        }
        for rule in made(case)
        if "record" in rule and not rule["record"].startswith(tuple(BESIDES))
    }
    info = [rule["labels"].keys() for rule in made(case) if rule.get("record") == "sloth_slo_info"]

    assert expected == found
    assert all(keys >= INFO for keys in info)


@pytest.mark.parametrize("case", SLOTH)
def test_every_imported_document_has_sloths_alerts(case: str) -> None:
    """Names and labels are those that Sloth documents; nothing else is alerted on."""
    expected = {}
    for slo, labels in said(case):
        alerting = slo["alerting"]
        for kind in ("page", "ticket"):
            alert = alerting.get(f"{kind}_alert", alerting.get(f"{kind}Alert", {}))
            key = (labels["sloth_id"], kind)
            if not alert.get("disable") and key not in UNHEARD:
                own = {**alerting.get("labels", {}), **alert.get("labels", {})}
                expected[key] = (alerting["name"], {**labels, **own, "sloth_severity": kind})
    alerts = [rule for rule in made(case) if "alert" in rule]
    found = {}
    for rule in alerts:
        key = (rule["labels"]["sloth_id"], rule["labels"]["sloth_severity"])
        besides = OURS - expected[key][1].keys() if key in expected else set()
        kept = {name: value for name, value in rule["labels"].items() if name not in besides}
        found[key] = (rule["alert"], kept)

    assert len(expected) == len(alerts)
    assert expected == found
