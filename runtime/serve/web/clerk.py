"""Asks the journal on behalf of requests: in a thread that has it open, one question at a time."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from runtime.errors import JournalBusyError, JournalError
from runtime.journal.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable

    from runtime.journal.store import Store

_Answer = TypeVar("_Answer")


class Clerk:
    """One thread with the journal of a state folder."""

    def __init__(self, state: str) -> None:
        self._state = state
        self._store: Store | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="journal")

    async def ask(self, question: Callable[[Store], _Answer]) -> _Answer:
        """Return the answer to a question. Raise `JournalError` when the journal fails."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._ask, question)

    def close(self) -> None:
        """Answer what was asked, then close the journal."""
        self._thread.submit(self._close)
        self._thread.shutdown()

    def _ask(self, question: Callable[[Store], _Answer]) -> _Answer:
        if self._store is None:
            self._store = open_store(self._state)
        try:
            return question(self._store)
        except JournalBusyError:
            raise
        except JournalError:
            # What is opened anew is looked at anew.
            self._close()
            raise

    def _close(self) -> None:
        if self._store is not None:
            self._store.connection.close()
            self._store = None
