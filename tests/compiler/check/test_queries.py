from __future__ import annotations

from compiler.check.queries import Written, queries
from compiler.source.reader import read

TEXT = b"""\
signals:
  errors: {query: "sum(rate(errors_total[5m]))"}
alerts:
  Down: {value: up, queries: {hosts: "count(up)"}}
slos:
  plain: {events: {total: requests_total}}
  written: {events: {total: "rate(a[$window])", bad: {code: "500"}}, queries: {slow: "topk(5, a)"}}
dashboards:
  main:
    rows: {first: {panels: {errors: {queries: {all: "rate(a[$__rate_interval])"}}}}}
"""


def test_queries_stand_with_what_they_are_read_as() -> None:
    """Selectors of SLOs, of which there are thousands, have nothing to be told about."""
    root = read("spec.yaml", TEXT).root
    assert root is not None

    assert list(queries(root)) == [
        Written(("signals", "errors", "query"), "sum(rate(errors_total[5m]))", True),
        Written(("alerts", "Down", "value"), "up", True),
        Written(("slos", "written", "events", "total"), "rate(a[000005m])", True),
        Written(("alerts", "Down", "queries", "hosts"), "count(up)", False),
        Written(("slos", "written", "queries", "slow"), "topk(5, a)", False),
        Written(
            ("dashboards", "main", "rows", "first", "panels", "errors", "queries", "all"),
            "rate(a[000000000000005m])",
            False,
        ),
    ]
