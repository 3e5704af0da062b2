"""promtool as an evaluator: rules and series enter, what queries find at moments leaves.

`promtool test rules` compares; asked for what cannot be, it says what it got instead.
"""

from __future__ import annotations

import json
import math
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import gcd
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from tests.slo.targets import Series

PROCESSES: Final = 2
TIMEOUT_SECONDS: Final = 600

_SAMPLE: Final = re.compile(r"\{([^{}]*)\} (\S+?)(?:, (?=\{)|$)")
_LABEL: Final = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"')

Found: TypeAlias = "Mapping[frozenset[tuple[str, str]], float]"
"""What a query found: values by labels."""


class EvaluationError(Exception):
    """A rule or a query could not be evaluated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """Rules, series, and queries with the moments, in seconds, at which they are asked."""

    rules: str
    series: Sequence[Series]
    queries: Sequence[tuple[float, str]]
    evaluation_seconds: int = 60

    def written(self, rule_file: str) -> str:
        """Return the test file; JSON is YAML, and quicker to write."""
        grid = self.evaluation_seconds
        for series in self.series:
            grid = gcd(grid, series.scrape_seconds, series.phase_seconds)
        written = [series.written(grid) for series in self.series]
        never = [{"labels": "never", "value": 0}]
        return json.dumps(
            {
                "rule_files": [rule_file],
                "evaluation_interval": f"{self.evaluation_seconds}s",
                "tests": [
                    {
                        "interval": f"{grid}s",
                        "input_series": [{"series": name, "values": v} for name, v in written],
                        "promql_expr_test": [
                            {"eval_time": f"{at:.0f}s", "expr": text, "exp_samples": never}
                            for at, text in self.queries
                        ],
                    }
                ],
            }
        )


def evaluate(folder: Path, experiments: Sequence[Experiment]) -> list[list[Found]]:
    """Given experiments, return what each of their queries found, in order.

    Raise `EvaluationError` when a rule or a query cannot be evaluated.
    """
    for number, experiment in enumerate(experiments):
        (folder / f"{number}.rules.yml").write_text(experiment.rules)
        (folder / f"{number}.test.yml").write_text(experiment.written(f"{number}.rules.yml"))
    with ThreadPoolExecutor(PROCESSES) as pool:
        asked = [
            pool.submit(_run, folder, f"{number}.test.yml", len(experiment.queries))
            for number, experiment in enumerate(experiments)
        ]
        return [each.result() for each in asked]


def _run(folder: Path, file: str, queries: int) -> list[Found]:
    done = subprocess.run(
        ["promtool", "test", "rules", file],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    found = list(_found(done.stdout + done.stderr))
    if len(found) != queries:
        raise EvaluationError((done.stdout + done.stderr)[:2000])
    return found


def _found(output: str) -> Iterator[Found]:
    for line in output.splitlines():
        text = line.strip()
        if text.startswith("got: "):
            yield {
                frozenset(_LABEL.findall(labels)): _number(value)
                for labels, value in _SAMPLE.findall(text.removeprefix("got: "))
            }
        elif "err: " in text or "error: " in text:
            raise EvaluationError(text)


def _number(text: str) -> float:
    return math.nan if text == "NaN" else float(text)
