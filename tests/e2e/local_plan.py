"""The reference spec's `local` environment, compiled for servers that tests start."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from tests.checkout import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def compiled_local(folder: Path, changes: Mapping[str, str]) -> Path:
    """Compile it with texts of the spec replaced, all of which are there; return its folder."""
    text = (ROOT / "specs/tabular.yaml").read_text()
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    spec = folder / "tabular.yaml"
    spec.write_text(text)
    subprocess.run(
        [
            *(sys.executable, "-m", "compiler.cli", "compile", str(spec)),
            *("--env", "local", "--output", str(folder / "generated")),
        ],
        check=True,
        cwd=ROOT,
    )
    return folder / "generated/local"
