"""What the dashboards ask, held against Prometheus itself."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from compiler.promql.parse import parse
from compiler.promql.tree import Query
from compiler.promql.variables import without_variables
from tests.compiler.emit.grafana.compiled import dashboards
from tests.compiler.emit.grafana.judge import panels_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def queries(dashboard: dict[str, Any]) -> Iterator[str]:
    """Yield everything that a dashboard asks Prometheus, variables and annotations too."""
    for panel in panels_of(dashboard):
        yield from (target["expr"] for target in panel["targets"])
    yield from (
        each["target"]["expr"] for each in dashboard["annotations"]["list"] if "target" in each
    )
    for variable in dashboard["templating"]["list"]:
        if variable["type"] == "query":
            yield variable["query"].removeprefix("label_values(").rpartition(",")[0]


@pytest.mark.parametrize("name", dashboards())
def test_every_query_can_be_read(name: str) -> None:
    """With numbers where people choose them, each is an expression."""
    asked = list(queries(dashboards()[name]))

    assert asked
    assert [] == [
        query for query in asked if not isinstance(parse(without_variables(query)), Query)
    ]


@pytest.mark.e2e
def test_prometheus_accepts_every_query(tmp_path: Path) -> None:
    """That is, promtool of the version of the stack does."""
    asked = {query for dashboard in dashboards().values() for query in queries(dashboard)}
    rules = [
        {"record": f"asked:{number}", "expr": without_variables(query)}
        for number, query in enumerate(sorted(asked))
    ]
    file = tmp_path / "asked.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "asked", "rules": rules}]}))
    ended = subprocess.run(
        ["promtool", "check", "rules", str(file)], capture_output=True, text=True, check=False
    )

    assert (0, "") == (ended.returncode, ended.stderr)
    assert f"SUCCESS: {len(rules)} rules found" in ended.stdout
    assert len(rules) > 200
