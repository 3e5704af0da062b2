"""Which jobs a page shows: what is asked for enters, one page of bounded size leaves; pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from runtime.contract.frozen import Frozen, frozen
from runtime.status.job import UNDER_WAY

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from runtime.status.job import JobStatus
    from runtime.status.status import Status

PAGE_SIZE: Final = 50
PAGE_LIMIT: Final = 200
"""Jobs of one page: how many there are unless said, and at most."""

WORDS_LIMIT: Final = 200
"""Most characters of what is searched for."""

SOON: Final = timedelta(hours=1)
"""How far ahead a job is due soon."""


def _is_soon(job: JobStatus, status: Status) -> bool:
    return job.next_due_at is not None and job.next_due_at - status.at <= SOON


SHOWN: Final[Mapping[str, Callable[[JobStatus, Status], bool]]] = {
    "all": lambda _job, _status: True,
    "attention": lambda job, _status: job.is_pressing,
    "running": lambda job, _status: job.state in UNDER_WAY,
    "held": lambda job, _status: job.hold is not None,
    "soon": _is_soon,
    "missed": lambda job, _status: job.missed > 0,
}
"""Which jobs can be asked for, by the word that an address has."""


@frozen
class Choice(Frozen):
    """What is asked for: words that a job must have, which jobs, which page, from 1, how large."""

    words: str = ""
    show: str = "all"
    page: int = 1
    size: int = PAGE_SIZE

    def address(self, **changed: str | int) -> str:
        """Return the query of an address, with its question mark, that asks for this but for that.

        What is as always is left out; another choice begins on its first page.
        """
        said = {"q": self.words, "show": self.show, "page": 1, "size": self.size, **changed}
        usual = {"q": "", "show": "all", "page": 1, "size": PAGE_SIZE}
        return "?" + urlencode({key: said[key] for key in usual if said[key] != usual[key]})


@frozen
class Chosen(Frozen):
    """One page: its jobs, and how many pages and jobs fit the choice."""

    choice: Choice
    jobs: tuple[JobStatus, ...]
    found: int
    pages: int


def choice_of(asked: Mapping[str, str]) -> Choice:
    """Given the parameters of an address, return what is asked for; nonsense counts as not said."""
    show = asked.get("show", "all")
    return Choice(
        words=asked.get("q", "")[:WORDS_LIMIT].strip(),
        show=show if show in SHOWN else "all",
        page=_number(asked.get("page"), 1, 10**6),
        size=_number(asked.get("size"), PAGE_SIZE, PAGE_LIMIT),
    )


def _number(text: str | None, usual: int, most: int) -> int:
    """Return a number from 1 that a text says, else what is usual."""
    if text is None or not (text.isascii() and text.isdigit()) or len(text) > 9:
        return usual
    return min(max(int(text), 1), most)


def numbers_of(status: Status) -> dict[str, int]:
    """Given how all stands, return how many jobs there are of each kind that can be asked for."""
    return {show: sum(fits(job, status) for job in status.jobs) for show, fits in SHOWN.items()}


def chosen(status: Status, choice: Choice) -> Chosen:
    """Given how all stands and what is asked for, return the jobs of the page.

    A page beyond the last is the last. Each word must be in the job's key, state or description.
    """
    wanted = SHOWN[choice.show]
    words = choice.words.casefold().split()
    found = [job for job in status.jobs if wanted(job, status) and _has(job, words)]
    pages = max(1, -(-len(found) // choice.size))
    page = min(choice.page, pages)
    return Chosen(
        choice=replace(choice, page=page),
        jobs=tuple(found[(page - 1) * choice.size : page * choice.size]),
        found=len(found),
        pages=pages,
    )


def _has(job: JobStatus, words: list[str]) -> bool:
    if not words:
        return True
    text = f"{job.key} {job.state} {job.job.description}".casefold()
    return all(word in text for word in words)
