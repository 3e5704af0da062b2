"""A plan and a real journal in which something is in every state, at the turned clock's START."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any, Final

from runtime.collector.collector import Collector
from runtime.collector.sample import Group, Sample, Space
from runtime.contract.collector import Collector as Asked
from runtime.contract.collector import Limit, Thresholds, Watched
from runtime.journal.claims import record_missed, since_when
from runtime.journal.holds import put_on_hold
from runtime.journal.outbox import Notice, enqueue
from runtime.journal.record import Hold
from runtime.journal.steps import begin_attempt
from runtime.journal.store import open_store
from runtime.lineage import Process, this_process
from runtime.status.board import Board
from tests.runtime import plans
from tests.runtime.journals import ask, do_step, finish, granted
from tests.runtime.serve.web.webs import HOST, web
from tests.runtime.turned_clock import START, TurnedClock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from runtime.contract.plan import Plan
    from runtime.journal.store import Store

_GONE: Final = Process(pid=2**22, start_ticks=1, boot="before")

CHECKS: Final[dict[str, Any]] = {
    "api": {"http": {"url": "http://127.0.0.1/health"}},
    "database": {"postgres": {"dsn": {"env": "TABULAR_DSN"}}},
    "cache": {"redis": {"url": {"env": "TABULAR_CACHE"}}, "optional": True},
    "storage": {"storage": {"path": "/srv"}},
}

ANSWERS: Final = {
    "api": {"status": "healthy", "message": "", "response_seconds": 0.041, "version": "1.4.0"},
    "database": {
        "status": "degraded",
        "message": "the replica is 42s behind",
        "response_seconds": 0.012,
        "values": {"lag_seconds": 42.0},
    },
    "cache": {"status": "healthy", "message": "", "response_seconds": 0.003},
    "storage": {"status": "healthy", "message": "", "response_seconds": None},
}


def job(name: str, schedule: str, description: str, **fields: Any) -> dict[str, Any]:
    """Return a job in plan form."""
    return plans.job(
        fields.pop("steps", {"go": plans.command("/bin/true")}),
        name=name,
        schedule=schedule,
        description=description,
        **fields,
    )


JOBS: Final = (
    job("backup", "daily at 02:00", "Copies the database to the bucket", expect_seconds=900),
    job("vacuum", "weekly on sun at 03:00", "Reclaims space of dead rows", expect_seconds=60),
    job("rotate-logs", "every 15m", "Compresses logs of the API", start_deadline_seconds=60),
    job("sessions", "every 5m", "Lets go of sessions that have ended"),
    job("statistics", "hourly at :15", "Counts data sets by customer"),
    job("reindex", "weekly on sun at 04:00", "Builds indexes anew without a lock"),
    job("report", "every 30m", "Mails the usage of the day", expect_seconds=120),
    job("thumbnails", "every 10m", "Draws previews of new data sets"),
    job("import", "hourly at :45", "Fetches what partners have put down"),
    job("docker-prune", "daily at 05:00", "Removes images that nothing runs"),
    job("diagnostics", "manual", "Gathers what support asks for"),
    job("mails", "hourly at :55", "Sends letters that wait"),
    job("temp", "every 6h", "Clears the folder of half-written files"),
    job(
        "health-check",
        "every 1m",
        "Asks api, database, cache, storage how they are",
        steps={"check": {"kind": "health.check", "parameters": {"checks": CHECKS}}},
    ),
)


def plan() -> Plan:
    """Return the plan, through the plan door."""
    return plans.loaded(*JOBS)


def fill(folder: Path) -> Path:
    """Make the journal of a state folder, with a log beside it; return the folder."""
    with open_store(str(folder)) as store:
        # A test's journal may be lost with the power.
        store.connection.execute("PRAGMA synchronous = OFF")
        _fill(store, folder)
    return folder


def _fill(store: Store, folder: Path) -> None:
    """Have the journal know the courses of the jobs."""
    for one in JOBS:
        since_when(store, key(one["name"]), one["schedule"], START - timedelta(days=30))
    chance = Random(1)
    _course(store, chance, "backup", timedelta(days=1), _at(10), 24, 780, bad={7})
    _course(store, chance, "vacuum", timedelta(days=7), _at(33), 12, 48)
    _course(store, chance, "sessions", timedelta(minutes=5), _at(0.25), 30, 0.4)
    _course(store, chance, "statistics", timedelta(hours=1), _at(1.75), 29, 6, bad={3})
    _course(store, chance, "reindex", timedelta(days=7), _at(32), 8, 190)
    _course(store, chance, "report", timedelta(minutes=30), _at(0.5), 29, 70)
    _course(store, chance, "thumbnails", timedelta(minutes=10), _at(0.5), 28, 15)
    _course(store, chance, "mails", timedelta(hours=1), _at(5 / 60), 30, 2.2, bad={11, 12})
    _course(store, chance, "temp", timedelta(hours=6), _at(6), 30, 1.1)
    _course(store, chance, "docker-prune", timedelta(days=1), _at(7), 20, 33)
    _fails(store, folder)
    _runs(store, "report", timedelta(seconds=480), "render")
    _runs(store, "thumbnails", timedelta(seconds=7), "draw")
    grant = granted(ask(store, _GONE, job=key("import"), due_at=_at(0.25), now=_at(0.25)))
    begin_attempt(store, grant, _at(0.25), is_late=False)
    missed = [_at(0.75 - quarter / 4) for quarter in range(3)]
    _course(store, chance, "rotate-logs", timedelta(minutes=15), _at(1), 26, 1.6)
    record_missed(store, key("rotate-logs"), missed, START, "nothing ran it in time")
    put_on_hold(store, _hold("docker-prune", "the registry is being moved"))
    _healthy(store)
    _notices(store)


def key(name: str) -> str:
    """Return the key of a job."""
    return f"tabular/{name}"


def _at(hours: float) -> datetime:
    return START - timedelta(hours=hours)


def _course(  # a table's columns
    store: Store,
    chance: Random,
    name: str,
    gap: timedelta,
    last: datetime,
    number: int,
    seconds: float,
    *,
    bad: set[int] = frozenset(),  # type: ignore[assignment]  # an empty one
) -> None:
    """Have a job ended `number` times, the last time at `last`; failed so many runs before it."""
    for index in reversed(range(number)):
        due = last - gap * index
        took = seconds * chance.uniform(0.8, 1.25)
        grant = granted(ask(store, job=key(name), due_at=due, now=due))
        is_bad = index in bad
        do_step(
            store,
            grant,
            "go",
            now=due,
            duration_seconds=took,
            outcome="failed" if is_bad else "ok",
            summary="true ended with code 0",
        )
        finish(
            store,
            grant,
            due + timedelta(seconds=took),
            duration_seconds=took,
            outcome="failed" if is_bad else "ok",
            exit_code=int(is_bad),
            reason="step go: false ended with code 1" if is_bad else "",
        )


def _fails(store: Store, folder: Path) -> None:
    """Have `statistics` failed last, with a log."""
    due = _at(0.75)
    log = folder / "1-go.log"
    log.write_text(
        "reading 48,112 rows\nTraceback (most recent call last):\n"
        '  File "/opt/tabular/count.py", line 31, in main\n    rows = connect(dsn="***")\n'
        "ConnectionError: the server closed the connection\n"
    )
    grant = granted(ask(store, job=key("statistics"), due_at=due, now=due))
    do_step(
        store,
        grant,
        "go",
        now=due,
        outcome="failed",
        exit_code=1,
        duration_seconds=4.2,
        summary="count.py ended with code 1",
        output=str(log),
    )
    finish(
        store,
        grant,
        due,
        outcome="failed",
        exit_code=1,
        duration_seconds=4.2,
        reason="step go: count.py ended with code 1",
    )


def _runs(store: Store, name: str, since: timedelta, step: str) -> None:
    """Have a job run, in this very process."""
    due = START - since
    grant = granted(ask(store, this_process(), job=key(name), due_at=due, now=due))
    begin_attempt(store, grant, due, is_late=False)
    do_step(store, grant, step, now=due, ends=False)


def _hold(name: str, reason: str) -> Hold:
    return Hold(
        job=key(name),
        since=_at(3),
        until=START + timedelta(hours=5),
        reason=reason,
        held_by="anna",
    )


def _healthy(store: Store) -> None:
    due = START - timedelta(seconds=20)
    grant = granted(ask(store, job=key("health-check"), due_at=due, now=due))
    facts = {"status": "degraded", "checks": ANSWERS}
    do_step(store, grant, "check", now=due, duration_seconds=0.05, facts=facts, summary="degraded")
    finish(store, grant, due, duration_seconds=0.06, reason="")


def _notices(store: Store) -> None:
    with store.transaction() as connection:
        enqueue(
            connection,
            [
                Notice(
                    channel="operators",
                    host="node1",
                    job=key("statistics"),
                    due_at=_at(0.75),
                    outcome="failed",
                    reason="step go: count.py ended with code 1",
                )
            ],
            _at(0.74),
        )


class Replay:
    """A probe whose looks are thought up: screenshots of a machine are not the same twice."""

    def __init__(self, clock: TurnedClock) -> None:
        self.clock = clock
        self._chance = Random(2)
        self._cpu = 0.4

    def look(self) -> Sample:
        """Return the next look, ten seconds after the one before."""
        self.clock.turn(10)
        self._cpu = min(0.97, max(0.1, self._cpu + self._chance.uniform(-0.09, 0.11)))
        gib = 2.0**30
        return Sample(
            at=self.clock.now(),
            monotonic_seconds=self.clock.monotonic(),
            processors=8,
            cpu_ratio=self._cpu,
            memory_bytes=Space(size=32 * gib, available=(13 - 4 * self._cpu) * gib),
            disks_bytes={"/": Space(size=100 * gib, available=61 * gib)},
            processes={
                "api": Group(count=4, cpu_seconds=1.0),
                "worker": Group(count=0, cpu_seconds=0.0),
            },
        )


def collector(clock: TurnedClock) -> Collector:
    """Return a collector with half an hour of samples that end at the clock's time."""
    clock.turn(-1800)
    asked = Asked(
        disks=("/",),
        processes={"api": Watched(name="tabular-api"), "worker": Watched(name="tabular-worker")},
        thresholds=Thresholds(disk=Limit(degraded_ratio=None)),
    )
    made = Collector(asked, clock, Replay(clock).look)
    for _ in range(180):
        made.take()
    return made


def board(state: Path) -> Board:
    """Return a board of the filled journal in a state folder, with a host that is watched."""
    clock = TurnedClock()
    watched = collector(clock)
    return Board(plan(), str(state), clock, host_name=HOST, host=watched.status)


@contextmanager
def served(state: Path, clock: TurnedClock) -> Iterator[str]:
    """Have a real web serve the page of that board for a block; the value is its address."""
    with web(state, plan(), collector=collector(clock), clock=clock) as one:
        yield one.at("/status")
