from __future__ import annotations

from runtime.errors import Exit
from runtime.kinds.faults import Faults


def test_only_counts_and_the_first_are_kept_however_many_there_are() -> None:
    """Millions of deletions that are refused take no memory."""
    faults = Faults()
    for number in range(10_000):
        faults.refuse(f"exports/{number}: access is refused")
    faults.leave("exports: Permission denied")

    assert Faults(refused=10_000, left=1, first="exports/0: access is refused") == faults
    assert "; 10001 could not be, first: exports/0: access is refused" == faults.said()


def test_without_any_nothing_is_said() -> None:
    """And all is well, whether there was something to do or not."""
    faults = Faults()

    assert ("", Exit.OK) == (faults.said(), faults.exit_code(done=0))
