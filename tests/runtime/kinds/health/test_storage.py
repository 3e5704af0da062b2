from __future__ import annotations

import os
import subprocess
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from runtime.contract.health_check import Check, StorageCheck
from tests.runtime.kinds.health.asked import asked, status

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """Return a file system of one MiB and few inodes; root may mount one."""
    folder = tmp_path / "small"
    folder.mkdir()
    if os.getuid() != 0:
        pytest.skip("only root may mount a file system")
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m,nr_inodes=20", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("no file system may be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def check(folder: Path, **fields: Any) -> Check:
    """Return a check of a folder, which is written."""
    return Check(storage=StorageCheck(path=str(folder), write=True, **fields))


def test_a_folder_that_can_be_written_is_healthy_and_left_as_it_was(tmp_path: Path) -> None:
    """The probe is gone."""
    assert "healthy" == status(check(tmp_path))[0]
    assert [] == list(tmp_path.iterdir())


def test_a_full_file_system_is_unhealthy(small: Path) -> None:
    """Also for those who look at no share of it; the probe is gone."""
    before = status(check(small))[0]
    with (small / "filled").open("wb") as file:
        file.write(b"x" * (1 << 20))
    found = status(check(small))

    assert ["healthy", "unhealthy"] == [before, found[0]]
    assert found[1] == f"{small} cannot be written: the disk is full"
    assert ["filled"] == os.listdir(small)


def test_inodes_run_out_before_space_does(small: Path) -> None:
    """Many small files."""
    for number in range(18):
        (small / str(number)).touch()
    ratios: dict[str, Any] = {"degraded_inodes_below_ratio": Decimal("0.2")}
    facts = asked(check(small, **ratios))

    assert ("degraded", True) == (facts["status"], "of the inodes are free" in facts["message"])
    assert facts["values"]["free_ratio"] > 0.9


def test_a_smaller_file_system_than_is_meant_is_unhealthy(tmp_path: Path) -> None:
    """The volume is not mounted, and its folder is on the root's."""
    found = status(check(tmp_path, capacity_bytes=1 << 60))

    assert ("unhealthy", True) == (found[0], "another file system" in found[1])


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    """Nothing can be said of it."""
    nowhere = tmp_path / "nowhere"

    assert ("error", f"{nowhere}: No such file or directory") == status(check(nowhere))


def test_a_file_is_no_folder_to_write_to(tmp_path: Path) -> None:
    """It is on the file system all the same."""
    file = tmp_path / "file"
    file.touch()

    assert ("unhealthy", f"{file} cannot be written: Not a directory") == status(check(file))
