"""A web may end or be replaced at any time: what it has seen or answered is not lost."""

from __future__ import annotations

import os
import re
import signal
from typing import TYPE_CHECKING

import pytest

from tests.runtime import plans
from tests.runtime.serve.resident import alert, ask, post, resident
from tests.servers.process import until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.runtime.serve.resident import Resident

HOUR = 3600


def samples(one: Resident) -> int:
    """Return how many samples were taken; 0 while nobody answers."""
    try:
        said = ask(f"{one.url}/metrics").body.decode()
    except OSError:
        return 0
    found = re.search(r"^opsrun_collector_samples_total(?:{})? (\d+)", said, re.MULTILINE)
    return int(found[1]) if found else 0


def dies(one: Resident) -> None:
    """Have the web die, and wait until that is known."""
    os.kill(one.web_pid, signal.SIGKILL)
    one.waits_for("the web has ended")


def is_replaced(one: Resident) -> None:
    """Have the plan read again."""
    one.process.send_signal(signal.SIGHUP)


@pytest.mark.parametrize("change", [dies, is_replaced])
def test_the_next_web_goes_on_with_the_samples_of_the_one_before(
    tmp_path: Path, change: Callable[[Resident], None]
) -> None:
    """With an hour between two samples, it has taken one more and knows of the first."""
    plans.write(
        tmp_path,
        plans.job({"ask": plans.command("/bin/true")}, schedule="every 1h"),
        collector={"every_seconds": HOUR},
    )
    with resident(tmp_path) as one:
        until(lambda: samples(one) == 1, "the first sample")
        change(one)
        until(lambda: samples(one) == 2, "the second sample")
        said = ask(f"{one.url}/metrics").body.decode()

    assert "opsrun_serve_web_starts_total{} 2.0" in said


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_web_that_is_told_to_stop_ends_well(tmp_path: Path, number: signal.Signals) -> None:
    """It is not taken for one that was killed; and it leaves the journal closed, in one file."""
    plans.write(tmp_path)
    with resident(tmp_path) as one:
        ask(f"{one.url}/alerts", post(alert()))
        os.kill(one.web_pid, number)
        one.waits_for("the web has ended, with 0;")
        again = ask(f"{one.url}/alerts", post(alert())).status
        one.stop()

    assert 200 == again
    assert [] == list((tmp_path / "state").glob("journal.sqlite3-*"))
