"""Generated alerts within what can be driven: promtool agrees with every test made of them."""

from __future__ import annotations

import os
import tempfile
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.authority.process import run
from compiler.emit import prometheus
from compiler.emit.promtool.files import files_of
from compiler.lower.alerts import number
from compiler.lower.drive.driver import Undrivable, drive
from compiler.lower.plan import AlertPlan, Comparison, Operator
from tests.compiler.emit import plans

pytestmark = [pytest.mark.e2e, pytest.mark.fuzz]

IS_LONG: Final = os.environ.get("HYPOTHESIS_PROFILE") == "fuzz"
TOGETHER: Final = 12
"""Alerts that one run of promtool is asked about."""
BATCHES: Final = 400 if IS_LONG else 6

MATCHERS: Final = st.sampled_from(
    (
        "",
        '{job="a"}',
        '{code=~"5..", job!="b"}',
        '{path!~"/health|/ready"}',
        '{zone=~"eu-[ab]|us.+"}',
    )
)
WINDOWS: Final = st.sampled_from(("2m", "5m", "10m"))
AGGREGATIONS: Final = st.sampled_from(
    (
        "sum",
        "avg",
        "min",
        "max",
        "sum by (instance)",
        "max by (instance, zone)",
        "avg without (cpu)",
    )
)
THRESHOLDS: Final = st.sampled_from(("0.001", "0.5", "1", "7", "250", "1048576", "-4"))
OPERATORS: Final[st.SearchStrategy[Operator]] = st.sampled_from((">", "<", ">=", "<="))
ANNOTATIONS: Final = st.sampled_from(
    (
        "at {{ $value }}",
        "at {{ $value | humanize }}",
        "at {{ $value | humanize1024 }}B",
        "at {{ humanizeDuration $value }}",
        "at {{ $value | humanizePercentage }} of {{ $labels.instance }}",
        'at {{ printf "%.2f" $value }} ({{ $labels.zone }})',
        "at {{ $value | humanizeTimestamp }}",
    )
)


@st.composite
def queries(draw: st.DrawFn, name: str) -> str:
    """Return an expression about a metric: what is read, aggregated and calculated."""
    matchers, window = draw(MATCHERS), draw(WINDOWS)
    read = draw(
        st.sampled_from(
            (
                f"{name}{matchers}",
                f"rate({name}_total{matchers}[{window}])",
                f"increase({name}_total{matchers}[{window}])",
                f"irate({name}_total{matchers}[{window}])",
                f"delta({name}{matchers}[{window}])",
                f"avg_over_time({name}{matchers}[{window}])",
                f"max_over_time({name}{matchers}[{window}])",
                f"abs({name}{matchers})",
                f"(time() - {name}_timestamp_seconds{matchers})",
                f"{name}{matchers} offset {window}",
            )
        )
    )
    aggregation = draw(st.one_of(st.none(), AGGREGATIONS))
    value = read if aggregation is None else f"{aggregation} ({read})"
    form = draw(st.sampled_from(("{}", "{} * 60", "{} / 1024", "{} + 3", "2 - {}", "{} / {other}")))
    other = f"{name}_limit" if aggregation is None else f"{aggregation} ({name}_limit)"
    return form.format(value, other=other)


@st.composite
def alerts(draw: st.DrawFn) -> list[AlertPlan]:
    """Return alerts of different metrics."""
    return [draw(_alert(number)) for number in range(TOGETHER)]


@st.composite
def _alert(draw: st.DrawFn, position: int) -> AlertPlan:
    query = draw(queries(f"m{position}"))
    operator: Operator = draw(OPERATORS)
    threshold = Decimal(draw(THRESHOLDS))
    comparison = Comparison(
        query=query, operator=operator, threshold=threshold, threshold_text="", unit=None
    )
    return replace(
        plans.alert(f"Alert{position}"),
        comparison=comparison,
        expression=f"{query} {operator} {number(threshold)}",
        for_seconds=draw(st.sampled_from((0, 30, 60, 300))),
        keep_firing_for_seconds=draw(st.sampled_from((None, 60, 90))),
        annotations={"summary": draw(ANNOTATIONS)},
    )


@settings(max_examples=BATCHES)
@given(batch=alerts())
def test_promtool_agrees_with_every_compiled_test(batch: list[AlertPlan]) -> None:
    """Whatever can be driven does what its tests say, to the last digit of its annotations."""
    group = plans.group(*batch)
    plan = plans.plan(stack=plans.stack("2.42"), groups=(group,))
    made = [drive(alert, group, {}, "2.42") for alert in batch]
    tests = [test for each in made if not isinstance(each, Undrivable) for test in each]
    with tempfile.TemporaryDirectory(prefix="opsc-drive-") as name:
        folder = Path(name)
        for artifact in (*prometheus.emit(plan), *files_of("tabular", "tabular", tests)):
            path = folder / artifact.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(artifact.text, "utf-8")
        files = sorted(file.name for file in (folder / "prometheus" / "tests").glob("*.yml"))
        argv = ["promtool", "test", "rules", *files]
        verdict = run(argv, folder=folder / "prometheus" / "tests")

    assert (0, "") == (verdict.code, verdict.errors.strip())


@settings(max_examples=BATCHES)
@given(batch=alerts())
def test_most_of_what_is_generated_is_driven(batch: list[AlertPlan]) -> None:
    """What cannot be is a threshold that the value never comes to, and no more."""
    group = plans.group(*batch)
    outcomes = [drive(alert, group, {}, "2.42") for alert in batch]

    assert any(not isinstance(outcome, Undrivable) for outcome in outcomes)


VECTORS: Final = (
    *("x", 'y{a="b"}', 'z{le="0.5"}', 'b_bucket{le=~".+"}', '{__name__="q", a!~"b|c"}'),
    *('w{a="", b=~"x?"}', 'x{a="1", a="2"}', r'v{r=~"[a-c]{2,}\\d"}', "time()", "-1", "1e300"),
)
CALLED: Final = ("abs", "ln", "scalar", "vector", "absent", "round", "minute", "rate", "sum", "avg")
RANGED: Final = ("rate", "increase", "delta", "deriv", "avg_over_time", "absent_over_time")
VERSIONS: Final = st.sampled_from(("2.42", "3.1"))
JOINS: Final = ("+", "/", "%", "^", "==", ">= bool", "and", "or", "* on (a)", "- ignoring (b)")


def nested(depth: int) -> st.SearchStrategy[str]:
    """Return expressions of any sense, as deep as is said."""
    if depth == 0:
        return st.sampled_from(VECTORS)
    inner = nested(depth - 1)
    return st.one_of(
        inner,
        st.builds("{}({})".format, st.sampled_from(CALLED), inner),
        st.builds("{}({}[{}])".format, st.sampled_from(RANGED), st.sampled_from(VECTORS), WINDOWS),
        st.builds("({} {} {})".format, inner, st.sampled_from(JOINS), inner),
        st.builds("topk({}, {})".format, inner, inner),
        st.builds("histogram_quantile(0.9, {})".format, inner),
    )


@settings(max_examples=2_000 if IS_LONG else 200)
@given(
    query=nested(3),
    operator=OPERATORS,
    threshold=THRESHOLDS,
    version=st.sampled_from(("2.42", "3.1")),
)
def test_no_expression_breaks_the_driver(
    query: str, operator: Operator, threshold: str, version: str
) -> None:
    """It is driven, or there is a reason why it is not."""
    comparison = Comparison(
        query=query, operator=operator, threshold=Decimal(threshold), threshold_text="", unit=None
    )
    expression = f"({query}) {operator} {threshold}"
    alert = replace(plans.alert(), comparison=comparison, expression=expression)
    outcome = drive(alert, plans.group(alert), {}, version)

    assert outcome.reason if isinstance(outcome, Undrivable) else outcome
