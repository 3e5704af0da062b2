"""What the emitters write, byte for byte."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from compiler.emit.registry import emitters
from tests.compiler.emit.cases import cases

GOLDEN = Path(__file__).parents[2] / "golden" / "emit"
CASES = cases()


@pytest.mark.parametrize("case", CASES)
def test_the_artifacts_are_the_goldens(case: str, request: pytest.FixtureRequest) -> None:
    """Every file of a case is as it was when somebody last looked, and there is none beside."""
    emitter, plan = CASES[case]
    written = {artifact.path: artifact.text for artifact in emitters()[emitter](plan)}
    folder = GOLDEN / case
    if request.config.getoption("--update-goldens"):
        shutil.rmtree(folder, ignore_errors=True)
        for path, text in written.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(text.encode())
    golden = {
        file.relative_to(folder).as_posix(): file.read_bytes().decode()
        for file in folder.rglob("*")
        if file.is_file()
    }

    assert golden == written


def test_no_golden_is_left_over() -> None:
    """Every folder of goldens belongs to a case."""
    assert set(CASES) >= {folder.name for folder in GOLDEN.iterdir()}


def test_every_emitter_has_a_case() -> None:
    """No emitter goes without a golden."""
    assert set(emitters()) == {emitter for emitter, _plan in CASES.values()}
