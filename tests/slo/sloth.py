"""Rules of the shape that Sloth writes, to show on the same series what its peers do not get right.

Written from its documented output: a ratio for each window, the period as the average over time of
the shortest one, the alerts on the ratios.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from tests.slo.layouts import Layout, by_buckets, by_counters, by_gauge, by_late_status, by_status

if TYPE_CHECKING:
    from collections.abc import Mapping

WINDOWS: Final = ("5m", "30m", "1h", "2h", "6h", "1d", "3d")
LABELS: Final = {"sloth_id": "shop-a", "sloth_service": "shop", "sloth_slo": "a"}


def sloth_rules(errors: str, total: str, **labels: str) -> str:
    """Given the error and the total query with `$window`, return a rule file; JSON is YAML.

    `labels` are those that the user gives the SLO, which every series bears.
    """
    own = ", ".join(f'{name}="{value}"' for name, value in LABELS.items())
    rules = [
        _record(
            window,
            f"({errors.replace('$window', window)})\n/\n({total.replace('$window', window)})",
            labels,
        )
        for window in WINDOWS
    ]
    shortest = f"slo:sli_error:ratio_rate5m{{{own}}}[30d]"
    rules.append(
        _record(
            "30d",
            f"sum_over_time({shortest})\n/ ignoring (sloth_window)\ncount_over_time({shortest})",
            labels,
        )
    )
    return json.dumps({"groups": [{"name": "sloth", "rules": rules}]})


def _record(window: str, expression: str, labels: dict[str, str]) -> dict[str, object]:
    return {
        "record": f"slo:sli_error:ratio_rate{window}",
        "expr": expression,
        "labels": {**LABELS, "sloth_window": window, **labels},
    }


_BY_STATUS: Final = (
    'sum(rate(shop_requests_total{code=~"5.."}[$window]))',
    "sum(rate(shop_requests_total[$window]))",
)

QUERIES: Final[Mapping[Layout, tuple[str, str]]] = {
    by_status: _BY_STATUS,
    by_late_status: _BY_STATUS,
    by_counters: (
        "sum(rate(shop_errors_total[$window]))",
        "sum(rate(shop_events_total[$window]))",
    ),
    by_buckets: (
        (
            "sum(rate(shop_seconds_count[$window])) -"
            ' sum(rate(shop_seconds_bucket{le="0.5"}[$window]))'
        ),
        "sum(rate(shop_seconds_count[$window]))",
    ),
    by_gauge: (
        "sum(count_over_time(shop_up[$window])) - sum(sum_over_time(shop_up[$window]))",
        "sum(count_over_time(shop_up[$window]))",
    ),
}
"""The error and the total query of what a layout exposes under the prefix `shop`."""
