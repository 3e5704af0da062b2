"""Locks between processes: shared and exclusive, all or none, gone with their process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

from runtime.locks import Busy, Holder, Locks
from tests.checkout import ROOT
from tests.runtime.turned_clock import START

if TYPE_CHECKING:
    from pathlib import Path

HOLDER = Holder(job="tabular/backup", due_at=START, pid=7)
SAID = "tabular/backup, due at 2026-03-02T12:00:00Z, pid 7"


def taken(folder: Path, series: str | None = None, **modes: str) -> Locks:
    """Return locks that have been taken."""
    locks = Locks(str(folder), {f"tabular/{key}": mode for key, mode in modes.items()}, series)
    assert locks.take(HOLDER) is None
    return locks


def test_readers_share_and_a_writer_is_alone(tmp_path: Path) -> None:
    """Whoever comes too late is told by whom the resource is held."""
    with taken(tmp_path, database="shared"), taken(tmp_path, database="shared"):
        busy = Locks(str(tmp_path), {"tabular/database": "exclusive"}, None).take(HOLDER)
    with taken(tmp_path, database="exclusive"):
        late = Locks(str(tmp_path), {"tabular/database": "shared"}, None).take(HOLDER)

    assert [Busy(key="tabular/database", holder=SAID)] * 2 == [busy, late]


def test_all_are_taken_or_none(tmp_path: Path) -> None:
    """Who fails on the second lock leaves the first one free."""
    with taken(tmp_path, queue="exclusive"):
        both = {"tabular/database": "exclusive", "tabular/queue": "exclusive"}
        busy = Locks(str(tmp_path), both, None).take(HOLDER)
        with taken(tmp_path, database="exclusive"):
            pass

    assert busy is not None
    assert "tabular/queue" == busy.key


def test_a_series_is_no_resource_of_its_name(tmp_path: Path) -> None:
    """Both may be held at once; the series only by one."""
    with taken(tmp_path, night="exclusive"), taken(tmp_path, "tabular/night"):
        busy = Locks(str(tmp_path), {}, "tabular/night").take(HOLDER)

    assert "series/tabular/night is held by " + SAID == str(busy)


def test_a_lock_ends_with_the_last_process_that_has_it(tmp_path: Path) -> None:
    """A holder that is killed leaves nothing behind, whatever its file says."""
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from runtime.locks import Holder, Locks\n"
        "from datetime import UTC, datetime\n"
        "locks = Locks(sys.argv[2], {'tabular/database': 'exclusive'}, None)\n"
        "locks.take(Holder(job='a', due_at=datetime.now(UTC), pid=1))\n"
        "print('taken', flush=True); sys.stdin.read()\n"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(ROOT), str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        wanted = Locks(str(tmp_path), {"tabular/database": "exclusive"}, None)
        before = wanted.take(HOLDER)
        os.kill(holder.pid, signal.SIGKILL)
        holder.wait()
        after = wanted.take(HOLDER)
        wanted.release()

    assert (True, None) == (isinstance(before, Busy), after)


def test_a_lock_file_that_says_nothing_is_a_lock_all_the_same(tmp_path: Path) -> None:
    """What stands in the file is for people."""
    with taken(tmp_path, database="exclusive"):
        (tmp_path / "locks/tabular%database").write_text("[1]")
        busy = Locks(str(tmp_path), {"tabular/database": "shared"}, None).take(HOLDER)

    assert "tabular/database is held" == str(busy)
