from __future__ import annotations

from runtime.errors import Exit
from runtime.kinds.postgres.session import DatabaseError
from runtime.kinds.postgres.tally import Tally
from runtime.kinds.result import Context
from tests.runtime.turned_clock import TurnedClock

QUIET = Context(clock=TurnedClock(), say=lambda _: None)
GONE = DatabaseError("the connection broke")


def test_what_broke_off_in_the_middle_is_partly_done_and_tells_what_was() -> None:
    """The next run goes on; nobody has to guess how far this one came."""
    tally = Tally(done={"public.a": {"rows": 3}}, why=GONE)
    tally.fault("public.b", "others hold it", QUIET)
    result = tally.result("analyzed 1 tables", {"tables": 1})

    said = "the connection broke; until then analyzed 1 tables"
    assert f"{said}; 1 could not be, first: public.b: others hold it" == result.summary
    assert (Exit.PARTLY, {"tables": 1, "faults": 1}) == (result.exit_code, result.facts)


def test_what_could_not_begin_has_failed_with_its_reason_alone() -> None:
    """There is nothing to tell."""
    result = Tally(why=GONE).result("analyzed 0 tables", {"tables": 0})

    assert (Exit.FAILED, "the connection broke", {}) == (
        result.exit_code,
        result.summary,
        result.facts,
    )


def test_what_has_no_numbers_of_its_own_counts_as_done() -> None:
    """Such as what was left over, and dropped."""
    tally = Tally()
    tally.fault("public.b", "others hold it", QUIET)

    assert Exit.FAILED is tally.result("", {}).exit_code
    assert Exit.PARTLY is tally.result("", {}, also_done=1).exit_code
