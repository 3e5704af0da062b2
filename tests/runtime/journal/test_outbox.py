from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from runtime.contract.plan import Notice as Told
from runtime.journal.outbox import enqueue, notices_of
from runtime.journal.store import open_store
from tests.runtime import plans
from tests.runtime.journal.notices import hook, notice, pager, put
from tests.runtime.turned_clock import START

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from runtime.journal.outbox import Notice
    from runtime.journal.record import Outcome
    from runtime.journal.store import Store

CHANNELS = {"hook": hook(), "pager": pager()}
NOTICE = {"channels": ["hook", "pager"], "outcomes": ["failed", "missed"]}
INCIDENT = "opsrun/local/tabular/tidy@node1"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A new journal."""
    with open_store(str(tmp_path)) as opened:
        yield opened


def told(outcome: Outcome, **fields: Any) -> tuple[Notice, ...]:
    """Return who is told of an end of the job `tabular/tidy`."""
    job = plans.loaded_job({"one": plans.disk("/")}, **{"notice": NOTICE} | fields)
    return notices_of(
        job,
        CHANNELS,
        environment="local",
        host="node1",
        due_at=START,
        outcome=outcome,
        reason="it broke",
    )


def test_who_is_told_follows_the_outcome() -> None:
    """Each channel of the job, of the outcomes that it names."""
    failed = told("failed")

    assert [("hook", ""), ("pager", INCIDENT)] == [(one.channel, one.incident) for one in failed]
    assert {("tabular/tidy", "failed", "it broke")} == {
        (one.job, one.outcome, one.reason) for one in failed
    }
    assert () == told("timed out")
    assert () == told("skipped")
    assert () == told("failed", notice={"channels": [], "outcomes": ["failed"]})


def test_a_channel_that_knows_incidents_hears_that_all_is_well() -> None:
    """Though the job does not name that outcome."""
    assert ["pager"] == [one.channel for one in told("ok")]


def test_an_incident_is_of_a_host_unless_one_runs_for_all() -> None:
    """A failure here is not over since it went well there."""
    one = told("failed", runs="one", lease={"redis": {"env": "URL"}})

    assert INCIDENT.removesuffix("@node1") == one[1].incident


def test_a_job_that_names_a_channel_which_is_gone_is_still_told_of() -> None:
    """The plan may get it back; until then the notice waits."""
    assert isinstance(Told(channels=("gone",), outcomes=("failed",)), Told)
    assert ["gone"] == [
        one.channel for one in told("failed", notice={"channels": ["gone"], "outcomes": ["failed"]})
    ]


def test_a_notice_is_written_once(store: Store) -> None:
    """Whoever says it again changes nothing."""
    assert 2 == put(store, [notice(1), notice(2)])
    assert 1 == put(store, [notice(2), notice(3)])
    assert 3 == len(store.rows("SELECT * FROM outbox"))


def test_keys_tell_hosts_channels_occurrences_and_outcomes_apart() -> None:
    """Nothing else makes a difference."""
    keys = [
        notice().key,
        notice(1).key,
        notice(host="node2.example.org").key,
        notice(channel="pager").key,
        notice(job="tabular/other").key,
        notice(outcome="missed").key,
    ]

    assert len(set(keys)) == len(keys)
    assert notice().key == notice(reason="another").key


def test_an_end_that_is_ok_is_told_where_an_incident_is_open(store: Store) -> None:
    """Once for each, and not before there was one."""
    ok = [notice(n, channel="pager", incident=INCIDENT, outcome="ok") for n in range(4)]
    failed = notice(9, channel="pager", incident=INCIDENT)

    counts = [put(store, [one]) for one in (ok[0], failed, ok[1], ok[2])]

    assert [0, 1, 1, 0] == counts


def test_what_a_transaction_rolls_back_is_not_told(store: Store) -> None:
    """An occurrence that did not end has no notice."""

    def fail_after_enqueuing() -> None:
        with store.transaction() as connection:
            enqueue(connection, [notice()], START)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_after_enqueuing()

    assert [] == store.rows("SELECT * FROM outbox")
