"""The disk of the state folder is full to several degrees."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.faults.desk import check_settled, noting
from tests.faults.opsrun import opsrun, run_due
from tests.runtime import plans

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PAGE = 4096


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder whose state folder is a disk of one MiB."""
    disk = tmp_path / "state"
    disk.mkdir(mode=0o711)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], check=True)
    yield tmp_path
    subprocess.run(["umount", disk], check=True)


def fill(disk: Path, free_pages: int) -> Path:
    """Fill a disk up to so many pages; return the file to remove."""
    filler = disk / "filler"
    with filler.open("wb") as file:
        try:
            while True:
                os.write(file.fileno(), b"x" * PAGE)
        except OSError:
            size = file.tell()
        os.ftruncate(file.fileno(), max(0, size - free_pages * PAGE))
    return filler


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a disk takes root")
@pytest.mark.parametrize("is_new", [True, False])
@pytest.mark.parametrize("free_pages", [0, 1, 4, 12, 24, 40, 60, 80])
def test_a_full_disk_is_said_and_the_next_run_with_room_works(
    small_disk: Path, free_pages: int, *, is_new: bool
) -> None:
    """Never a traceback; the journal is sound, and each occurrence ends once."""
    step = noting(small_disk, "one", f"echo {'x' * 6000}")
    plans.write(small_disk, plans.job({"one": step}))
    if not is_new:
        assert 0 == opsrun(small_disk, "run", "tidy").returncode
    filler = fill(small_disk / "state", free_pages)

    cramped = run_due(small_disk)
    filler.unlink()
    again = run_due(small_disk)
    fresh = opsrun(small_disk, "run", "tidy")

    assert cramped.returncode in (0, 1)
    assert cramped.returncode == 0 or "the disk is full" in cramped.stderr
    assert again.returncode in (0, cramped.returncode)
    assert 0 == fresh.returncode
    check_settled(small_disk)
