"""The journal, or the folder it is in, is not what it was: refused with the way out, and kept."""

from __future__ import annotations

import hashlib
import os
import shutil
from typing import TYPE_CHECKING

import pytest

from runtime.journal.store import FILE_NAME, LOOKED_THROUGH_BYTES, open_store
from tests.faults.opsrun import opsrun, run_due
from tests.runtime import plans

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def host(tmp_path: Path) -> Path:
    """A host that has run a job once."""
    plans.write(tmp_path, plans.job({"one": plans.command("true")}))
    assert 0 == run_due(tmp_path).returncode
    return tmp_path


def grow(journal: Path) -> None:
    """Make a journal so large that its pages are not looked through when it is opened."""
    with open_store(str(journal.parent)) as store:
        with store.transaction() as connection:
            rows = ((f"a/{number}", "x" * 300) for number in range(12_000))
            connection.executemany("INSERT INTO schedules VALUES (?, ?, '')", rows)
        store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert journal.stat().st_size > LOOKED_THROUGH_BYTES


def cut(journal: Path, share: float) -> None:
    """Leave a share of a file."""
    os.truncate(journal, int(journal.stat().st_size * share))


def cut_large(journal: Path) -> None:
    """Leave most of a large journal."""
    grow(journal)
    cut(journal, 0.9)


def scribble(journal: Path) -> None:
    """Write rubbish over a page in the middle."""
    with journal.open("r+b") as file:
        file.seek(8 * 4096)
        file.write(b"\xa5" * 4096)


DAMAGE: dict[str, Callable[[Path], object]] = {
    "empty": lambda journal: cut(journal, 0),
    "half": lambda journal: cut(journal, 0.5),
    "header only": lambda journal: os.truncate(journal, 100),
    "large, cut": cut_large,
    "scribbled": scribble,
    "text": lambda journal: journal.write_text("no journal " * 1000),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_journal_is_refused_by_every_verb_and_left_as_it_is(
    name: str, host: Path
) -> None:
    """Exit code 1, the way out, and not one byte changed."""
    journal = host / "state" / FILE_NAME
    DAMAGE[name](journal)
    before = hashlib.sha256(journal.read_bytes()).hexdigest()

    for verb in (["run", "tidy"], ["status"], ["history"]):
        done = opsrun(host, *verb)

        assert 1 == done.returncode
        assert f"{FILE_NAME}: the journal is damaged" in done.stderr
        assert f"mv {journal} {journal}.damaged" in done.stderr
    assert before == hashlib.sha256(journal.read_bytes()).hexdigest()


def with_wal(host: Path) -> tuple[Path, Path]:
    """Have a journal whose last run is in its WAL alone; return both."""
    journal = host / "state" / FILE_NAME
    kept = host / "kept"
    with open_store(str(host / "state")):
        opsrun(host, "run", "tidy")
        shutil.copytree(host / "state", kept)
    shutil.rmtree(host / "state")
    shutil.copytree(kept, host / "state")
    wal = journal.with_name(f"{FILE_NAME}-wal")
    assert wal.stat().st_size > 0
    return journal, wal


@pytest.mark.parametrize("left", [None, 0, 20, 5000])
def test_a_wal_that_is_gone_or_cut_leaves_a_journal_that_is_whole(
    left: int | None, host: Path
) -> None:
    """What was not yet in the journal itself is lost to it, and nothing before that."""
    _, wal = with_wal(host)
    if left is None:
        wal.unlink()
    else:
        os.truncate(wal, left)

    again = run_due(host)

    assert 0 == again.returncode
    assert "ended already, ok" in again.stderr + again.stdout
    with open_store(str(host / "state")) as store:
        assert "ok" == store.rows("PRAGMA quick_check")[0][0]


@pytest.mark.parametrize("what", ["folder", "dangling link"])
def test_something_else_in_the_journals_place_is_refused(what: str, host: Path) -> None:
    """No journal is made instead of it, nor beyond it."""
    journal = host / "state" / FILE_NAME
    for path in (host / "state").glob(f"{FILE_NAME}*"):
        path.unlink()
    if what == "folder":
        journal.mkdir()
    else:
        journal.symlink_to(host / "elsewhere")

    done = run_due(host)

    assert 1 == done.returncode
    assert f"{journal}: the journal cannot be opened" in done.stderr
    assert not (host / "elsewhere").exists()
    assert journal.is_symlink() or journal.is_dir()


def test_a_state_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    """/proc takes no folders, from nobody."""
    plans.write(tmp_path, plans.job({"one": plans.command("true")}))
    (tmp_path / "state").symlink_to("/proc/opsrun")

    done = run_due(tmp_path)

    assert 1 == done.returncode
    assert "the journal cannot be opened" in done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="giving a folder away takes root")
def test_a_state_of_another_user_is_refused(host: Path) -> None:
    """With the user to run as."""
    os.chown(host / "state", 65534, 65534)

    done = run_due(host)

    assert 2 == done.returncode
    assert "runuser -u nobody -- opsrun" in done.stderr
