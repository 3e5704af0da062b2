"""`opsc completion`: the script of each shell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.compiler.commands.conftest import Opsc


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_shell_gets_its_completion(opsc: Opsc, shell: str) -> None:
    """The script calls opsc back for its words."""
    assert "_OPSC_COMPLETE" in opsc("completion", shell).stdout


def test_another_shell_is_wrong_use(opsc: Opsc) -> None:
    """The shells that there are stand in the message."""
    result = opsc("completion", "tcsh")

    assert (2, "") == (result.code, result.stdout)
    assert "bash" in result.stderr
