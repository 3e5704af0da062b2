from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from tests.runtime import plans
from tests.runtime.serve.resident import alert, ask, post, resident

if TYPE_CHECKING:
    from pathlib import Path


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
