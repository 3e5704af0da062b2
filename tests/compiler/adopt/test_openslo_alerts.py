"""Which alerts are compiled of documents of OpenSLO."""

from __future__ import annotations

import pytest
import yaml

from tests.compiler.adopt.test_goldens import compiled


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ("openslo-raw", set()),
        ("openslo-page-and-ticket", {"OrdersOrdersPage", "OrdersOrdersTicket"}),
        ("openslo-no-data-alone", {"OrdersOrdersNoData"}),
    ],
)
def test_the_alerts_are_those_of_the_policies(case: str, expected: set[str]) -> None:
    """Nobody hears of what no policy asked for."""
    groups = [
        group
        for artifact in compiled(case)
        if artifact.path.startswith("prometheus/rules/")
        for group in yaml.safe_load(artifact.text)["groups"]
    ]
    alerts = {rule["alert"] for group in groups for rule in group["rules"] if "alert" in rule}

    assert expected == alerts
