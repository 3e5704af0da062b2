from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from runtime.due import MISSED_LIMIT, Due, named_occurrence, scheduled_occurrences
from runtime.errors import PlanError
from runtime.journal.claims import record_missed, since_when
from runtime.journal.history import counters, occurrences
from runtime.journal.store import Store, open_store
from runtime.lineage import this_process
from runtime.schedule import latest_first
from tests.runtime import plans
from tests.runtime.journals import ask

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from runtime.contract.plan import Job
    from runtime.schedule import Schedule

KEY = "tabular/tidy"
NIGHT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A new journal."""
    with open_store(str(tmp_path)) as opened:
        yield opened


def job(**fields: Any) -> Job:
    """Return a job that is due at two every night and may start an hour late."""
    return plans.loaded_job(
        {"a": plans.expire("/srv/a")}, **{"start_deadline_seconds": 3600, **fields}
    )


def begin(store: Store, due_at: datetime) -> None:
    """Have the journal know a scheduled occurrence."""
    ask(store, this_process(), due_at=due_at, now=due_at)


def test_the_latest_instant_is_due(store: Store) -> None:
    """A minute late is in time; the occurrence keeps its own instant."""
    found = scheduled_occurrences(store, KEY, job(), NIGHT + timedelta(minutes=1))

    assert found == Due(instants=(NIGHT,))


def test_an_instant_at_its_deadline_may_still_start_and_later_not(store: Store) -> None:
    """The deadline itself is in time."""
    at_deadline = scheduled_occurrences(store, KEY, job(), NIGHT + timedelta(hours=1))
    later = scheduled_occurrences(store, KEY, job(), NIGHT + timedelta(hours=1, seconds=1))

    assert ((NIGHT,), ()) == (at_deadline.instants, later.instants)
    assert later.reason == (
        "2026-03-02T02:00:00Z is more than the start deadline, 1h, ago;"
        " the next run is due at 2026-03-03T02:00:00Z"
    )


def test_what_was_due_before_the_host_knew_the_job_is_nobodys_fault(store: Store) -> None:
    """A plan that is installed at noon has missed nothing."""
    scheduled_occurrences(store, KEY, job(), NIGHT + timedelta(hours=10))

    assert occurrences(store, KEY, 10) == []


def test_instants_that_passed_while_nothing_ran_are_missed(store: Store) -> None:
    """Three nights off: the two that nobody can catch up on are recorded, the last one runs."""
    begin(store, NIGHT)
    since_when(store, KEY, "daily at 02:00", NIGHT)

    found = scheduled_occurrences(store, KEY, job(), NIGHT + timedelta(days=3))

    assert found == Due(instants=(NIGHT + timedelta(days=3),), missed=2)
    missed = [one.due_at.day for one in occurrences(store, KEY, 10) if one.outcome == "missed"]
    assert missed == [4, 3]


def test_an_instant_beyond_its_deadline_is_missed_once(store: Store) -> None:
    """Asking again records nothing more, and says that it was missed."""
    since_when(store, KEY, "daily at 02:00", NIGHT - timedelta(hours=1))
    now = NIGHT + timedelta(hours=5)

    first = scheduled_occurrences(store, KEY, job(), now)
    second = scheduled_occurrences(store, KEY, job(), now)

    assert (1, 0) == (first.missed, second.missed)
    assert counters(store)[KEY] == {"missed": 1}


def test_a_run_that_was_begun_in_time_is_gone_on_with_after_its_deadline(store: Store) -> None:
    """The deadline is for starting; what began is not missed."""
    begin(store, NIGHT)

    found = scheduled_occurrences(store, KEY, job(), NIGHT + timedelta(hours=5))

    assert found == Due(instants=(NIGHT,))


def test_another_schedule_has_missed_nothing_of_the_past(store: Store) -> None:
    """Instants of the new schedule count from when the host first saw it."""
    begin(store, NIGHT)
    since_when(store, KEY, "daily at 02:00", NIGHT)

    now = NIGHT + timedelta(days=3, minutes=7)
    found = scheduled_occurrences(store, KEY, job(schedule="every 5m"), now)

    assert found == Due(instants=(now - timedelta(minutes=2),))


def test_of_a_long_absence_only_the_latest_misses_are_recorded(store: Store) -> None:
    """A journal does not swell by a year of minutes."""
    often = job(schedule="every 1m")
    since_when(store, KEY, "every 1m", NIGHT)

    found = scheduled_occurrences(store, KEY, often, NIGHT + timedelta(days=60))

    assert found.missed == MISSED_LIMIT


def test_a_year_of_seconds_is_walked_no_further_than_what_is_recorded(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The walk begins at the end, and stops with the last occurrence that is kept."""
    walked = 0

    def counted(schedule: Schedule, instant: datetime, zone: str) -> Iterator[datetime]:
        nonlocal walked
        for due in latest_first(schedule, instant, zone):
            walked += 1
            yield due

    monkeypatch.setattr("runtime.due.latest_first", counted)
    since_when(store, KEY, "every 1s", NIGHT)
    now = NIGHT + timedelta(days=365)

    found = scheduled_occurrences(store, KEY, job(schedule="every 1s"), now)

    assert found == Due(instants=(now,), missed=MISSED_LIMIT)
    # The latest is looked at twice: to be chosen, and to be left out of what was missed; and the
    # one before it, which is beyond the deadline or one too many.
    assert walked <= MISSED_LIMIT + 3
    oldest = occurrences(store, KEY, MISSED_LIMIT)[-1].due_at
    assert oldest == now - timedelta(seconds=MISSED_LIMIT)


def test_a_manual_job_is_never_due(store: Store) -> None:
    """A timer that calls it anyway gets an answer."""
    found = scheduled_occurrences(store, KEY, job(schedule="manual"), NIGHT)

    assert found == Due(reason="`manual` is never due by itself")


def test_a_named_instant_must_be_one_of_the_schedule(store: Store) -> None:
    """The message names the nearest before."""
    with pytest.raises(PlanError, match="the one before is 2026-03-02T02:00:00Z"):
        named_occurrence(store, KEY, job(), NIGHT + timedelta(minutes=1), NIGHT + timedelta(days=1))


def test_a_named_instant_must_not_lie_ahead(store: Store) -> None:
    """Tomorrow's occurrence cannot be run today."""
    with pytest.raises(PlanError, match="is not due yet"):
        named_occurrence(store, KEY, job(), NIGHT + timedelta(days=1), NIGHT)


def test_a_named_instant_may_be_late_or_a_manual_run_that_is_known(store: Store) -> None:
    """Whoever names an occurrence wants that one."""
    manual = NIGHT + timedelta(minutes=1)
    record_missed(store, KEY, [manual], manual, "stands for any known one")
    now = NIGHT + timedelta(days=9)

    found = [named_occurrence(store, KEY, job(), instant, now) for instant in (NIGHT, manual)]

    assert found == [Due(instants=(NIGHT,)), Due(instants=(manual,), manual=True)]
