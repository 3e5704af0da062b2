from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from compiler.lower.dashboards.lower import INTERVAL
from tests.compiler.lower.specs import plan_of, shop

if TYPE_CHECKING:
    from compiler.lower.dashboards.plan import DashboardPlan, PanelPlan

SPEC = """
metrics:
  requests_total: {counter: Requests, labels: {code: ["200"]}}
  bytes_total: {counter: Bytes, unit: bytes}
  wait_seconds: {gauge: Wait, unit: seconds}
  pool_ratio: {gauge: Pool, unit: ratio, labels: {pool: [a]}}
  took_seconds: {histogram: Took, unit: seconds, buckets: [1]}
  batch_seconds: {summary: Batch, unit: seconds}
signals:
  cpu: {description: In use, query: 'avg by (instance) (cpu)', unit: ratio}
  errors: {query: "sum(rate(errors_total[5m]))", unit: per_second}
  raw: {query: pool_ratio / 2, unit: ratio}
  seen: {query: max(seen_timestamp_seconds), unit: timestamp}
"""


BATCH = "sum (rate(batch_seconds_{}[$interval]))"


def dashboard(panels: str, variables: str = "{}") -> DashboardPlan:
    """Return a dashboard with one row of panels."""
    said = (
        f"dashboards:\n  main:\n    variables: {variables}\n    rows:\n"
        f"      now: {{level: summary, panels: {panels}}}\n"
    )
    found = plan_of(shop(SPEC) + said)
    return found.dashboards[0]


def panel(said: str, variables: str = "{}") -> PanelPlan:
    """Return the plan of one panel."""
    return dashboard(f"{{one: {said}}}", variables).rows[0].panels[0]


@pytest.mark.parametrize(
    ("said", "kind", "unit", "expressions"),
    [
        ("{signal: cpu}", "time-series", "ratio", ["avg by (instance) (cpu)"]),
        ("{signal: cpu, kind: gauge}", "gauge", "ratio", ["avg by (instance) (cpu)"]),
        (
            "{metric: requests_total}",
            "time-series",
            "per_second",
            ["sum (rate(requests_total[$interval]))"],
        ),
        (
            "{metric: bytes_total}",
            "time-series",
            "bytes_per_second",
            ["sum (rate(bytes_total[$interval]))"],
        ),
        ("{metric: wait_seconds}", "time-series", "seconds", ["wait_seconds"]),
        (
            "{metric: pool_ratio, by: [pool]}",
            "time-series",
            "ratio",
            ["max by (pool) (pool_ratio)"],
        ),
        (
            "{metric: took_seconds}",
            "heatmap",
            "seconds",
            ["sum by (le) (increase(took_seconds_bucket[$interval]))"],
        ),
        (
            "{metric: took_seconds, kind: time-series, by: [job]}",
            "time-series",
            "seconds",
            [
                f"histogram_quantile({quantile}, sum by (le, job)"
                " (rate(took_seconds_bucket[$interval])))"
                for quantile in ("0.5", "0.95", "0.99")
            ],
        ),
        (
            "{metric: batch_seconds}",
            "time-series",
            "seconds",
            [f"{BATCH.format('sum')} / {BATCH.format('count')}"],
        ),
        (
            "{signal: seen, kind: stat}",
            "stat",
            "timestamp",
            ["(max(seen_timestamp_seconds)) * 1000"],
        ),
        ("{queries: {a: up, b: up}, unit: boolean}", "time-series", "boolean", ["up", "up"]),
    ],
)
def test_what_is_shown_becomes_questions(
    said: str, kind: str, unit: str, expressions: list[str]
) -> None:
    """Counters are rated, distributions are buckets, times are what Grafana counts in."""
    found = panel(said)

    assert (kind, unit) == (found.kind, found.unit)
    assert expressions == [asked.expression for asked in found.asked]


@pytest.mark.parametrize(
    ("said", "legend"),
    [
        ("{signal: cpu}", "{{instance}}"),
        ("{signal: cpu, legend: host}", "host"),
        ("{signal: errors}", "One"),
        ("{signal: errors, title: Errors}", "Errors"),
        ("{signal: raw}", None),
        ("{queries: {'{{job}}': up}, unit: boolean}", "{{job}}"),
    ],
)
def test_lines_are_called_after_what_tells_them_apart(said: str, legend: str | None) -> None:
    """A single line has the panel's title; where the labels are unknown Grafana finds a name."""
    assert legend == panel(said).asked[0].legend


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("{signal: cpu}", 'avg by (instance) (cpu{instance=~"$host"})'),
        # The sum of all is what its alerts look at.
        ("{signal: errors}", "sum(rate(errors_total[5m]))"),
        ("{signal: raw}", 'pool_ratio{pool=~"$pool", instance=~"$host"} / 2'),
        ("{metric: requests_total}", 'sum (rate(requests_total{instance=~"$host"}[$interval]))'),
        ("{queries: {a: up}, unit: boolean}", "up"),
    ],
)
def test_a_variable_narrows_what_surely_has_its_label(said: str, expected: str) -> None:
    """A matcher of a label that no series has would leave an empty panel."""
    variables = "{host: {label: instance, of: up}, pool: {label: pool, of: up}}"

    assert expected == panel(said, variables).asked[0].expression


def test_a_variable_of_one_value_is_compared_as_one() -> None:
    """Grafana escapes what is special in a pattern only where there may be several."""
    variables = "{host: {label: instance, of: up, multiple: false}}"

    assert 'avg by (instance) (cpu{instance="$host"})' == (
        panel("{signal: cpu}", variables).asked[0].expression
    )


def test_each_dashboard_has_an_interval() -> None:
    """1m, 5m, 15m, 1h, and five minutes at first, unless it says others."""
    variables = "{interval: {values: [1h]}}"

    assert (INTERVAL,) == dashboard("{a: {signal: cpu}}").variables
    assert (("1m", "5m", "15m", "1h"), "5m") == (INTERVAL.values, INTERVAL.default)
    assert [("1h",)] == [each.values for each in dashboard("{}", variables).variables]


def test_what_nobody_says_is_six_hours_every_ten_seconds() -> None:
    """The defaults of a dashboard."""
    found = dashboard("{a: {signal: cpu}}")

    assert (6 * 3600, 10) == (found.range_seconds, found.refresh_seconds)
    assert ("shop-main", "Shop main") == (found.uid, found.title)
    assert {"Runbooks": "https://ops.example.org"} == found.links


def test_what_is_unknown_is_left_out() -> None:
    """A panel of something that is not there hides no other one."""
    row = dashboard("{a: {signal: nothing}, b: {signal: cpu}, c: {slo: none}}").rows[0]

    assert ["b"] == [each.name for each in row.panels]
