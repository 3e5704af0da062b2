"""What a server or a command asks for: one plan and its journal, as a page or as JSON data, now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from runtime.errors import JournalError
from runtime.journal.overview import facts_of
from runtime.journal.store import exists, open_store
from runtime.presence import knows_living
from runtime.status.choice import Choice, choice_of, chosen
from runtime.status.dues import Dues
from runtime.status.health import Overall, Part, checks_of
from runtime.status.html import REFRESH_SECONDS, page
from runtime.status.job import Moment
from runtime.status.plain import plain, plain_health, plain_jobs
from runtime.status.reading import View, health_steps, read_details, read_view
from runtime.status.status import Status, status_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from runtime.clock import Clock
    from runtime.collector.judge import HostStatus
    from runtime.contract.plan import Plan
    from runtime.journal.store import Store
    from runtime.status.choice import Chosen
    from runtime.status.health import Facts
    from runtime.status.reading import Detail

FILE_JOBS: Final = 200
"""Most jobs of a page for a file, which cannot be asked for others."""


class Board:
    """A plan, its journal and its host; keep it, it remembers when jobs are due.

    Any thread may ask: every call opens the journal for itself. `host` says how the host is, where
    a collector watches it, `parts` how the resident opsrun is, where this is one. What is not
    said otherwise raises `JournalError` when the journal cannot be read.
    """

    def __init__(
        self,
        plan: Plan,
        state: str,
        clock: Clock,
        *,
        host_name: str = "",
        host: Callable[[], HostStatus] | None = None,
        parts: Callable[[], Mapping[str, Part]] = dict,
    ) -> None:
        self.plan = plan
        self.state = state
        self.clock = clock
        self.host_name = host_name
        self._host = host
        self._parts = parts
        self._dues = Dues(plan.jobs)
        self._is_alive = knows_living(state)

    def warm(self) -> None:
        """Look up when all jobs are due, which the first page would wait for."""
        self._dues.at(self.clock.now())

    def page(self, asked: Mapping[str, str]) -> str:
        """Given the parameters of an address, return the page that they ask for, as HTML."""
        seconds = None if asked.get("refresh") == "off" else REFRESH_SECONDS
        status, some, details = self._read(choice_of(asked))
        return page(status, some, details, refresh_seconds=seconds)

    def file(self) -> str:
        """Return a page for a file, with the most pressing jobs."""
        return page(*self._read(Choice(size=FILE_JOBS)), is_file=True)

    def plain(self, asked: Mapping[str, str]) -> dict[str, Any]:
        """Given the parameters of an address, return what the page would say as JSON data."""
        return plain(*self._read(choice_of(asked)))

    def jobs(self) -> list[dict[str, Any]]:
        """Return how every job stands, as JSON data, the most pressing first."""
        _, every, details = self._read(Choice(size=max(1, len(self.plan.jobs))))
        return plain_jobs(every, details)

    def health(self) -> dict[str, Any]:
        """Return how all is, as JSON data; a journal that cannot be read is a part of it.

        Much cheaper than a page: when jobs are due is not looked at.
        """
        parts = self._parts()
        try:
            checks = checks_of(self.plan, self._facts(), self.clock.now())
        except JournalError as error:
            broken = Part(status="unhealthy", message=str(error))
            checks, parts = (), {**parts, "journal": broken}
        return plain_health(Overall(checks=checks, host=self._host_status(), parts=parts))

    def _facts(self) -> Facts:
        if not exists(self.state):
            return {}
        with open_store(self.state) as store:
            return facts_of(store, health_steps(self.plan))

    def _host_status(self) -> HostStatus | None:
        return None if self._host is None else self._host()

    def _read(self, choice: Choice) -> tuple[Status, Chosen, Mapping[str, Detail]]:
        if not exists(self.state):
            status = self._status(View())
            return status, chosen(status, choice), {}
        with open_store(self.state) as store:
            status = self._stored(store)
            some = chosen(status, choice)
            return status, some, read_details(store, [job.key for job in some.jobs])

    def _stored(self, store: Store) -> Status:
        return self._status(read_view(store, self.plan, self.clock.now(), self._is_alive))

    def _status(self, view: View) -> Status:
        return status_of(
            self.plan,
            Moment(view=view, dues=self._dues, now=self.clock.now()),
            host_name=self.host_name,
            host=self._host_status(),
            parts=self._parts(),
        )
