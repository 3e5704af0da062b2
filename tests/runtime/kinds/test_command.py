"""What is said of a command, and what its exit code means."""

from __future__ import annotations

from typing import Any

import pytest

from runtime.clock import SystemClock
from runtime.contract.command import Command
from runtime.contract.secret import Secret
from runtime.kinds.command import carry_out, judged
from runtime.kinds.result import Context


def test_a_dry_run_shows_the_command_and_no_secret() -> None:
    """Arguments are quoted for people; a secret is named, not looked up."""
    lines: list[str] = []
    command = Command(
        argv=("tidy", "my file"),
        environment={"A": "1"},
        secrets={"B": Secret(file="/nowhere")},
        directory="/srv",
    )
    carry_out(command, Context(clock=SystemClock(), say=lines.append, dry_run=True))

    assert ["would run tidy 'my file'", "  with A=1", "  with B, a secret", "  in /srv"] == lines


@pytest.mark.parametrize(
    ("codes", "code", "expected"),
    [
        ({}, 0, "ok"),
        ({}, 1, "try again"),
        ({}, -9, "try again"),
        ({"ok_codes": (0, 3)}, 3, "ok"),
        ({"retry_codes": (75,)}, 75, "try again"),
        ({"retry_codes": (75,)}, 1, "failed"),
    ],
)
def test_an_exit_code_is_judged_as_declared(
    codes: dict[str, Any], code: int, expected: str
) -> None:
    """Good codes are good; of the others those are tried again that are named, or all."""
    assert expected == judged(Command(argv=("x",), **codes), code)
