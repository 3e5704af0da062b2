"""Twenty runners want the same three hundred occurrences of one host."""

from __future__ import annotations

import multiprocessing
import random
from typing import TYPE_CHECKING

import pytest

from tests.faults.desk import at_desk, check_settled, goes, noting
from tests.runtime import plans

if TYPE_CHECKING:
    from pathlib import Path

    from runtime.contract.plan import Plan

RUNNERS = 20
OCCURRENCES = 300


def run_all(seed: int, folder: Path, plan: Plan) -> None:
    """Run every job of the plan, in an order of one's own."""
    keys = sorted(plan.jobs)
    random.Random(seed).shuffle(keys)
    with at_desk(folder, plan) as desk:
        for key in keys:
            desk.run(key)


@pytest.mark.slow
def test_each_occurrence_is_claimed_once(tmp_path: Path) -> None:
    """Exactly three hundred attempts, each of which ran its step once."""
    step = noting(tmp_path, "one")
    jobs = [plans.job({"one": step}, name=f"job-{number}") for number in range(OCCURRENCES)]
    plan = plans.loaded(*jobs)
    context = multiprocessing.get_context("fork")
    runners = [
        context.Process(target=run_all, args=(seed, tmp_path, plan)) for seed in range(RUNNERS)
    ]

    for one in runners:
        one.start()
    for one in runners:
        one.join()

    assert [0] * RUNNERS == [one.exitcode for one in runners]
    assert [1] * OCCURRENCES == list(goes(tmp_path).values())
    with at_desk(tmp_path, plan) as desk:
        (counted,) = desk.store.rows(
            "SELECT (SELECT count(*) FROM attempts), (SELECT count(*) FROM occurrences)"
        )
    assert (OCCURRENCES, OCCURRENCES) == tuple(counted)
    check_settled(tmp_path)
