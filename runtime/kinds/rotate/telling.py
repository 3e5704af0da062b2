"""Tell a process to open its files anew: by its pid file, or as the main process of a unit."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from runtime.contract.files_rotate import Reopening

PID_FILE_BYTES: Final = 32
SYSTEMCTL_SECONDS: Final = 30
SLACK_SECONDS: Final = 2.0
"""How far the clocks of a file and of a process's start may differ."""


class NotToldError(Exception):
    """A process is there, or may be, and could not be told; the text is for people."""


def whom(said: Reopening) -> str:
    """Given who is told, return it for people."""
    return f"the main process of {said.unit}" if said.unit else f"the process of {said.pid_file}"


def tell(said: Reopening) -> bool:
    """Send the signal; return False when there is no such process, so that nobody is to be told.

    Raise `NotToldError` when it could not be.
    """
    if said.unit is not None:
        return _tell_unit(said.unit, said.name)
    return _tell_process(str(said.pid_file), signal.Signals[f"SIG{said.name}"])


def _tell_process(path: str, number: signal.Signals) -> bool:
    found = _read(path)
    if found is None:
        return False
    pid, written_at = found
    try:
        # What the descriptor names is not another process, however soon its number is used again.
        process = os.pidfd_open(pid)
    except ProcessLookupError:
        return False
    except OSError as error:
        raise NotToldError(f"{path}: process {pid}: {error.strerror}") from None
    try:
        started_at = _started_at(pid)
        if started_at is not None and started_at > written_at + SLACK_SECONDS:
            raise NotToldError(
                f"{path}: process {pid} is younger than the file, and another one:"
                " the writer left the file behind"
            )
        signal.pidfd_send_signal(process, number)
    except ProcessLookupError:
        return False
    except OSError as error:
        raise NotToldError(f"{path}: process {pid}: {error.strerror}") from None
    finally:
        os.close(process)
    return True


def _read(path: str) -> tuple[int, float] | None:
    """Return the pid that a file holds and when it was written; None when there is no file."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise NotToldError(f"{path}: {error.strerror}") from None
    try:
        text = os.read(descriptor, PID_FILE_BYTES).decode("ascii", "replace").strip()
        written_at = os.fstat(descriptor).st_mtime
    except OSError as error:
        raise NotToldError(f"{path}: {error.strerror}") from None
    finally:
        os.close(descriptor)
    if not (text.isascii() and text.isdigit() and 1 < int(text) < 2**31):
        raise NotToldError(f"{path}: holds no number of a process")
    return int(text), written_at


def _started_at(pid: int) -> float | None:
    """Return when a process started, in Unix seconds; None when that is hidden."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            ticks = int(file.read().rpartition(b")")[2].split()[19])
    except OSError:
        return None
    booted_at = time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)
    return booted_at + ticks / os.sysconf("SC_CLK_TCK")


def _tell_unit(unit: str, name: str) -> bool:
    if _systemctl("show", "--property=MainPID", "--value", "--", unit).strip() == "0":
        return False
    _systemctl("kill", "--kill-whom=main", f"--signal={name}", "--", unit)
    return True


def _systemctl(*arguments: str) -> str:
    try:
        done = subprocess.run(
            ["systemctl", *arguments],  # noqa: S607  # found on the PATH that the step was given
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=SYSTEMCTL_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotToldError(f"systemctl {arguments[0]}: {error}") from None
    if done.returncode != 0:
        why = " ".join(done.stderr.split()) or f"code {done.returncode}"
        raise NotToldError(f"systemctl {arguments[0]} {arguments[-1]}: {why}")
    return done.stdout
