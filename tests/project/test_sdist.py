"""The source distribution holds what the wheel is built from, and no tests."""

from __future__ import annotations

import tarfile
from typing import TYPE_CHECKING

import pytest

from tests.installation import build_sdist

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.slow
def test_the_sdist_holds_sources_and_no_tests(tmp_path: Path) -> None:
    """The tests ask the whole checkout, so that they have no business outside of it."""
    with tarfile.open(build_sdist(tmp_path)) as archive:
        tops = {name.split("/")[1] for name in archive.getnames()}

    assert {"compiler", "runtime", "specs", "pyproject.toml", "README.md", "LICENSE"} <= tops
    assert set() == tops & {"tests", "generated", "build", ".venv", ".ci"}
