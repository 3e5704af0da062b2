from __future__ import annotations

import os
import shutil
import subprocess
import sys
from types import ModuleType
from typing import TYPE_CHECKING

import runtime
import runtime.cli
from runtime.origin import foreign_package
from tests.checkout import ROOT

if TYPE_CHECKING:
    from pathlib import Path


def test_our_own_package_is_not_foreign() -> None:
    """The package of the checkout is the one of opsc."""
    assert foreign_package(runtime, runtime.cli.__file__) is None


def test_a_package_without_our_mark_is_foreign() -> None:
    """The message names the package, its place and the way out."""
    theirs = ModuleType("runtime")
    theirs.__file__ = os.path.join(os.path.dirname(runtime.__file__), "__init__.py")

    said = foreign_package(theirs, runtime.cli.__file__)

    assert said is not None
    assert "is not the one of opsc" in said
    assert "python3 -m venv" in said


def test_a_package_of_another_folder_is_foreign() -> None:
    """A second copy that shadows ours is not ours."""
    assert foreign_package(runtime, "/elsewhere/runtime/cli.py") is not None


def test_an_overwritten_package_is_said_and_is_exit_4(tmp_path: Path) -> None:
    """Another distribution's `__init__.py` over ours: no traceback, no job."""
    shutil.copytree(ROOT / "runtime", tmp_path / "runtime")
    (tmp_path / "runtime/__init__.py").write_text('"""Somebody else\'s."""\n')
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(tmp_path)}

    done = subprocess.run(
        [sys.executable, "-m", "runtime.cli", "--version"],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (4, "") == (done.returncode, done.stdout)
    assert done.stderr.startswith("opsrun: the package `runtime` in")
