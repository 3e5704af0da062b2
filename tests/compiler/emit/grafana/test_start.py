from __future__ import annotations

import subprocess
import sys

from tests.checkout import ROOT

CHECK = """
import sys
from datetime import date
from compiler.pipeline import compile_plan, examine
(plan,) = examine(["specs/tabular.yaml"], today=date(2026, 11, 23), environments=["local"]).plans
before = "grafanalib" in sys.modules
compile_plan(plan, ["jobs"])
others = "grafanalib" in sys.modules
compile_plan(plan, ["grafana"])
print(before, others, "grafanalib" in sys.modules)
"""


def test_grafanalib_is_loaded_for_dashboards_alone() -> None:
    """A check, and what compiles no dashboard, do not wait for it."""
    ended = subprocess.run(
        [sys.executable, "-c", CHECK], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert "False False True\n" == ended.stdout
