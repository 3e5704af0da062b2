"""A board of a plan and a journal in which something is in every state."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runtime.status.board import Board
from tests.runtime.status import lively
from tests.runtime.turned_clock import TurnedClock

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(scope="session")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state folder, with the journal; read only."""
    return lively.fill(tmp_path_factory.mktemp("state"))


@pytest.fixture
def board(state: Path) -> Board:
    """The board, with a host that is watched."""
    return lively.board(state)


@pytest.fixture
def empty_board(tmp_path: Path) -> Callable[[], Board]:
    """What makes a board of a host on which nothing has run yet."""
    return lambda: Board(lively.plan(), str(tmp_path / "none"), TurnedClock())
