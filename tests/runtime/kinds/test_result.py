from __future__ import annotations

import pytest

from runtime.errors import Exit
from runtime.kinds.result import exit_of


@pytest.mark.parametrize(
    ("done", "refused", "left", "expected"),
    [
        (0, 0, 0, Exit.OK),
        (5, 0, 0, Exit.OK),
        (5, 1, 0, Exit.PARTLY),
        (5, 0, 1, Exit.PARTLY),
        (0, 0, 1, Exit.PARTLY),
        (0, 1, 0, Exit.FAILED),
        (0, 1, 1, Exit.FAILED),
    ],
)
def test_one_rule_says_how_a_step_ends(done: int, refused: int, left: int, expected: Exit) -> None:
    """Failed is what did nothing of what was due, partly what did some, or looked at some."""
    assert expected is exit_of(done=done, refused=refused, left=left)
