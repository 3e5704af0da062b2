"""Rotate a folder of logs, and read all that is left of a log in the order it was written."""

from __future__ import annotations

import gzip
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from runtime.contract.files_expire import Place
from runtime.contract.files_rotate import FilesRotate, Reopening
from runtime.kinds import files_rotate
from runtime.kinds.result import Context, Result
from runtime.kinds.rotate.names import rotated
from tests.runtime.turned_clock import TurnedClock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

YEARS = 100 * 365 * 86_400


def rotate(
    folder: Path,
    *,
    clock: TurnedClock | None = None,
    dry_run: bool = False,
    pattern: str = "**",
    **fields: Any,
) -> tuple[Result, list[str]]:
    """Rotate the logs of a folder; return the result and what was said."""
    lines: list[str] = []
    said = {"keep_seconds": YEARS, **fields}
    parameters = FilesRotate(places=(Place(root=str(folder), pattern=pattern),), **said)
    context = Context(clock=clock or TurnedClock(), say=lines.append, dry_run=dry_run)
    return files_rotate.carry_out(parameters, context), lines


def told_by_pid_file(folder: Path) -> Reopening:
    """Return the signal to the writer whose pid file lies beside a folder."""
    return Reopening(pid_file=str(folder.parent / "writer.pid"))


def whole(path: Path) -> bytes:
    """Return what is left of a log: its rotated files, the oldest first, then the file itself."""
    past = [(found.order, one) for one in path.parent.iterdir() if (found := rotated(one.name))]
    parts = [_read(one) for _, one in sorted(past)] + ([_read(path)] if path.exists() else [])
    # What begins with a hole reads as zeros.
    return b"".join(part.lstrip(b"\0") for part in parts)


def _read(path: Path) -> bytes:
    content = path.read_bytes()
    return gzip.decompress(content) if path.suffix == ".gz" else content


@contextmanager
def memory_disk(folder: Path, size: str) -> Iterator[Path]:
    """Make a folder of a tmpfs of its own for the block; takes root."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], check=True)
    try:
        (folder / "logs").mkdir()
        yield folder / "logs"
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def numbers(content: bytes) -> list[int]:
    """Return the numbers of the lines."""
    lines = content.split(b"\n")
    assert b"" == lines[-1]
    return [int(line.split()[0]) for line in lines[:-1]]


def names(folder: Path) -> list[str]:
    """Return what stands in a folder."""
    return sorted(one.name for one in folder.iterdir())
