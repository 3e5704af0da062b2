"""Run one tool: an argv enters, its verdict leaves. Never a shell, never without a limit."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING, Final

from compiler.errors import AuthorityError
from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

TIMEOUT_SECONDS: Final = 120
PACKAGES: Final = {
    "promtool": "prometheus",
    "amtool": "prometheus-alertmanager",
    "systemd-analyze": "systemd",
    "kubectl": "kubernetes-client",
}
"""Debian packages that bring the tools."""


@frozen
class Verdict(Frozen):
    """How a tool ended, and what it wrote."""

    code: int
    output: str
    errors: str


def run(argv: Sequence[str], *, folder: Path, timeout_seconds: float = TIMEOUT_SECONDS) -> Verdict:
    """Given an argv and a working folder, run the tool and return its verdict.

    Raise `AuthorityError` when the tool is missing, is killed or does not end in time.
    """
    tool = argv[0]
    program = shutil.which(tool)
    if program is None:
        raise AuthorityError(f"`{tool}` is missing: install the package {PACKAGES[tool]}")
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    try:
        ended = subprocess.run(
            [program, *argv[1:]],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout_seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise AuthorityError(f"`{tool}` did not end within {timeout_seconds:g} s") from None
    except OSError as error:
        raise AuthorityError(f"`{tool}` cannot be run: {error.strerror}") from None
    if ended.returncode < 0:
        raise AuthorityError(f"`{tool}` was killed by signal {-ended.returncode}")
    return Verdict(code=ended.returncode, output=ended.stdout, errors=ended.stderr)
