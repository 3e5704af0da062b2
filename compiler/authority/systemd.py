"""systemd-analyze on ``systemd/``: every unit is understood whole, every service is confined.

The units are looked at as copies in which a stand-in takes `opsrun`'s place: whether the program is
installed here says nothing about the units.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from compiler.authority.complaint import Complaint, complaints_of
from compiler.authority.process import run

if TYPE_CHECKING:
    from collections.abc import Iterator

_PROGRAM: Final = re.compile(r'^ExecStart=("[^"\n]*"|\S+)', re.MULTILINE)
_EXPLAINED: Final = re.compile(r"^# PrivateUsers .* left out", re.MULTILINE)
"""A remark in a unit that says which protection a job's needs take away, and why."""
EXPOSURE_LIMIT: Final = 15
"""Largest exposure of a service, in tenths, as `systemd-analyze security` weighs it."""


def judge(folder: Path) -> Iterator[Complaint]:
    """Given an environment's folder, yield what systemd-analyze says against its units."""
    names = sorted(file.name for file in (folder / "systemd").glob("*.*"))
    if not names:
        return
    with tempfile.TemporaryDirectory(prefix="opsc-") as name:
        copies = Path(name)
        stand_in = copies / "opsrun"
        stand_in.write_text("#!/bin/sh\n")
        stand_in.chmod(0o755)
        for unit in names:
            text = (folder / "systemd" / unit).read_text("utf-8")
            (copies / unit).write_text(_PROGRAM.sub(f"ExecStart={stand_in}", text), "utf-8")
        yield from _verify(copies, names)
        for unit in names:
            text = (copies / unit).read_text("utf-8")
            if unit.endswith(".service") and not _EXPLAINED.search(text):
                yield from _security(copies, unit)


def _verify(copies: Path, names: list[str]) -> Iterator[Complaint]:
    """Yield every line on stderr: unknown keys are told there, with an exit code of 0."""
    places = [f"./{name}" for name in names]
    argv = ["systemd-analyze", "verify", "--man=no", "--recursive-errors=yes", *places]
    verdict = run(argv, folder=copies)
    for line in verdict.errors.splitlines():
        unit = next((name for name in names if name in line), names[0])
        place = f"{copies / unit}" if f"{copies / unit}" in line else unit
        yield from complaints_of("systemd-analyze", f"systemd/{unit}", place, line)
    if verdict.code != 0 and not verdict.errors:
        yield Complaint(
            tool="systemd-analyze", path=f"systemd/{names[0]}", message="the units are refused"
        )


def _security(copies: Path, unit: str) -> Iterator[Complaint]:
    argv = ["systemd-analyze", "security", "--offline=true", f"--threshold={EXPOSURE_LIMIT}"]
    verdict = run([*argv, f"./{unit}"], folder=copies)
    if verdict.code != 0:
        said = (verdict.output or verdict.errors).strip().splitlines()
        yield Complaint(
            tool="systemd-analyze",
            path=f"systemd/{unit}",
            message=said[-1].strip("→ ") if said else "the service is not confined",
        )
