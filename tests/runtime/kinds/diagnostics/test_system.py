from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from runtime.errors import Exit
from tests.runtime.kinds.diagnostics.canaries import CANARIES, SETTINGS
from tests.runtime.kinds.diagnostics.collected import collected
from tests.runtime.kinds.diagnostics.test_redaction import pieces

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOARD = """
import sys, time
hoard = bytearray(400 * 2**20)
for at in range(0, len(hoard), 4096):
    hoard[at] = 1
print("ready", flush=True)
time.sleep(600)
"""


@contextlib.contextmanager
def hoarder(*arguments: str) -> Iterator[int]:
    """Run a process that has much memory and such arguments."""
    argv = [sys.executable, "-I", "-c", HOARD, *arguments]
    with subprocess.Popen(argv, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            process.stdout.readline()
            yield process.pid
        finally:
            process.kill()


def test_the_host_tells_how_it_is(tmp_path: Path) -> None:
    """Kernel, load, disks, limits, the busiest processes."""
    with hoarder("as-an-argument") as pid:
        found = collected(tmp_path / "state", "system")

    assert (Exit.OK, "ok") == (found.result.exit_code, found.collector("system")["status"])
    assert os.uname().release in found.files["system/host.txt"]
    assert "\n/ " in found.files["system/disks.txt"]
    assert "RLIMIT_NOFILE" in found.files["system/limits.txt"]
    by_memory = found.files["system/processes.txt"].partition("by memory")[2]
    assert any(
        line.startswith(str(pid)) and "as-an-argument" in line for line in by_memory.splitlines()
    )
    assert "MemTotal" in found.files["system/proc/meminfo"]


def test_no_secret_of_a_command_line_is_left(tmp_path: Path) -> None:
    """Whatever program it is of."""
    canaries = [x for x in CANARIES if x.name not in SETTINGS]
    everything = ""
    for half in (canaries[::2], canaries[1::2]):
        with hoarder(*(canary.text for canary in half)):
            everything += collected(tmp_path / "state", "system").everything

    left = [x.name for x in canaries if any(piece in everything for piece in pieces(x.secret))]
    assert [] == left


def test_a_folder_that_is_not_there_is_a_fault_of_its_own(tmp_path: Path) -> None:
    """All the rest is there."""
    found = collected(tmp_path / "state", "system", folders=("/nowhere",))

    assert (Exit.PARTLY, "partly") == (found.result.exit_code, found.collector("system")["status"])
    assert ["/nowhere: No such file or directory"] == found.collector("system")["faults"]
    assert "system/host.txt" in found.files


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a disk takes root")
def test_a_full_disk_is_seen_first(tmp_path: Path) -> None:
    """By its space, and by its inodes."""
    disk = tmp_path / "disk"
    disk.mkdir()
    options = "size=1m,nr_inodes=16"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", disk], check=True)
    try:
        (disk / "filler").write_bytes(b"x" * (2**20 - 8192))
        for number in range(13):
            (disk / str(number)).touch()
        found = collected(tmp_path / "state", "system", folders=(str(disk),))
    finally:
        subprocess.run(["umount", disk], check=True)

    striking = [line for line in found.index["striking"] if line.startswith(str(disk))]
    assert f"{disk}: 99% of the space is used" in striking
    assert any("of the inodes is used" in line for line in striking)
