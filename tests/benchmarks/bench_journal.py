"""What a journal with a million attempts costs, against one that has just begun.

Whole processes from an installed wheel with compiled bytecode for what people wait for; the rest in
this process, both journals taking turns. Only the limit of `status` is in seconds: it is what a
person may have to wait.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Final

from runtime.clock import SystemClock
from runtime.journal.history import occurrences
from runtime.journal.store import Store, open_store
from runtime.metrics import write_textfile
from tests.benchmarks.journals import FIRST_DUE, fill
from tests.benchmarks.paired import Command, compare
from tests.installation import build_wheel, install, neutral_environment
from tests.runtime import plans
from tests.runtime.journals import ANNA, ask, finish, granted

if TYPE_CHECKING:
    from collections.abc import Callable

    from runtime.contract.plan import Plan
    from tests.benchmarks.paired import Comparison
    from tests.installation import Installation

JOBS: Final = tuple(f"tabular/job-{number:02}" for number in range(20))
EACH: Final = 50_000

STATUS_SECONDS: Final = 0.2
RATIO: Final = 2.0
"""Most that anything may cost after a million attempts, in times of the same after none."""

TIMES: Final = 60
PRUNING_SECONDS: Final = 5.0
BATCHES: Final = 1.0
"""Most that half of the claims may wait while another process prunes, in batches and pauses."""

PRUNING: Final = """\
import sys, time
from datetime import datetime, timedelta
from statistics import median
from runtime.journal.store import open_store
from runtime.journal.upkeep import PAUSE_SECONDS, prune
with open_store(sys.argv[1]) as store:
    starts = []
    def go_on():
        starts.append(time.monotonic())
        return starts[-1] - starts[0] < float(sys.argv[3])
    print("begun", flush=True)
    older_than = datetime.fromisoformat(sys.argv[2])
    gone = prune(store, older_than=older_than, go_on=go_on, sleep=time.sleep)
    spans = [b - a for a, b in zip(starts, starts[1:])]
    print(gone, gone / (starts[-1] - starts[0]), median(spans))
"""


def turns(title: str, act: Callable[[int, int], None]) -> bool:
    """Time an act on the full journal (0) and the empty one (1) in turn; print the ratio."""
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(-2, TIMES):
        for which in (0, 1) if number % 2 else (1, 0):
            start = time.perf_counter()
            act(which, number)
            if number >= 0:
                times[which].append(time.perf_counter() - start)
    full, empty = (median(one) for one in times)
    holds = full / empty <= RATIO
    print(
        f"{'ok  ' if holds else 'OVER'} {title} {full * 1000:.2f} ms = {full / empty:.2f} x"
        f" the same on an empty journal {empty * 1000:.2f} ms (limit {RATIO:g} x)"
    )
    return holds


def in_process(states: tuple[str, str], plan: Plan, folder: Path) -> bool:
    """Compare what runs do on both journals."""
    now = SystemClock().now()
    clock = datetime(2026, 1, 1, tzinfo=UTC)
    opened = tuple(open_store(state) for state in states)

    def claim(which: int, number: int) -> None:
        due = clock + timedelta(minutes=number)
        finish(opened[which], granted(ask(opened[which], ANNA, job=JOBS[0], due_at=due)))

    # What is there to show is the same: the empty one has had these runs.
    good = turns("a run's transactions", claim)
    good &= turns("opening", lambda which, _: open_store(states[which]).connection.close())
    good &= turns("history of 20", lambda which, _: _read(opened[which]))
    good &= turns(
        "the metrics", lambda which, _: _write(opened[which], plan, folder / str(which), now)
    )
    for store in opened:
        store.connection.close()
    return good


def _read(store: Store) -> None:
    occurrences(store, None, 20)


def _write(store: Store, plan: Plan, folder: Path, now: datetime) -> None:
    write_textfile(store, plan, str(folder), now)


def whole(installation: Installation, states: tuple[str, str]) -> tuple[Comparison, ...]:
    """Compare `status` and `history` as whole processes."""
    opsrun = installation.command("opsrun")
    plan = ("--plan", "plan.json")
    return tuple(
        compare(
            Command(title=f"opsrun {' '.join(verb)}", argv=[opsrun, *verb, "--state", states[0]]),
            Command(title="on an empty journal", argv=[opsrun, *verb, "--state", states[1]]),
            limit=RATIO,
            cwd=installation.home,
            env=neutral_environment(),
        )
        for verb in (("status", *plan), ("history", "--limit", "20", *plan))
    )


def pruning(state: str) -> bool:
    """Print how fast a process prunes, and how long another one's claims wait for it."""
    older_than = datetime.fromtimestamp(FIRST_DUE, UTC) + timedelta(minutes=EACH)
    argv = [sys.executable, "-c", PRUNING, state, older_than.isoformat(), str(PRUNING_SECONDS)]
    waits: list[float] = []
    with (
        open_store(state) as store,
        subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as pruner,
    ):
        assert pruner.stdout is not None
        pruner.stdout.readline()
        due = datetime(2026, 6, 1, tzinfo=UTC)
        while pruner.poll() is None:
            due += timedelta(minutes=1)
            start = time.perf_counter()
            grant = granted(ask(store, ANNA, job=JOBS[1], due_at=due))
            waits.append(time.perf_counter() - start)
            finish(store, grant)
            time.sleep(0.02)
        gone, speed, batch = (float(word) for word in pruner.stdout.readline().split())
    holds = gone > 0 and median(waits) <= BATCHES * batch
    print(
        f"{'ok  ' if holds else 'OVER'} pruning {gone:.0f} occurrences, {speed:.0f} a second;"
        f" {len(waits)} claims meanwhile, median {median(waits) * 1000:.1f} ms, longest"
        f" {max(waits) * 1000:.1f} ms; a batch with its pause {batch * 1000:.1f} ms"
        f" (limit of the median {BATCHES:g} x)"
    )
    return holds


def main() -> int:
    """Print all figures; return 1 when one is over its limit."""
    with tempfile.TemporaryDirectory(prefix="opsc-bench-") as name:
        folder = Path(name)
        installation = install(build_wheel(folder), folder)
        steps = {"nothing": plans.command("/bin/true")}
        jobs = [plans.job(steps, name=key.partition("/")[2]) for key in JOBS]
        plans.write(installation.home, *jobs)
        states = (str(folder / "full"), str(folder / "empty"))
        start = time.perf_counter()
        fill(states[0], JOBS, EACH)
        print(f"{len(JOBS) * EACH} attempts written in {time.perf_counter() - start:.1f} s")
        open_store(states[1]).connection.close()
        good = in_process(states, plans.loaded(*jobs), folder)
        comparisons = whole(installation, states)
        for comparison in comparisons:
            print(comparison)
        seconds = comparisons[0].subject_seconds
        is_quick = seconds < STATUS_SECONDS
        print(
            f"{'ok  ' if is_quick else 'OVER'} opsrun status {seconds * 1000:.1f} ms"
            f" (limit {STATUS_SECONDS * 1000:g} ms)"
        )
        good &= is_quick and all(comparison.holds for comparison in comparisons)
        good &= pruning(states[0])
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
