"""A unit as systemd describes it.

Where tests run there is no systemd to ask, so a script on PATH stands for `systemctl`: it answers
as systemd 252 does. This is the one server of these tests that is not real.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runtime.contract.health_check import Check, SystemdCheck
from tests.runtime.kinds.health.asked import asked, status

if TYPE_CHECKING:
    from pathlib import Path

CHECK = Check(systemd=SystemdCheck(unit="worker.service"), timeout_seconds=0.5)


def answering(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Put a `systemctl` that is a script on the PATH, before all others."""
    program = folder / "systemctl"
    program.write_text(f'#!/bin/sh\necho "$@" >{folder}/asked\n{script}\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


@pytest.mark.parametrize(
    ("load", "active", "sub", "expected"),
    [
        ("loaded", "active", "running", ("healthy", "active (running)")),
        ("loaded", "activating", "auto-restart", ("degraded", "activating (auto-restart)")),
        ("loaded", "failed", "failed", ("unhealthy", "failed (failed)")),
        ("loaded", "inactive", "dead", ("unhealthy", "inactive (dead)")),
        ("not-found", "inactive", "dead", ("unhealthy", "there is no unit worker.service")),
    ],
)
def test_a_unit_is_judged_by_its_state(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    load: str,
    active: str,
    sub: str,
    expected: tuple[str, str],
) -> None:
    """One that is about to be, or to end, is degraded."""
    said = f"printf 'LoadState={load}\\nActiveState={active}\\nSubState={sub}\\nNRestarts=3\\n'"
    answering(tmp_path, monkeypatch, said)

    assert expected == status(CHECK)


def test_restarts_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A unit that is active may have died all night."""
    said = "printf 'LoadState=loaded\\nActiveState=active\\nSubState=running\\nNRestarts=7\\n'"
    answering(tmp_path, monkeypatch, said)

    assert {"restarts": 7} == asked(CHECK)["values"]
    assert (tmp_path / "asked").read_text().endswith("-- worker.service\n")


@pytest.mark.parametrize(
    ("script", "message"),
    [("exit 1", "systemd does not answer"), ("exec sleep 60", "no answer within 0.5s")],
)
def test_systemd_that_does_not_answer_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, message: str
) -> None:
    """The unit may be as it likes."""
    answering(tmp_path, monkeypatch, script)

    assert ("error", message) == status(CHECK)


def test_a_host_without_systemd_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A container, say."""
    monkeypatch.setenv("PATH", str(tmp_path))

    assert ("error", "there is no systemctl here") == status(CHECK)
