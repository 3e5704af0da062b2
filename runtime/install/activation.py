"""What systemd is to be told: a survey enters, argv lists leave, and are carried out if asked."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING, Final

from runtime.errors import InstallError
from runtime.install.layout import PLAN_FILE, RESIDENT, UNITS, is_starter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runtime.install.disk import Disk
    from runtime.install.layout import Placed
    from runtime.install.survey import Survey

TIMEOUT_SECONDS: Final = 300


def before(disk: Disk, found: Survey) -> list[list[str]]:
    """Return what is to be called before files go: what still starts jobs is stopped."""
    going = [_unit(path) for path in found.paths("remove") if _is_started(path)]
    enabled = sorted(unit for unit in going if is_enabled(disk, unit))
    return [_systemctl(disk, "disable", *enabled)] if enabled else []


def after(
    disk: Disk, wanted: Sequence[Placed], found: Survey, *, always: bool = False
) -> list[list[str]]:
    """Return what is to be called when the files stand there.

    Where nothing changed, and all is enabled, that is nothing, unless `always`: a run that was cut
    off may have changed all and called nothing.
    """
    starters = sorted(_unit(one.path) for one in wanted if _is_started(one.path))
    has_changed = any(change.path.startswith(UNITS) for change in found.changes)
    has_units = has_changed or any(placed.path.startswith(UNITS) for placed in wanted)
    has_news = RESIDENT in starters and PLAN_FILE in found.paths("replace")
    is_settled = all(is_enabled(disk, unit) for unit in starters)
    if is_settled and not (has_changed or has_news or always):
        return []
    said = [["systemctl", "daemon-reload"]] if has_units and _is_live(disk) else []
    if starters:
        said.append(_systemctl(disk, "enable", *starters))
    if RESIDENT in starters and _is_live(disk):
        said.extend(_renewal(found))
    return said


def _renewal(found: Survey) -> list[list[str]]:
    """Return what has a resident process that runs take on what has changed."""
    replaced = found.paths("replace")
    if f"{UNITS}/{RESIDENT}" in replaced:
        return [["systemctl", "try-restart", RESIDENT]]
    return [["systemctl", "reload", RESIDENT]] if PLAN_FILE in replaced else []


def _is_started(path: str) -> bool:
    return path.startswith(UNITS) and is_starter(path)


def is_enabled(disk: Disk, unit: str) -> bool:
    """Return whether systemd starts a unit by itself, as its links say."""
    kind = unit.rpartition(".")[2]
    target = "multi-user" if unit == RESIDENT else f"{kind}s"
    return os.path.lexists(disk.place(f"{UNITS}/{target}.target.wants/{unit}"))


def call(argv: Sequence[str]) -> None:
    """Call systemctl. Raise `InstallError` when it fails."""
    shown = " ".join(argv)
    try:
        ended = subprocess.run(
            argv,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="backslashreplace",
            check=False,
            timeout=TIMEOUT_SECONDS,
        )
    except OSError as error:
        raise InstallError(f"`{shown}` cannot be called: {error.strerror}") from None
    except subprocess.TimeoutExpired:
        raise InstallError(f"`{shown}` took longer than {TIMEOUT_SECONDS} s") from None
    if ended.returncode:
        said = ended.stderr.strip() or f"exit code {ended.returncode}"
        raise InstallError(f"`{shown}` failed: {said}")


def _systemctl(disk: Disk, verb: str, *units: str) -> list[str]:
    """Return a call for units: at once where this is the system that runs, else in its files."""
    where = ["--now"] if _is_live(disk) else [f"--root={disk.root}"]
    return ["systemctl", verb, *where, *units]


def _is_live(disk: Disk) -> bool:
    return disk.root == "/"


def _unit(path: str) -> str:
    return os.path.basename(path)
