"""Run something under a unit: the one door of the sandbox."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.checkout import ROOT
from tests.sandbox.network import reaching
from tests.sandbox.request import USER_ID, allowed_addresses, request_of
from tests.sandbox.unit import read_unit, words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LIMIT_SECONDS: Final = 60

CHECKOUT: Final = "/opt/opsrun"
PYTHON: Final = "/opt/opsrun-python"
ENVIRONMENT: Final = "/opt/opsrun-environment"

PROGRAM: Final = f"""\
import sys
sys.path.insert(0, {CHECKOUT!r})
from runtime.cli import main
sys.exit(main())
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How what was started has ended: its exit code, and all that it wrote."""

    code: int
    output: str


def own(folder: Path) -> Path:
    """Make a folder that belongs to the jobs' user; return it."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in (folder, *folder.rglob("*")):
        os.chown(path, USER_ID, USER_ID)
    return folder


def run(
    text: str,
    workshop: Path,
    *,
    binds: Mapping[str, Path] | None = None,
    argv: Sequence[str] | None = None,
) -> Ended:
    """Given a unit's text, start its job, or `argv` in its place, under all its restrictions.

    `workshop` is a folder for what the sandbox needs itself; `binds` are folders and files by the
    path that the job sees them at. Call it inside `own_network`.
    """
    unit = read_unit(text)
    started = argv or [
        f"{ENVIRONMENT}/bin/python",
        "-I",
        "-c",
        PROGRAM,
        *_arguments(unit.last("ExecStart")),
    ]
    places = {path: str(place) for path, place in (binds or {}).items()}
    hold = workshop / "hold"
    hold.mkdir(parents=True, exist_ok=True)
    request = request_of(
        unit, "job.service", started, binds={**_interpreter(workshop), **places}, hold=str(hold)
    )
    # An interpreter that was moved finds its own library by this alone.
    request["environment"].setdefault("LD_LIBRARY_PATH", f"{PYTHON}/lib")
    confine = [
        "/usr/bin/env",
        f"LD_LIBRARY_PATH={PYTHON}/lib",
        f"{ENVIRONMENT}/bin/python",
        "-I",
        f"{CHECKOUT}/tests/sandbox/confine.py",
    ]
    asked = workshop / "request.json"
    asked.write_text(json.dumps({**request, "confine": confine}))
    with reaching(allowed_addresses(unit)):
        ended = subprocess.run(
            [sys.executable, "-I", str(Path(__file__).with_name("enter.py")), str(asked)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=LIMIT_SECONDS,
        )
    return Ended(code=ended.returncode, output=ended.stdout)


def _arguments(command: str) -> list[str]:
    return [word.replace("$$", "$") for word in words(command)[1:]]


def _interpreter(workshop: Path) -> dict[str, str]:
    """Return what makes Python, its packages and this checkout stand outside homes and `/tmp`."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    made = workshop / "environment"
    packages = made / "lib" / version / "site-packages"
    packages.mkdir(parents=True, exist_ok=True)
    (made / "bin").mkdir(exist_ok=True)
    (made / "pyvenv.cfg").write_text(f"home = {PYTHON}/bin\n")
    link = made / "bin" / "python"
    if not link.is_symlink():
        link.symlink_to(f"{PYTHON}/bin/{version}")
    for path in (workshop, *made.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755)
    return {
        CHECKOUT: str(ROOT),
        PYTHON: sys.base_prefix,
        ENVIRONMENT: str(made),
        f"{ENVIRONMENT}/lib/{version}/site-packages": sysconfig.get_path("purelib"),
    }
