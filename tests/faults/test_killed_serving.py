"""The web, or the scheduler, is killed in the middle of posts: what was answered stays."""

from __future__ import annotations

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException
from itertools import count
from threading import Event
from typing import TYPE_CHECKING, Final

import pytest

from tests.runtime import plans
from tests.runtime.serve.resident import alert, ask, post, resident
from tests.servers.process import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.runtime.serve.resident import Resident

pytestmark = pytest.mark.slow

SENDERS: Final = 4
A_POST: Final = 50
EACH: Final = 1_000_000
"""Alerts that a sender has numbers for."""
KEPT: Final = 20
"""Posts that are answered before something is killed, and after it where it comes again."""


@dataclass(kw_only=True)
class Senders:
    """Post alerts until they are told to stop; each alert is another one.

    `answered` are the first numbers of posts that were answered with 200, `broken` of those that
    were not answered.
    """

    url: str
    answered: list[int] = field(default_factory=list)
    broken: list[int] = field(default_factory=list)
    is_over: Event = field(default_factory=Event)

    def post(self, first: int) -> None:
        """Post the alerts from a number on, one post after the other."""
        for number in count(first, A_POST):
            if self.is_over.is_set():
                return
            body = post(*(alert(number + one) for one in range(A_POST)))
            try:
                status = ask(f"{self.url}/alerts", body).status
            except (OSError, HTTPException):
                self.broken.append(number)
            else:
                assert 200 == status
                self.answered.append(number)

    def wait_for_answers(self) -> None:
        """Wait until some more posts are answered."""
        so_many = len(self.answered) + KEPT
        until(lambda: len(self.answered) >= so_many, "answers")

    def lost(self, one: Resident) -> set[str]:
        """Return the alerts that were answered for and that the journal does not have."""
        stored = {row[0] for row in one.rows("SELECT fingerprint FROM alerts")}
        known = {f"{first + one:016x}" for first in self.answered for one in range(A_POST)}
        return known - stored


@contextmanager
def sending(one: Resident) -> Iterator[Senders]:
    """Have alerts posted for a block."""
    senders = Senders(url=one.url)
    with ThreadPoolExecutor(SENDERS) as pool:
        posting = [pool.submit(senders.post, index * EACH) for index in range(SENDERS)]
        try:
            senders.wait_for_answers()
            yield senders
        finally:
            senders.is_over.set()
    for each in posting:
        each.result()


def test_what_a_killed_web_has_answered_is_in_the_journal(tmp_path: Path) -> None:
    """The next web goes on; what broke off is the sender's to post again."""
    plans.write(tmp_path)
    with resident(tmp_path) as one, sending(one) as senders:
        os.kill(one.web_pid, signal.SIGKILL)
        until(lambda: bool(senders.broken), "a post that breaks off")
        senders.wait_for_answers()
        senders.is_over.set()
        lost = senders.lost(one)

    assert set() == lost


def test_what_a_killed_scheduler_has_answered_is_in_the_journal(tmp_path: Path) -> None:
    """Its web ends with it; the next scheduler begins with all that was answered."""
    plans.write(tmp_path)
    with resident(tmp_path) as one, sending(one) as senders:
        one.process.kill()
        until(lambda: bool(senders.broken), "a post that breaks off")
    with resident(tmp_path) as after:
        lost = senders.lost(after)
        (first,) = senders.broken[:1]
        again = ask(f"{after.url}/alerts", post(alert(first))).status

    assert (set(), 200) == (lost, again)
