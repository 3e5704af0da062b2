from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from runtime.errors import UnsafePathError
from runtime.kinds import root as roots
from runtime.kinds.root import open_root

if TYPE_CHECKING:
    from pathlib import Path


def test_a_plain_folder_is_opened(tmp_path: Path) -> None:
    """The descriptor is the folder's; a slash at the end changes nothing."""
    for path in (str(tmp_path), f"{tmp_path}/"):
        descriptor = open_root(path)

        assert descriptor is not None
        assert os.path.samestat(os.fstat(descriptor), os.stat(tmp_path))
        os.close(descriptor)


def test_a_missing_folder_is_none(tmp_path: Path) -> None:
    """Missing at the end or on the way."""
    assert open_root(str(tmp_path / "missing/deeper")) is None


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "//",
        "",
        "relative/folder",
        ".",
        "/srv/../etc",
        "/srv/./x",
        "/srv//x",
        "//srv",
        "/srv\0/x",
        "~",
    ],
)
def test_a_path_that_is_not_plain_and_absolute_is_refused(path: str) -> None:
    """Only one way to write a root, and never the whole file system."""
    with pytest.raises(UnsafePathError):
        open_root(path)


def test_a_root_that_is_a_link_is_refused(tmp_path: Path) -> None:
    """Nobody can say where it will point tomorrow."""
    (tmp_path / "link").symlink_to(tmp_path)

    with pytest.raises(UnsafePathError, match="`link` is a link or no folder"):
        open_root(str(tmp_path / "link"))


def test_a_root_reached_through_a_link_is_refused(tmp_path: Path) -> None:
    """A link on the way is as bad as one at the end."""
    (tmp_path / "real/folder").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "real")

    with pytest.raises(UnsafePathError, match="`link` is a link or no folder"):
        open_root(str(tmp_path / "link/folder"))


def test_a_root_that_is_a_file_is_refused(tmp_path: Path) -> None:
    """A root is a folder."""
    (tmp_path / "file").write_text("")

    with pytest.raises(UnsafePathError, match="`file` is a link or no folder"):
        open_root(str(tmp_path / "file"))


def test_a_home_folder_and_what_holds_one_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Below a home a root may be; the home itself and its parents may not."""
    home = tmp_path / "people/anna"
    (home / "cache").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))

    for path in (home, home.parent):
        with pytest.raises(UnsafePathError, match="home folder"):
            open_root(str(path))
    descriptor = open_root(str(home / "cache"))

    assert descriptor is not None
    os.close(descriptor)


@pytest.mark.parametrize("path", ["/etc", "/usr", "/var", "/var/lib", "/proc/sys", "/etc/"])
def test_a_folder_that_the_contract_refuses_is_not_opened(path: str) -> None:
    """What the compiler's rule refuses is refused here too, a slash at the end or not."""
    with pytest.raises(UnsafePathError, match="belongs to"):
        open_root(path)


def test_a_folder_of_opsrun_is_not_opened() -> None:
    """No job deletes the journal that tells of it."""
    with pytest.raises(UnsafePathError, match="belongs to opsrun itself"):
        open_root("/var/lib/opsrun/runs")


def test_a_mount_point_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder on which something is mounted, as the kernel lists it."""
    listing = tmp_path / "mountinfo"
    listing.write_text(MOUNTS.format(folder=tmp_path))
    monkeypatch.setattr(roots, "MOUNTINFO", str(listing))
    (tmp_path / "other").mkdir()

    with pytest.raises(UnsafePathError, match="mount point"):
        open_root(str(tmp_path / "other"))


def test_a_file_system_of_its_own_is_refused_where_mounts_are_hidden(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """/proc is another device than what it stands in, which shows without the kernel's list."""
    monkeypatch.setattr(roots, "MOUNTINFO", "/missing")
    monkeypatch.setattr(roots, "problem", lambda _root: None)

    with pytest.raises(UnsafePathError, match="mount point"):
        open_root("/proc")


MOUNTS = """\
20 1 8:1 / / rw - ext4 /dev/sda1 rw
21 20 8:1 {folder}/self {folder}/self rw - ext4 /dev/sda1 rw
22 20 8:1 /elsewhere {folder}/with\\040space rw - ext4 /dev/sda1 rw
23 20 8:2 / {folder}/other rw - ext4 /dev/sdb1 rw
24 21 8:1 {folder}/self {folder}/self rw - ext4 /dev/sda1 rw
25 23 8:2 / {folder}/other rw - ext4 /dev/sdb1 rw
"""


def test_a_folder_bound_onto_itself_is_no_foreign_mount(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Systemd binds ReadWritePaths onto themselves, also twice; other binds and disks count."""
    listing = tmp_path / "mountinfo"
    listing.write_text(MOUNTS.format(folder="/srv"))
    monkeypatch.setattr(roots, "MOUNTINFO", str(listing))

    found = roots.foreign_mounts()

    assert {"/", "/srv/with space", "/srv/other"} == found


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting takes root")
def test_a_real_bind_mount_is_refused_as_a_root_and_not_entered(tmp_path: Path) -> None:
    """A folder of the same disk, bound elsewhere, is foreign, although its device is the same."""
    source, target = tmp_path / "source", tmp_path / "target"
    source.mkdir()
    target.mkdir()
    bound = subprocess.run(
        ["mount", "--bind", str(source), str(target)], check=False, capture_output=True
    )
    if bound.returncode != 0:
        pytest.skip("this sandbox does not let root mount")
    try:
        with pytest.raises(UnsafePathError, match="mount point"):
            open_root(str(target))
    finally:
        subprocess.run(["umount", str(target)], check=True)
