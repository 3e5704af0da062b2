"""The same spec gives the same bytes, whatever the process and the machine look like."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.checkout import ROOT

if TYPE_CHECKING:
    from pathlib import Path


def compiled(folder: Path, environment: dict[str, str]) -> dict[str, bytes]:
    """Compile a copy of the reference spec in a folder; return every file that was made."""
    (folder / "specs").mkdir(parents=True)
    shutil.copy(ROOT / "specs/tabular.yaml", folder / "specs")
    subprocess.run(
        [sys.executable, "-m", "compiler.cli", "compile"],
        check=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
    )
    made = folder / "generated"
    return {
        path.relative_to(made).as_posix(): path.read_bytes()
        for path in made.rglob("*")
        if path.is_file()
    }


def test_hash_seed_locale_zone_and_folder_leave_no_trace(tmp_path: Path) -> None:
    """Two compiles that differ in all of these give identical bytes."""
    first = compiled(
        tmp_path / "one", {"PYTHONHASHSEED": "1", "LC_ALL": "C", "TZ": "UTC", "HOME": "/"}
    )
    second = compiled(
        tmp_path / "another folder" / "two",
        {"PYTHONHASHSEED": "4711", "LC_ALL": "de_DE.UTF-8", "TZ": "Asia/Kathmandu"},
    )

    assert len(first) > 50
    assert first == second
