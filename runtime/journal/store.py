"""Open the journal, or refuse it with the way out; never make a new one over an old one."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import time
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Final
from weakref import WeakSet

from runtime.clock import from_text
from runtime.errors import JournalBusyError, JournalError, reason_of
from runtime.journal.schema import APPLICATION_ID, MIGRATIONS, VERSION
from runtime.lineage import this_process

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

FILE_NAME: Final = "journal.sqlite3"
BUSY_SECONDS: Final = 10.0
"""How long a statement waits for another process's transaction."""
LOOK_MILLISECONDS: Final = 2
"""How often it is looked whether the write lock is free."""
SHARED_INDEX_BYTES: Final = 2**15
"""What SQLite needs on the disk for processes to share a WAL."""
LOOKED_THROUGH_BYTES: Final = 2 * 2**20
"""Size up to which every page is looked at when the journal is opened; `upkeep` does it beyond."""


class Store:
    """An open journal file; a context manager. Close it in the process that opened it."""

    def __init__(
        self, path: str, connection: sqlite3.Connection, busy_seconds: float = BUSY_SECONDS
    ) -> None:
        self.path = path
        self.connection = connection
        self._busy_seconds = busy_seconds

    def __enter__(self) -> Store:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self.connection.close()

    @contextmanager
    def transaction(self, *, is_forced: bool = True) -> Iterator[sqlite3.Connection]:
        """Hold the write lock for a block; commit at its end, roll back when it raises.

        What was written outlives a killed process, and when it `is_forced` a power cut as well.
        The disk is waited for after the lock was let go, so that nobody waits for it in turn: what
        others see before that, and go on from, is on the disk no later than what they write.

        Raise `JournalBusyError` when the lock is not to be had, `JournalError` when writing fails.
        """
        try:
            self._begin()
            try:
                yield self.connection
            except BaseException:
                # On a full disk SQLite has rolled back by itself.
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
                raise
            self.connection.execute("COMMIT")
        except sqlite3.DatabaseError as error:
            if self.connection.in_transaction:
                with contextlib.suppress(sqlite3.DatabaseError):
                    self.connection.execute("ROLLBACK")
            raise _refusal(self.path, error) from error
        if is_forced:
            self.force()

    def _begin(self) -> None:
        """Take the write lock, and wait for it as long as is waited for anything.

        Left to itself SQLite looks after it less and less often: of twenty who want it at one
        instant the last would have it a fifth of a second after it is free.
        """
        until = time.monotonic() + self._busy_seconds
        self.connection.execute(f"PRAGMA busy_timeout = {LOOK_MILLISECONDS}")
        try:
            while True:
                try:
                    self.connection.execute("BEGIN IMMEDIATE")
                except sqlite3.OperationalError as error:
                    if not _is_busy(error) or time.monotonic() >= until:
                        raise
                else:
                    return
        finally:
            self.connection.execute(f"PRAGMA busy_timeout = {self._busy_seconds * 1000:.0f}")

    def force(self) -> None:
        """Wait until all that was committed is on the disk.

        Raise `JournalError` when the disk refuses.
        """
        # Nobody has a lock on this file, which closing it could take away.
        try:
            log = os.open(f"{self.path}-wal", os.O_RDONLY | os.O_CLOEXEC)
            try:
                os.fdatasync(log)
            finally:
                os.close(log)
        except OSError as error:
            said = reason_of(error)
            raise JournalError(f"{self.path}: the journal cannot be written: {said}") from error

    def rows(self, query: str, *values: object) -> list[sqlite3.Row]:
        """Return the rows of a query. Raise `JournalError` when the file cannot be read."""
        try:
            return self.connection.execute(query, values).fetchall()
        except sqlite3.DatabaseError as error:
            raise _refusal(self.path, error) from error

    def instant(self, text: str) -> datetime:
        """Return an instant that was read. Raise `JournalError` when it is none."""
        try:
            return from_text(text)
        except ValueError:
            raise self.damaged(f"{json.dumps(text)} is no instant") from None

    def damaged(self, what: str) -> JournalError:
        """Given what cannot be in a journal, return the refusal, with the way out."""
        return _damaged(self.path, what)


def open_store(state: str, *, busy_seconds: float = BUSY_SECONDS) -> Store:
    """Given the state folder, open its journal; make folder and journal when there is neither.

    Raise `JournalError` when the file is damaged, foreign or newer than this version.
    """
    path = os.path.join(state, FILE_NAME)
    try:
        # Others may pass through, to the metrics, and see nothing on the way.
        os.makedirs(state, mode=0o711, exist_ok=True)
        if not exists(state):
            _create(path)
        is_suspect, connection = _looked_at(path, busy_seconds)
    except OSError as error:
        raise JournalError(f"{path}: the journal cannot be opened: {reason_of(error)}") from error
    return _checked(path, connection, busy_seconds, is_suspect=is_suspect)


def exists(state: str) -> bool:
    """Return whether the state folder has a journal. Raise `JournalError` when it is unreadable."""
    path = os.path.join(state, FILE_NAME)
    try:
        os.lstat(path)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise JournalError(f"{path}: the journal cannot be read: {error.strerror}") from error
    return True


def _checked(
    path: str, connection: sqlite3.Connection, busy_seconds: float, *, is_suspect: bool
) -> Store:
    """Return the store when the file is a sound journal of a known version, else raise."""
    try:
        _check_version(path, connection)
        for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {pragma}")
        verdict = "ok"
        if is_suspect:
            verdict = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.DatabaseError as error:
        connection.close()
        raise _refusal(path, error) from error
    except JournalError:
        connection.close()
        raise
    if verdict != "ok":
        connection.close()
        raise _damaged(path, str(verdict).splitlines()[-1])
    connection.row_factory = sqlite3.Row
    return Store(path, connection, busy_seconds)


def _create(path: str) -> None:
    """Make an empty journal aside and link it into place: it is there whole, or not at all."""
    # By more than the pid: two pods have the same.
    own = this_process()
    aside = f"{path}.new-{own.pid}-{own.start_ticks}"
    with contextlib.suppress(FileNotFoundError):
        os.unlink(aside)
    os.close(os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        connection = sqlite3.connect(aside, isolation_level=None)
        try:
            connection.executescript(
                f"PRAGMA application_id = {APPLICATION_ID}; BEGIN;"
                + "".join(MIGRATIONS)
                + f"PRAGMA user_version = {VERSION}; COMMIT;"
            )
        except sqlite3.DatabaseError as error:
            raise _refusal(path, error) from error
        finally:
            connection.close()
        # Another process may have been quicker; then its journal is the one.
        with contextlib.suppress(FileExistsError):
            os.link(aside, path)
    finally:
        os.unlink(aside)
    folder = os.open(os.path.dirname(path), os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


class _Connection(sqlite3.Connection):
    """A connection that knows which file it has open: its device and number, None once closed."""

    file: tuple[int, int] | None = None

    def close(self) -> None:
        """Let go of the file."""
        super().close()
        self.file = None


_CONNECTIONS: Final[WeakSet[_Connection]] = WeakSet()
_CONNECTING: Final = Lock()


def _looked_at(path: str, busy_seconds: float) -> tuple[bool, sqlite3.Connection]:
    """Return whether every page of a file is to be looked at, and a connection to it.

    The file is never opened beside a connection of this process: closing it would take away its
    locks, and whoever closes the journal then deletes a log that is in use. What has a connection
    already was looked at when that was made.
    """
    with _CONNECTING:
        found = os.stat(path)
        file = (found.st_dev, found.st_ino)
        is_suspect = False
        if all(one.file != file for one in _CONNECTIONS):
            _check_header(path)
            is_suspect = _is_suspect(path)
        connection = _connect(path, busy_seconds)
        connection.file = file
        _CONNECTIONS.add(connection)
    return is_suspect, connection


def _connect(path: str, busy_seconds: float) -> _Connection:
    """Open an existing file for reading and writing; SQLite must not make one."""
    try:
        return sqlite3.connect(
            f"file:{_quoted(path)}?mode=rw",
            uri=True,
            timeout=busy_seconds,
            isolation_level=None,
            factory=_Connection,
        )
    except sqlite3.DatabaseError as error:
        raise _refusal(path, error) from error


def _quoted(path: str) -> str:
    """Return a path as a URI has it: SQLite knows three signs in it, and urllib is slow to load."""
    return path.replace("%", "%25").replace("?", "%3f").replace("#", "%23")


def _check_header(path: str) -> None:
    with open(path, "rb") as file:
        start = file.read(16)
    if not start:
        raise _damaged(path, "the file is empty")
    if start != b"SQLite format 3\0":
        raise _damaged(path, "the file is no SQLite database")


def _is_suspect(path: str) -> bool:
    """Return whether every page is to be looked at: the file is small, or has lost its end.

    A checkpoint that is under way may look the same for a moment, so nothing is refused here.
    """
    with open(path, "rb") as file:
        start = file.read(100)
        size = os.fstat(file.fileno()).st_size
    if size <= LOOKED_THROUGH_BYTES:
        return True
    page_bytes = int.from_bytes(start[16:18], "big")
    pages = int.from_bytes(start[28:32], "big")
    is_valid = start[24:28] == start[92:96]
    return is_valid and size < pages * (65536 if page_bytes == 1 else page_bytes)


def _check_version(path: str, connection: sqlite3.Connection) -> None:
    owner = connection.execute("PRAGMA application_id").fetchone()[0]
    if owner != APPLICATION_ID:
        raise JournalError(
            f"{path}: this database is not a journal of opsrun; name another folder with `--state`"
        )
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > VERSION:
        raise JournalError(
            f"{path}: the journal's version is {version}, this opsrun knows {VERSION}:"
            " upgrade opsrun, or name another folder with `--state`"
        )
    for number in range(version, VERSION):
        connection.executescript(
            f"BEGIN IMMEDIATE;{MIGRATIONS[number]}PRAGMA user_version = {number + 1};COMMIT;"
        )


def _refusal(path: str, error: sqlite3.DatabaseError) -> JournalError:
    """Given what SQLite says, return what to say."""
    text = str(error)
    if _is_busy(error):
        return JournalBusyError(f"{path}: another process holds the journal; try again")
    if "disk is full" in text or ("disk I/O error" in text and _is_full(path)):
        return JournalError(f"{path}: the journal cannot be written: the disk is full")
    if isinstance(error, sqlite3.OperationalError) and "malformed" not in text:
        return JournalError(f"{path}: the journal cannot be used: {text}")
    return _damaged(path, text)


def _is_busy(error: sqlite3.DatabaseError) -> bool:
    """Return whether another process's transaction is in the way."""
    text = str(error)
    return isinstance(error, sqlite3.OperationalError) and ("locked" in text or "busy" in text)


def _is_full(path: str) -> bool:
    """Return whether there is no room for what SQLite keeps beside the journal, its shared index.

    It says no more of that than that a write failed.
    """
    disk = os.statvfs(os.path.dirname(path))
    return disk.f_bavail * disk.f_frsize < SHARED_INDEX_BYTES


def _damaged(path: str, what: str) -> JournalError:
    return JournalError(
        f"{path}: the journal is damaged ({what}) and was left as it is. Restore it from a copy,"
        f" or move it away with its -wal and -shm files (mv {path} {path}.damaged) and run again:"
        " a new journal knows nothing of earlier runs, so what is due now may run a second time"
    )
