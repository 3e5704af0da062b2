"""A journal's course, for tests: claim, begin, do a step, end."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from runtime.journal.claims import Asked, claim
from runtime.journal.record import AttemptEnd, Claim, Granted, StepEnd
from runtime.journal.steps import begin_attempt, begin_step, end_occurrence, end_step
from runtime.lineage import Process
from tests.runtime.turned_clock import START

if TYPE_CHECKING:
    from datetime import datetime

    from runtime.journal.store import Store

JOB = "tabular/tidy"
DUE = START - timedelta(hours=1)
ANNA = Process(pid=101, start_ticks=1, boot="one")
BERT = Process(pid=102, start_ticks=2, boot="one")


def ask(store: Store, process: Process = ANNA, **fields: Any) -> Claim:
    """Claim the occurrence for a process; Anna and Bert are alive unless said."""
    living = fields.pop("living", (ANNA, BERT))
    asked = {"job": JOB, "due_at": DUE, "manual": False, "now": START, **fields}
    return claim(store, Asked(process=process, is_alive=lambda one: one in living, **asked))


def granted(answer: Claim) -> Granted:
    """Return the answer, which must be a grant."""
    assert isinstance(answer, Granted)
    return answer


def do_step(store: Store, grant: Granted, name: str, **fields: Any) -> None:
    """Do a step of an attempt, or, with `ends` False, begin it only."""
    ends, now = fields.pop("ends", True), fields.pop("now", START)
    step = begin_step(
        store,
        grant,
        position=fields.pop("position", 0),
        name=name,
        digest=f"of {name}",
        output=fields.pop("output", ""),
        now=now,
    )
    if ends:
        values = {"outcome": "ok", "exit_code": 0, "duration_seconds": 1, "summary": ""}
        end_step(store, grant, step, name, StepEnd(**{**values, "facts": {}, **fields}), now)


def finish(store: Store, grant: Granted, now: datetime = START, **fields: Any) -> None:
    """Begin a granted attempt and end its occurrence: well, unless said otherwise."""
    values = {"outcome": "ok", "exit_code": 0, "reason": "done", "duration_seconds": 1.0}
    begin_attempt(store, grant, now, is_late=False)
    with store.transaction() as connection:
        end_occurrence(connection, grant, AttemptEnd(**{**values, **fields}), now)
