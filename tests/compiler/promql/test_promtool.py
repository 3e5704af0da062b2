"""What we believe of Prometheus 2.42, held against its own promtool."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from compiler.promql.functions import AGGREGATIONS, FUNCTIONS
from tests.compiler.promql.test_template import BROKEN, SOUND

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

PROMTOOL = shutil.which("promtool") or ""
pytestmark = pytest.mark.e2e


def refusals(folder: Path, rules: Sequence[Mapping[str, object]]) -> str:
    """Return what promtool says of some rules, each in a group of its own; JSON is YAML."""
    groups = [{"name": f"g{number}", "rules": [rule]} for number, rule in enumerate(rules)]
    file = folder / "rules.yml"
    file.write_text(json.dumps({"groups": groups}), encoding="utf-8")
    done = subprocess.run(
        [PROMTOOL, "check", "rules", str(file)], capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr


def test_functions_of_2_42_are_those_that_promtool_knows(tmp_path: Path) -> None:
    """A function that promtool calls unknown is not said to be in 2.42, and the other way round."""
    known = {**FUNCTIONS, **AGGREGATIONS}
    names = list(known)
    said = refusals(tmp_path, [{"record": "a:b", "expr": f"{name}()"} for name in names])
    unknown = {name for name in names if f'unknown function with name "{name}"' in said}
    ours = {name for name in names if not known[name].cover("2.42")}

    assert ours == unknown


@pytest.mark.parametrize("text", SOUND)
def test_sound_templates_are_taken_by_promtool(text: str, tmp_path: Path) -> None:
    """We find no fault where Prometheus finds none."""
    rule = {"alert": "A", "expr": "up > 1", "annotations": {"summary": text}}

    assert "SUCCESS" in refusals(tmp_path, [rule])


@pytest.mark.parametrize("text", BROKEN)
def test_broken_templates_are_refused_by_promtool(text: str, tmp_path: Path) -> None:
    """Every fault we find in a template is one to Prometheus."""
    rule = {"alert": "A", "expr": "up > 1", "annotations": {"summary": text}}

    assert "template" in refusals(tmp_path, [rule])
