from __future__ import annotations

import fcntl
import os
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from runtime.contract.files_expire import Place
from runtime.contract.temp_clean import TempClean
from runtime.errors import Exit
from runtime.kinds import temp_clean
from runtime.kinds.opened import Opened
from runtime.kinds.result import Context, Result
from tests.runtime.kinds.test_files_expire import DAY, left, make
from tests.runtime.turned_clock import START, TurnedClock

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A root with an old file and a new one."""
    make(tmp_path / "root/old", days=10)
    make(tmp_path / "root/new", days=1)
    return tmp_path / "root"


def clean(
    root: Path | str, *, dry_run: bool = False, at: datetime = START, **fields: Any
) -> tuple[Result, list[str]]:
    """Clean a root of what is older than seven days, by its use; return result and lines."""
    lines: list[str] = []
    parameters = TempClean(
        places=(Place(root=str(root)),),
        **{"older_than_seconds": 7 * DAY, "by": "used", "remove_empty_folders": True, **fields},
    )
    context = Context(clock=TurnedClock(at), say=lines.append, dry_run=dry_run)
    return temp_clean.carry_out(parameters, context), lines


def older(path: Path) -> None:
    """Set a folder's or a link's times back by ten days."""
    at = START.timestamp() - 10 * DAY
    os.utime(path, (at, at), follow_symlinks=False)


def test_what_is_old_goes_and_is_counted(root: Path) -> None:
    """The new file stays."""
    result, _ = clean(root)

    assert (Exit.OK, ["new"]) == (result.exit_code, left(root))
    assert (1, 5, 0, 0) == tuple(
        result.facts[name] for name in ("files", "bytes", "in_use", "faults")
    )


def test_a_dry_run_counts_what_the_run_then_does(root: Path) -> None:
    """Folders that would be left empty are counted, and all stays."""
    make(root / "a/b/old", days=9)
    older(root / "a/b")
    older(root / "a")
    before = left(root)

    announced, _ = clean(root, dry_run=True)
    between = left(root)
    done, _ = clean(root)

    assert before == between
    counts = ("files", "bytes", "folders", "in_use")
    assert [2, 10, 2, 0] == [announced.facts[name] for name in counts]
    assert [2, 10, 2, 0] == [done.facts[name] for name in counts]
    assert ["new"] == left(root)


def test_a_file_that_a_process_has_open_stays(root: Path) -> None:
    """However old it is; once closed it goes."""
    hold = "import sys; f = open(sys.argv[1]); print(flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(root / "old")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout
        holder.stdout.readline()
        held, lines = clean(root)
        holder.communicate()

    assert 1 == held.facts["in_use"]
    assert f"{root}/old: in use, left alone" in lines
    assert 1 == clean(root)[0].facts["files"]


def test_the_kernel_says_who_has_it_open_where_proc_shows_nothing(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a unit that sees no process of others: a lease is refused."""
    monkeypatch.setattr(Opened, "now", Opened)
    with (root / "old").open():
        held, _ = clean(root)

    assert (1, 0) == (held.facts["in_use"], held.facts["files"])


def test_a_file_that_is_mapped_and_closed_stays(root: Path) -> None:
    """A mapping keeps it in use."""
    hold = (
        "import ctypes, os, sys; f = os.open(sys.argv[1], os.O_RDONLY); c = ctypes.CDLL(None)\n"
        "sizes = [ctypes.c_int] * 3 + [ctypes.c_long]\n"
        "c.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t] + sizes\n"
        "c.mmap(None, 4096, 1, 2, f, 0); os.close(f); print(flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(root / "old")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout
        holder.stdout.readline()
        held, _ = clean(root, by="modified")
        holder.communicate()

    assert 1 == held.facts["in_use"]


@pytest.mark.parametrize("locked", ["", "a", "a/old"])
def test_what_is_locked_stays_with_all_below_it(root: Path, locked: str) -> None:
    """A lock on a folder, or on a file, is a sign to leave it alone; on the root it is none."""
    make(root / "a/old", days=9)
    older(root / "a")
    descriptor = os.open(root / locked, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    try:
        clean(root)
    finally:
        os.close(descriptor)

    assert (root / "a/old").exists() == bool(locked)


def test_a_folder_in_which_a_process_works_stays(root: Path) -> None:
    """Its working folder is not taken away under it."""
    (root / "work").mkdir()
    older(root / "work")
    with subprocess.Popen(["sleep", "60"], cwd=root / "work") as worker:
        clean(root)
        worker.kill()

    assert (root / "work").exists()


def test_an_empty_folder_goes_when_it_is_old_and_nobody_shares_it(root: Path) -> None:
    """One made just now is about to be used; one with the sticky bit is there for many."""
    for name in ("fresh", "shared", "stale"):
        (root / name).mkdir()
        if name != "fresh":
            older(root / name)
    (root / "shared").chmod(0o1777)
    older(root / "shared")

    clean(root)

    assert ["fresh", "new", "shared"] == left(root)


def test_links_go_and_what_they_show_stays(root: Path) -> None:
    """A link is as old as it is itself."""
    outside = make(root.parent / "outside/old", days=99)
    targets = {"folder": str(outside.parent), "file": str(outside), "broken": "nowhere"}
    for name, target in targets.items():
        (root / name).symlink_to(target)
        older(root / name)
    (root / "young").symlink_to(outside)

    clean(root)

    assert ["new", "young"] == left(root)
    assert outside.exists()


def test_sockets_and_pipes_stay_and_are_counted(root: Path) -> None:
    """Nobody can tell whether one is still waited on."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(root / "socket"))
        os.mkfifo(root / "pipe")
        for name in ("socket", "pipe"):
            older(root / name)
        result, _ = clean(root)

    assert 2 == result.facts["special"]
    assert ["new", "pipe", "socket"] == left(root)


@pytest.mark.parametrize(("by", "stays"), [("modified", False), ("used", True), ("changed", True)])
def test_what_was_read_lately_is_used(root: Path, by: str, *, stays: bool) -> None:
    """Unless the last write alone counts."""
    os.utime(root / "old", (START.timestamp(), START.timestamp() - 10 * DAY))

    clean(root, by=by)

    assert stays == (root / "old").exists()


@pytest.mark.parametrize(("by", "stays"), [("used", False), ("changed", True)])
def test_what_was_unpacked_lately_with_an_old_date_is_new(
    root: Path, by: str, *, stays: bool
) -> None:
    """By its change it came a moment ago; in eight days it is old by any measure."""
    now = datetime.now(UTC)
    times = (now - timedelta(days=400)).timestamp()
    os.utime(root / "old", (times, times))

    clean(root, by=by, at=now)
    after = (root / "old").exists()
    clean(root, by=by, at=now + timedelta(days=8))

    assert stays == after
    assert [] == left(root)


def test_an_unsafe_root_is_refused(root: Path) -> None:
    """Nothing is deleted."""
    result, _ = clean("/tmp")

    assert Exit.FAILED == result.exit_code


def test_a_killed_run_is_followed_by_one_that_ends_it(root: Path) -> None:
    """Each deletion stands for itself: what was not reached goes the next time."""
    for number in range(50):
        make(root / f"{number:02}", days=9)
    pid = os.fork()
    if pid == 0:
        try:
            deleted = 0
            unlink = os.unlink

            def dying(name: str, *, dir_fd: int) -> None:
                nonlocal deleted
                deleted += 1
                if deleted == 20:
                    os.kill(os.getpid(), 9)
                unlink(name, dir_fd=dir_fd)

            os.unlink = dying  # type: ignore[assignment]  # in a process of its own
            clean(root)
        finally:
            os._exit(1)
    os.waitpid(pid, 0)
    between = len(left(root))
    clean(root)

    assert (33, ["new"]) == (between, left(root))
