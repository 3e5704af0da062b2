from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from runtime.errors import JournalBusyError, JournalError
from runtime.journal.schema import APPLICATION_ID, VERSION
from runtime.journal.store import FILE_NAME, Store, exists, open_store
from tests.checkout import ROOT

if TYPE_CHECKING:
    from pathlib import Path


def test_a_new_journal_is_durable_and_private(tmp_path: Path) -> None:
    """WAL mode, a log that is forced to disk by us, a version, and no access for others."""
    with open_store(str(tmp_path / "state")) as store:
        pragmas = [
            store.rows(f"PRAGMA {name}")[0][0]
            for name in ("journal_mode", "synchronous", "user_version", "application_id")
        ]

    assert ["wal", 1, VERSION, APPLICATION_ID] == pragmas
    assert os.stat(tmp_path / "state" / FILE_NAME).st_mode & 0o077 == 0


def test_connections_of_one_process_keep_their_locks(tmp_path: Path) -> None:
    """A process that closes the journal beside them does not take away the log they write to."""
    code = (
        "import sys; from runtime.journal.store import open_store;"
        "print(len(open_store(sys.argv[1]).rows('SELECT * FROM schedules')))"
    )
    other = [sys.executable, "-c", code, str(tmp_path)]
    with open_store(str(tmp_path)) as one:
        one.rows("SELECT * FROM schedules")
        with open_store(str(tmp_path)) as two:
            two.rows("SELECT * FROM schedules")
        subprocess.run(other, check=True, cwd=ROOT)
        with one.transaction() as connection:
            connection.execute("INSERT INTO schedules VALUES ('a/b', 'manual', '2026')")
        seen = subprocess.run(other, check=True, cwd=ROOT, capture_output=True)

    assert b"1\n" == seen.stdout


def test_what_was_written_is_there_after_opening_again(tmp_path: Path) -> None:
    """A second opening finds the first one's rows, and makes nothing new."""
    with open_store(str(tmp_path)) as store, store.transaction() as connection:
        connection.execute("INSERT INTO schedules VALUES ('a/b', 'manual', '2026')")

    with open_store(str(tmp_path)) as store:
        rows = [tuple(row) for row in store.rows("SELECT * FROM schedules")]

    assert [("a/b", "manual", "2026")] == rows
    assert {name.split("-")[0] for name in os.listdir(tmp_path)} == {FILE_NAME}


def test_a_transaction_that_raises_leaves_nothing(tmp_path: Path) -> None:
    """An exception within a block rolls its writes back."""
    with open_store(str(tmp_path)) as store:
        with pytest.raises(RuntimeError):
            insert_and_raise(store)

        assert store.rows("SELECT * FROM schedules") == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a database, but text of some length" * 40,
        b"SQLite format 3\0" + b"\xff" * 4080,
    ],
    ids=["empty", "text", "header only"],
)
def test_a_damaged_journal_is_refused_and_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    """The file is not replaced, and the message says the way out."""
    path = tmp_path / FILE_NAME
    path.write_bytes(content)

    with pytest.raises(JournalError, match="move it away"):
        open_store(str(tmp_path))

    assert content == path.read_bytes()


def test_a_truncated_journal_is_refused(tmp_path: Path) -> None:
    """Half of a journal is not taken for a whole one."""
    path = filled(tmp_path)
    os.truncate(path, path.stat().st_size // 2)

    with pytest.raises(JournalError, match="damaged"):
        open_store(str(tmp_path))


def test_a_journal_with_a_broken_page_is_refused(tmp_path: Path) -> None:
    """A page of rubbish in the middle is found before anything is read."""
    path = filled(tmp_path)
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2 // 4096 * 4096)
        file.write(b"\xa5" * 4096)

    with pytest.raises(JournalError, match="damaged"):
        open_store(str(tmp_path))


def test_a_newer_journal_is_refused(tmp_path: Path) -> None:
    """A version from the future is not touched."""
    with open_store(str(tmp_path)) as store:
        store.connection.execute(f"PRAGMA user_version = {VERSION + 1}")

    with pytest.raises(JournalError, match=f"version is {VERSION + 1}.*upgrade opsrun"):
        open_store(str(tmp_path))


def test_a_database_of_something_else_is_refused(tmp_path: Path) -> None:
    """Another program's database gets no tables of ours."""
    connection = sqlite3.connect(tmp_path / FILE_NAME)
    connection.execute("CREATE TABLE theirs (a)")
    connection.close()

    with pytest.raises(JournalError, match="not a journal of opsrun"):
        open_store(str(tmp_path))


def test_a_lock_that_is_not_to_be_had_is_busy(tmp_path: Path) -> None:
    """The busy timeout ends, and the caller may try again."""
    with (
        open_store(str(tmp_path)) as holder,
        open_store(str(tmp_path), busy_seconds=0.05) as store,
        holder.transaction(),
        pytest.raises(JournalBusyError),
        store.transaction(),
    ):
        pass


def test_a_state_that_is_no_folder_is_said(tmp_path: Path) -> None:
    """A file in the place of the state folder is an error with its path."""
    (tmp_path / "state").write_text("")

    with pytest.raises(JournalError, match="state"):
        exists(str(tmp_path / "state"))


def test_a_journal_that_is_open_is_not_closed_by_another_process(tmp_path: Path) -> None:
    """Who closes it leaves the WAL to those who still write into it: nothing of theirs is lost."""
    code = "import sys; from runtime.journal.store import open_store; open_store(sys.argv[1])"
    with open_store(str(tmp_path)):
        pass
    with open_store(str(tmp_path)) as store:
        for number in range(2):
            subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True)
            with store.transaction() as connection:
                connection.execute("INSERT INTO schedules VALUES (?, '', '')", (f"a/{number}",))
        assert (tmp_path / f"{FILE_NAME}-wal").exists()
        subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True)

    with open_store(str(tmp_path)) as store:
        assert 2 == len(store.rows("SELECT * FROM schedules"))


def insert_and_raise(store: Store) -> None:
    """Write a row and raise before the transaction ends."""
    with store.transaction() as connection:
        connection.execute("INSERT INTO schedules VALUES ('a/b', 'manual', '2026')")
        raise RuntimeError


def filled(folder: Path) -> Path:
    """Make a journal of many pages, with nothing left in its WAL; return its path."""
    with open_store(str(folder)) as store:
        with store.transaction() as connection:
            connection.executemany(
                "INSERT INTO schedules VALUES (?, ?, '')",
                ((f"job/{number}", "x" * 200) for number in range(2000)),
            )
        store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return folder / FILE_NAME
