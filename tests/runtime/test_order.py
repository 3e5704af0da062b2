"""`opsrun run` by hand, in a state folder that is somebody's."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from runtime.errors import PlanError
from runtime.order import refuse_to_take_over

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
