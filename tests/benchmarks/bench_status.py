"""What the status page of ten thousand jobs costs, against that of fifty.

Both pages show fifty jobs, out of journals with thirty runs of each job, and take turns in this
process; what is measured is processor time, since a page that is asked for must not hold up the
scheduler beside it. The worst comes last: nothing has run for years, and each job is owed.
"""

from __future__ import annotations

import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Final

from runtime.journal.store import open_store
from runtime.status.board import Board
from tests.benchmarks.journals import FIRST_DUE, fill
from tests.runtime import plans
from tests.runtime.turned_clock import TurnedClock

MANY: Final = 10_000
FEW: Final = 50
RUNS: Final = 30

RATIO_LIMIT: Final = 12.0
"""Most that a page of ten thousand jobs may cost, in pages of fifty: two hundred times the jobs."""

BYTES_LIMIT: Final = 400_000
"""Largest page that is sent."""

ROUNDS: Final = 7


def board(folder: Path, number: int) -> Board:
    """Return the board of so many jobs, with a journal of their runs, just after the last ones."""
    jobs = [
        plans.job(
            {"go": plans.command("/bin/true")},
            name=f"job-{index:05}",
            schedule=f"daily at {index // 60 % 24:02}:{index % 60:02}",
            description="Does what is to be done",
        )
        for index in range(number)
    ]
    plan = plans.loaded(*jobs)
    with open_store(str(folder)) as store:
        fill(str(folder), list(plan.jobs), RUNS)
        with store.transaction() as connection:
            connection.execute(
                "INSERT INTO schedules SELECT job, 'daily', '2020-01-01T00:00:00.000000Z'"
                " FROM standing"
            )
    last = datetime.fromtimestamp(FIRST_DUE + RUNS * 60, UTC)
    return Board(plan, str(folder), TurnedClock(last))


def milliseconds(subject: Board, asked: dict[str, str]) -> float:
    """Return the processor time of one page."""
    start = time.process_time()
    subject.page(asked)
    return (time.process_time() - start) * 1000


def compare(title: str, subject: Board, yardstick: Board, asked: dict[str, str]) -> bool:
    """Print what a page costs of either, in turns; return whether the ratio is within its limit."""
    first = milliseconds(subject, asked)
    milliseconds(yardstick, asked)
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(ROUNDS):
        both = ((subject, times[0]), (yardstick, times[1]))
        for one, found in both if number % 2 else both[::-1]:
            found.append(milliseconds(one, asked))
    many, few = median(times[0]), median(times[1])
    is_within = many / few <= RATIO_LIMIT
    print(
        f"{'ok  ' if is_within else 'OVER'} {title} of {MANY} jobs {many:.0f} ms"
        f" = {many / few:.1f} x that of {FEW} jobs {few:.0f} ms (limit {RATIO_LIMIT:g} x);"
        f" the first after a start {first:.0f} ms"
    )
    return is_within


def main() -> int:
    """Print all figures; return 1 when one is over its limit."""
    with tempfile.TemporaryDirectory(prefix="opsc-bench-") as name:
        both = board(Path(name) / "many", MANY), board(Path(name) / "few", FEW)
        good = compare("a page", *both, {})
        good &= compare("a search", *both, {"q": "tabular/job what"})
        for one in both:
            one.clock.sleep(timedelta(days=900).total_seconds())
        good &= compare("a page when all are owed", *both, {})
        size = len(both[0].page({}).encode())
    is_small = size <= BYTES_LIMIT
    print(f"{'ok  ' if is_small else 'OVER'} the page has {size} bytes (limit {BYTES_LIMIT})")
    return 0 if good and is_small else 1


if __name__ == "__main__":
    sys.exit(main())
