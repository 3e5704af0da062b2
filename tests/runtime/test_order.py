"""`opsrun run`: in a state folder that is somebody's, and its metrics beside those of others."""

from __future__ import annotations

import os
import socket
import threading
from typing import TYPE_CHECKING

import pytest

from runtime.errors import PlanError
from runtime.journal.store import open_store
from runtime.log import Log
from runtime.order import refuse_to_take_over, write_metrics
from tests.runtime import plans
from tests.runtime.turned_clock import TurnedClock

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.skipif(os.geteuid() != 0, reason="giving a folder away takes root")
def test_root_does_not_write_into_another_users_state(tmp_path: Path) -> None:
    """The user's own runs could not go on beside root's files: the message says how to run."""
    os.chown(tmp_path, 65534, 65534)

    with pytest.raises(PlanError, match="runuser -u nobody -- opsrun"):
        refuse_to_take_over(str(tmp_path))


def test_ones_own_state_and_none_at_all_are_fine(tmp_path: Path) -> None:
    """A folder of the caller's, and one that does not exist yet."""
    refuse_to_take_over(str(tmp_path))
    refuse_to_take_over(str(tmp_path / "none"))

    assert not (tmp_path / "none").exists()


def test_a_gateway_that_hangs_holds_up_the_metrics_of_nobody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """While one run waits for its answer, another writes its metrics and goes on at once."""
    plan = plans.loaded(plans.job({"tidy": plans.expire("/srv/a")}))

    def run() -> None:
        with open_store(str(tmp_path)) as store:
            write_metrics(store, plan, str(tmp_path), Log(clock=TurnedClock(), form="text"))

    with socket.create_server(("127.0.0.1", 0)) as gateway:
        port = gateway.getsockname()[1]
        monkeypatch.setenv("OPSRUN_PUSHGATEWAY", f"http://127.0.0.1:{port}")
        one = threading.Thread(target=run)
        one.start()
        with gateway.accept()[0] as asked:
            asked.recv(1)
            before = os.stat(tmp_path / "metrics" / "opsrun.prom").st_mtime_ns
            run()
            is_waiting = one.is_alive()
            after = os.stat(tmp_path / "metrics" / "opsrun.prom").st_mtime_ns
        one.join()

    assert is_waiting
    assert after > before
    assert 1 == capsys.readouterr().err.count("the Pushgateway was not told")
