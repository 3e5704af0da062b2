"""Shares that are no shares: what is divided by nothing, or is below zero, ends no SLO."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from compiler.authority.process import run
from compiler.emit.prometheus.slo_rules import slo_rules
from tests.compiler.lower.specs import plan_of, shop

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize(
    ("said", "series"),
    [
        ("ratio: {bad: a / b}", {"a": "1x40 0x440", "b": "0x40 1x440"}),
        ("ratio: {good: 1 - a / b}", {"a": "1x40 0x440", "b": "0x40 1x440"}),
        ("ratio: {bad: a}", {"a": "NaN+0x40 0x440"}),
        ("freshness: {of: a, under: 1h}", {"a": "NaN+0x40 0x440"}),
        ("freshness: {of: a, under: 1h}", {"a": "Inf+0x40 0x440"}),
        ("boolean: {of: a}", {"a": "NaN+0x40 1x440", 'a{pod="x"}': "1x480"}),
        ("boolean: {of: a}", {"a": "1x200 Inf+0x2 1x280"}),
        ("boolean: {of: min(a)}", {"a": "NaN+0x40 1x440"}),
    ],
)
def test_sums_of_windows_stay_numbers(tmp_path: Path, said: str, series: dict[str, str]) -> None:
    """Ten minutes of what is no share are forgotten when they have left the window."""
    records = "{__name__=~'slo:sli_(total|bad|error):.*'}"

    strange = f"count({records}) - count({records} > -Inf < Inf) != 0 or absent({records})"

    assert "" == _missed(tmp_path, said, series, [strange])


def test_a_share_below_zero_sets_off_the_guard(tmp_path: Path) -> None:
    """More good events than events are no silence."""
    fires = "count(ALERTS{alertname='ShopItGuard',alertstate='firing'}) != 1 or absent(ALERTS)"

    assert "" == _missed(tmp_path, "ratio: {bad: 1 - a / b}", {"a": "3x480", "b": "2x480"}, [fires])


def _missed(folder: Path, said: str, series: dict[str, str], nothing: list[str]) -> str:
    """Return what promtool says where queries find something after two hours of samples."""
    plan = plan_of(shop(f"slos:\n  it: {{objective: 99%, {said}}}\n"))
    (rules,) = slo_rules(plan)
    (folder / "rules.yml").write_text(rules.text, encoding="utf-8")
    test = {
        "rule_files": ["rules.yml"],
        "evaluation_interval": "15s",
        "tests": [
            {
                "interval": "15s",
                "input_series": [
                    {"series": name, "values": values} for name, values in series.items()
                ],
                "promql_expr_test": [
                    {"expr": query, "eval_time": time, "exp_samples": []}
                    for query in nothing
                    for time in ("45m", "2h")
                ],
            }
        ],
    }
    (folder / "test.json").write_text(json.dumps(test), encoding="utf-8")
    verdict = run(["promtool", "test", "rules", "test.json"], folder=folder)
    return verdict.output.replace("Unit Testing:  test.json", "").replace("SUCCESS", "").strip() + (
        verdict.errors
    )
