from __future__ import annotations

import gzip
import os
import stat
import subprocess
import tarfile
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from runtime.contract.diagnostics_collect import DiagnosticsCollect
from runtime.errors import UnsafePathError
from runtime.kinds.diagnostics.archive import PARTIAL, folder_of, shelf

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 3, 1, 2, tzinfo=UTC)
FILES = {"b/x.txt": b"x\n", "index.md": b"# i\n", "a/y.txt": b"", "index.json": b"{}\n"}


def put(folder: Path, name: str = "it", service: str = "tabular") -> Path:
    """Write an archive; return its path."""
    with shelf(str(folder), service) as place:
        return folder / os.path.basename(place.put(name, FILES, NOW).path)


def test_an_archive_holds_its_files_in_order_and_nothing_of_the_host(tmp_path: Path) -> None:
    """The index first; no user, no mode but the owner's; nobody else may read it."""
    path = put(tmp_path / "d")
    with tarfile.open(path) as archive:
        members = archive.getmembers()
        contents = [archive.extractfile(one) for one in members]
        read = [one.read() for one in contents if one is not None]

    assert ["it/index.json", "it/index.md", "it/a/y.txt", "it/b/x.txt"] == [
        one.name for one in members
    ]
    assert [b"{}\n", b"# i\n", b"", b"x\n"] == read
    assert {(0, 0, "", 0o600, NOW.timestamp())} == {
        (one.uid, one.gid, one.uname, one.mode, one.mtime) for one in members
    }
    assert 0o600 == stat.S_IMODE(path.stat().st_mode)
    assert 0o700 == stat.S_IMODE(path.parent.stat().st_mode)


def test_the_same_files_are_the_same_bytes(tmp_path: Path) -> None:
    """Whatever else is on the host."""
    assert put(tmp_path / "a").read_bytes() == put(tmp_path / "b").read_bytes()
    assert gzip.decompress(put(tmp_path / "a").read_bytes())


def test_names_cannot_be_known_beforehand(tmp_path: Path) -> None:
    """Two of one second have names of their own."""
    with shelf(str(tmp_path / "d"), "tabular") as place:
        names = {place.name(NOW) for _ in range(20)}

    assert 20 == len(names)
    assert all(name.startswith("diagnostics-tabular-20260301T020000Z-") for name in names)


def test_what_is_left_of_a_killed_run_is_removed_and_what_is_written_is_not(
    tmp_path: Path,
) -> None:
    """Who writes holds a lock; a link is left alone, and what it leads to."""
    import fcntl

    folder = tmp_path / "d"
    put(folder)
    (folder / f"{PARTIAL}left").write_text("half")
    (tmp_path / "other").write_text("kept")
    (folder / f"{PARTIAL}link").symlink_to(tmp_path / "other")
    with (folder / f"{PARTIAL}busy").open("w") as busy, shelf(str(folder), "tabular") as place:
        fcntl.flock(busy, fcntl.LOCK_EX)

        assert 1 == place.clear_leftovers()

    assert {"it.tar.gz", f"{PARTIAL}busy", f"{PARTIAL}link"} == set(os.listdir(folder))
    assert "kept" == (tmp_path / "other").read_text()


def test_older_archives_go_by_number_and_age_and_nothing_else_does(tmp_path: Path) -> None:
    """The latest stays, however old; those of other services, links and strangers stay too."""
    folder = tmp_path / "d"
    with shelf(str(folder), "tabular") as place:
        for days in range(6):
            name = place.name(NOW - timedelta(days=days))
            written = folder / os.path.basename(place.put(name, FILES, NOW).path)
            at = (NOW - timedelta(days=days)).timestamp()
            os.utime(written, (at, at))
        stranger = folder / "diagnostics-other-20200101T000000Z-00000000.tar.gz"
        stranger.write_text("")
        link = folder / "diagnostics-tabular-20200101T000000Z-00000000.tar.gz"
        link.symlink_to(stranger)
        (folder / "notes.txt").write_text("")

        by_number = place.expired(NOW, "", most=4, keep_seconds=10**9)
        by_age = place.expired(NOW, "", most=100, keep_seconds=3.5 * 86_400)
        all_of_them = place.expired(NOW + timedelta(days=999), "", most=1, keep_seconds=1)
        removed = place.remove(all_of_them)

    assert [2, 2, 5, 5] == [len(by_number), len(by_age), len(all_of_them), removed]
    assert 4 == len(os.listdir(folder))
    assert link.is_symlink()


def test_the_archive_just_made_stays_whatever_chance_called_it(tmp_path: Path) -> None:
    """Several of one second are in no order by their names."""
    with shelf(str(tmp_path / "d"), "tabular") as place:
        names = [os.path.basename(place.put(place.name(NOW), FILES, NOW).path) for _ in range(4)]
        old = [place.expired(NOW, name, most=1, keep_seconds=1e9) for name in names]

    assert [set(names) - {name} for name in names] == [set(each) for each in old]


@pytest.mark.parametrize("what", ["folder", "parent"])
def test_a_folder_that_is_a_link_is_refused(tmp_path: Path, what: str) -> None:
    """Nothing is written where it leads."""
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "d").mkdir(parents=True)
    (tmp_path / "link").symlink_to(elsewhere if what == "parent" else elsewhere / "d")
    path = tmp_path / "link" / "d" if what == "parent" else tmp_path / "link"
    with pytest.raises(UnsafePathError, match="is a link or no folder"), shelf(str(path), "x"):
        pass

    assert [] == os.listdir(elsewhere / "d")


def test_a_folder_that_others_may_write_to_is_refused(tmp_path: Path) -> None:
    """They could put a link in the place of an archive."""
    folder = tmp_path / "d"
    folder.mkdir()
    folder.chmod(0o777)
    with pytest.raises(UnsafePathError, match="chmod 700"), shelf(str(folder), "x"):
        pass


def test_without_a_state_folder_the_place_must_be_said() -> None:
    """No temporary folder is guessed."""
    assert "/srv/x" == folder_of(DiagnosticsCollect(output="/srv/x"), "")
    with pytest.raises(UnsafePathError, match="say `output`"):
        folder_of(DiagnosticsCollect(), "")


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a disk takes root")
def test_on_a_full_disk_nothing_is_left(tmp_path: Path) -> None:
    """Neither under the archive's name nor under another."""
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k,mode=700", "tmpfs", disk], check=True)
    try:
        with shelf(str(disk / "d"), "x") as place, pytest.raises(OSError, match="No space left"):
            place.put("it", {"a": os.urandom(2**20)}, NOW)
        left = os.listdir(disk / "d")
        with shelf(str(disk / "d"), "x") as place:
            place.put("it", FILES, NOW)
    finally:
        subprocess.run(["umount", disk], check=True)

    assert [] == left
