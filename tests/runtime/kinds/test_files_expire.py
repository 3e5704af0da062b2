from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from runtime.contract.files_expire import FilesExpire, Place
from runtime.errors import Exit
from runtime.kinds import files_expire
from runtime.kinds.result import Context, Result
from tests.runtime.turned_clock import START, TurnedClock

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DAY = 86_400


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A root with an old file and a new one, at the top and in a folder."""
    folder = tmp_path / "root"
    for name in ("old.log", "new.log", "sub/old.log", "sub/new.log"):
        make(folder / name, days=10 if "old" in name else 1)
    return folder


def make(path: Path, *, days: float, content: str = "12345") -> Path:
    """Make a file that was modified so many days before the clock's instant."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    at = START.timestamp() - days * DAY
    os.utime(path, (at, at))
    return path


def expire(
    *roots: Path | str,
    dry_run: bool = False,
    say: Callable[[str], None] | None = None,
    pattern: str = "**",
    **fields: Any,
) -> tuple[Result, list[str]]:
    """Expire what is older than seven days; return the result and what was said."""
    lines: list[str] = []

    def both(line: str) -> None:
        lines.append(line)
        if say is not None:
            say(line)

    parameters = FilesExpire(
        places=tuple(Place(root=str(root), pattern=pattern) for root in roots),
        **{"older_than_seconds": 7 * DAY, **fields},
    )
    context = Context(clock=TurnedClock(), say=both, dry_run=dry_run)
    return files_expire.carry_out(parameters, context), lines


def left(folder: Path) -> list[str]:
    """Return the paths of everything below a folder, sorted."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_files_beyond_their_age_go_and_are_counted(root: Path) -> None:
    """Old files go, in folders too; new ones and the folders stay."""
    result, _ = expire(root)

    assert (Exit.OK, "deleted 2 files, 10 bytes") == (result.exit_code, result.summary)
    assert {"files": 2, "bytes": 10, "folders": 0, "faults": 0} == result.facts
    assert left(root) == ["new.log", "sub", "sub/new.log"]


def test_a_file_of_exactly_the_limit_stays(root: Path) -> None:
    """Older means older: at the limit a file stays, a moment beyond it goes."""
    make(root / "at-limit", days=7)
    make(root / "beyond", days=7 + 1 / DAY)

    expire(root)

    assert "at-limit" in left(root)
    assert "beyond" not in left(root)


def test_a_file_from_the_future_stays(root: Path) -> None:
    """A clock that ran ahead when the file was written deletes nothing."""
    make(root / "future", days=-400)

    expire(root)

    assert "future" in left(root)


def test_a_dry_run_says_what_would_go_and_why_and_deletes_nothing(root: Path) -> None:
    """Path, size, age and limit of each file are said; facts list them."""
    before = left(root)

    result, lines = expire(root, dry_run=True)

    assert before == left(root)
    assert lines == [
        f"would delete {root}/old.log (5 bytes, 10d old, limit 7d)",
        f"would delete {root}/sub/old.log (5 bytes, 10d old, limit 7d)",
    ]
    assert result.facts["would_delete"][0] == {
        "path": f"{root}/old.log",
        "bytes": 5,
        "age_seconds": 10 * DAY,
    }


def test_a_dry_run_announces_what_the_run_then_does(root: Path) -> None:
    """Counts of both are the same, empty folders included."""
    make(root / "gone/deep/old", days=9)
    fields: dict[str, Any] = {"remove_empty_folders": True, "keep_latest": 1}

    announced, _ = expire(root, dry_run=True, **fields)
    done, _ = expire(root, **fields)

    counts = ("files", "bytes", "folders", "faults")
    assert [announced.facts[name] for name in counts] == [done.facts[name] for name in counts]
    assert done.facts["folders"] == 2


def test_only_files_of_the_pattern_go(root: Path) -> None:
    """A pattern without stars for folders means the top alone."""
    make(root / "old.csv", days=30)

    expire(root, pattern="*.log")

    assert left(root) == ["new.log", "old.csv", "sub", "sub/new.log", "sub/old.log"]


def test_the_newest_files_of_a_place_stay_however_old(tmp_path: Path) -> None:
    """Three old files with two kept: the oldest goes."""
    for days in (8, 9, 10):
        make(tmp_path / "a" / f"{days}", days=days)

    expire(tmp_path / "a", keep_latest=2)

    assert left(tmp_path / "a") == ["8", "9"]


def test_a_negative_number_of_files_to_keep_deletes_nothing(root: Path) -> None:
    """It would mean something else than it says."""
    before = left(root)

    result, _ = expire(root, keep_latest=-1)

    assert (Exit.FAILED, before) == (result.exit_code, left(root))


def test_empty_folders_go_deepest_first_and_the_root_stays(tmp_path: Path) -> None:
    """Folders that are left empty go when asked for; one with a file in it stays."""
    root = tmp_path / "root"
    make(root / "a/b/old", days=9)
    make(root / "c/new", days=1)
    (root / "c/empty").mkdir()

    expire(root, remove_empty_folders=True)

    assert left(root) == ["c", "c/new"]


def test_a_missing_root_is_nothing_to_do(root: Path) -> None:
    """It is said, and other places are worked on."""
    result, lines = expire(root.parent / "missing", root)

    assert (Exit.OK, 2) == (result.exit_code, result.facts["files"])
    assert lines[0] == f"{root.parent}/missing: there is no such folder, nothing to do"


def test_links_are_neither_followed_nor_deleted(root: Path) -> None:
    """A link to a folder, to a file and to nothing: all stay, and so does what they show."""
    outside = make(root.parent / "outside/old", days=99)
    (root / "folder").symlink_to(outside.parent)
    (root / "file").symlink_to(outside)
    (root / "broken").symlink_to("nowhere")

    expire(root, remove_empty_folders=True)

    assert outside.exists()
    assert {"folder", "file", "broken"} <= set(left(root))


def test_special_files_stay(root: Path) -> None:
    """A named pipe is no regular file, and opening it would hang."""
    os.mkfifo(root / "pipe")
    os.utime(root / "pipe", (0, 0))

    expire(root)

    assert (root / "pipe").exists()


def test_another_name_of_a_file_outside_only_loses_the_name_inside(root: Path) -> None:
    """A hard link goes; the file's other name keeps its content."""
    outside = make(root.parent / "outside", days=99)
    os.link(outside, root / "linked")

    expire(root)

    assert not (root / "linked").exists()
    assert outside.read_text() == "12345"


def test_a_folder_that_becomes_a_link_meanwhile_deletes_nothing_outside(root: Path) -> None:
    """Between looking and deleting, `sub` is replaced by a link: the target's file stays."""
    outside = make(root.parent / "outside/old.log", days=99)

    def swap(_: str) -> None:
        if not (root / "sub").is_symlink():
            os.rename(root / "sub", root.parent / "sub")
            (root / "sub").symlink_to(outside.parent)

    result, _ = expire(root, say=swap)

    assert outside.exists()
    assert (root.parent / "sub/old.log").exists()
    assert result.exit_code == Exit.PARTLY


def test_a_file_that_was_replaced_meanwhile_stays(root: Path) -> None:
    """Between looking and deleting, a new file took the name: it was never judged."""
    replaced = root / "sub/old.log"

    def replace(_: str) -> None:
        if replaced.read_text() == "12345":
            replaced.with_name("aside").write_text("fresh")
            os.replace(replaced.with_name("aside"), replaced)

    _, lines = expire(root, say=replace)

    assert replaced.read_text() == "fresh"
    assert f"{replaced}: changed meanwhile, left alone" in lines


def test_a_file_that_is_gone_meanwhile_is_no_fault(root: Path) -> None:
    """Somebody else deleted it: that is what was wanted."""
    result, _ = expire(root, say=lambda _: (root / "sub/old.log").unlink(missing_ok=True))

    assert (Exit.OK, 1) == (result.exit_code, result.facts["files"])


def test_what_cannot_be_deleted_makes_the_run_partly_done(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One file fails, the other goes; the fault is named with its path."""
    unlink = os.unlink

    def refuse(name: str, *, dir_fd: int) -> None:
        if not os.path.lexists(f"/proc/self/fd/{dir_fd}/sub"):
            raise PermissionError(13, "Permission denied")
        unlink(name, dir_fd=dir_fd)

    monkeypatch.setattr(os, "unlink", refuse)

    result, _ = expire(root)

    assert (Exit.PARTLY, 1, 1) == (
        result.exit_code,
        result.facts["files"],
        result.facts["faults"],
    )
    assert result.summary.endswith(f"first: {root}/sub/old.log: Permission denied")


def test_where_nothing_can_be_deleted_the_run_has_failed(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a file system that has become read-only; each file is a line, the first is told."""

    def refuse(name: str, *, dir_fd: int) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(os, "unlink", refuse)

    result, lines = expire(root)

    assert (Exit.FAILED, 0, 2) == (
        result.exit_code,
        result.facts["files"],
        result.facts["faults"],
    )
    assert f"{root}/sub/old.log: Read-only file system" in lines
    assert result.summary.endswith(f"2 could not be, first: {root}/old.log: Read-only file system")


def test_one_unsafe_root_stops_all_before_anything_is_deleted(root: Path) -> None:
    """The places before it are not touched either."""
    before = left(root)

    result, _ = expire(root, "/")

    assert (Exit.FAILED, before) == (result.exit_code, left(root))


def test_names_that_are_no_utf8_are_deleted_like_any_other(root: Path) -> None:
    """A name is bytes; so is what is said of it, as far as text can."""
    name = os.fsdecode(b"old-\xff\n.log")
    make(root / name, days=10)

    expire(root)

    assert not (root / name).exists()


def test_nesting_deeper_than_the_limit_is_a_fault_and_not_a_crash(tmp_path: Path) -> None:
    """The depth of folders is bounded, as are open descriptors."""
    folder = tmp_path / "root"
    folder.mkdir()
    descriptor = os.open(folder, os.O_RDONLY)
    for _ in range(300):
        os.mkdir("d", dir_fd=descriptor)
        inner = os.open("d", os.O_RDONLY, dir_fd=descriptor)
        os.close(descriptor)
        descriptor = inner
    os.close(descriptor)

    result, _ = expire(folder)

    assert (Exit.PARTLY, 1) == (result.exit_code, result.facts["faults"])
