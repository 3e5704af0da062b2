"""The wheel, built from this checkout and installed alone into an environment elsewhere.

No network is asked: the build tools are those of the environment that runs, and the dependencies
are lent from it by a line in a ``.pth`` file, which adds the folder and runs nothing in it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tests.checkout import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

TIMEOUT_SECONDS: Final = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """One environment with opsc in it; `home` is an empty folder to run from."""

    folder: Path
    home: Path

    @property
    def python(self) -> Path:
        """The environment's interpreter."""
        return self.folder / "bin" / "python"

    @property
    def packages(self) -> Path:
        """The folder that the wheel was unpacked into."""
        version = f"python{sys.version_info.major}.{sys.version_info.minor}"
        return self.folder / "lib" / version / "site-packages"

    def command(self, name: str) -> str:
        """Given the name of a console script, return its path."""
        return str(self.folder / "bin" / name)

    def run(self, argv: Sequence[str]) -> subprocess.CompletedProcess[str]:
        """Run `argv` from the empty folder, without what the environment says to Python."""
        return subprocess.run(
            argv,
            cwd=self.home,
            env=neutral_environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=TIMEOUT_SECONDS,
        )


def neutral_environment() -> dict[str, str]:
    """Return the process environment without what steers Python or opsc."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "OPSC", "VIRTUAL_ENV"))
    }


def build_wheel(folder: Path) -> Path:
    """Build the wheel of this checkout into `folder`; return its path."""
    _run("-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT))
    (wheel,) = folder.glob("*.whl")
    return wheel


def build_sdist(folder: Path) -> Path:
    """Build the source distribution of this checkout into `folder`; return its path."""
    _run("-m", "build", "--sdist", "--no-isolation", "--outdir", str(folder), str(ROOT))
    (sdist,) = folder.glob("*.tar.gz")
    return sdist


def install(wheel: Path, folder: Path) -> Installation:
    """Install `wheel` into a fresh environment below `folder`, its bytecode compiled."""
    installation = Installation(folder=folder / "environment", home=folder / "home")
    installation.home.mkdir()
    _run("-m", "venv", "--without-pip", str(installation.folder))
    pip = ("-m", "pip", "--disable-pip-version-check", "--python", str(installation.python))
    _run(*pip, "install", "--quiet", "--no-index", "--no-deps", "--compile", str(wheel))
    lent = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (installation.packages / "lent.pth").write_text("\n".join(sorted(lent)) + "\n")
    return installation


def _run(*arguments: str) -> None:
    subprocess.run(
        [sys.executable, *arguments],
        env=neutral_environment(),
        stdout=subprocess.DEVNULL,
        check=True,
        timeout=TIMEOUT_SECONDS,
    )
