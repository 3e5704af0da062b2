"""The checkout that the tests stand in: its root, its files, its project table."""

from __future__ import annotations

import subprocess
import tomllib
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parent.parent

GIT: Final = ("git", "-c", "safe.directory=*")
"""In a container the folder may belong to someone else."""


def project() -> dict[str, Any]:
    """Return the ``[project]`` table of pyproject.toml."""
    table: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return table


def files() -> tuple[Path, ...]:
    """Return every file that git holds or would take."""
    listed = subprocess.run(
        [*GIT, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    paths = (ROOT / name for name in sorted(set(listed.split("\0"))) if name)
    return tuple(path for path in paths if path.is_file())
