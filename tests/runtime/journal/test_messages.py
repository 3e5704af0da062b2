from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from runtime.journal import messages
from runtime.journal.messages import begin, delivered, give_up_strays, given_up, put_off
from runtime.journal.outbox_view import entries, retry, standings
from runtime.journal.store import open_store
from runtime.journal.upkeep import prune
from tests.runtime.journal.notices import hook, notice, pager, put
from tests.runtime.turned_clock import START, TurnedClock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from runtime.contract.channel import Channel
    from runtime.journal.messages import Message
    from runtime.journal.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A new journal."""
    with open_store(str(tmp_path)) as opened:
        yield opened


@pytest.fixture
def clock() -> TurnedClock:
    """A clock that stands still."""
    return TurnedClock()


def next_of(store: Store, clock: TurnedClock, channel: Channel, name: str = "hook") -> Any:
    """Begin the next message of a channel."""
    return begin(store, name, channel, now=clock.now(), put_off_seconds=60)


def drained(
    store: Store, clock: TurnedClock, channel: Channel, name: str = "hook"
) -> list[Message]:
    """Deliver all that is due."""
    found = []
    while (message := next_of(store, clock, channel, name)) is not None:
        found.append(message)
        delivered(store, message, clock.now())
    return found


def numbers(message: Message) -> list[int]:
    """Return the numbers of a message's notices."""
    return [int(one.reason.removeprefix("reason ")) for one in message.notices]


def test_notices_of_one_service_become_one_message(store: Store, clock: TurnedClock) -> None:
    """Another service has its own."""
    put(store, [notice(1), notice(2, job="other/job"), notice(3, job="tabular/x")])

    told = drained(store, clock, hook())

    assert [[1, 3], [2]] == [numbers(one) for one in told]


def test_a_group_waits_for_company(store: Store, clock: TurnedClock) -> None:
    """From its first notice on, not longer."""
    channel = hook(group_seconds=10)
    put(store, [notice(1)], clock.now())
    clock.turn(6)
    put(store, [notice(2)], clock.now())

    assert next_of(store, clock, channel) is None
    clock.turn(4)
    assert [1, 2] == numbers(next_of(store, clock, channel))


def test_an_attempt_that_ends_nowhere_is_made_again_with_the_same_key(
    store: Store, clock: TurnedClock
) -> None:
    """After its wait, with what it carried and no more."""
    put(store, [notice(1)])
    first = next_of(store, clock, hook())
    put(store, [notice(2)])

    assert next_of(store, clock, hook()) is None
    clock.turn(61)
    second = next_of(store, clock, hook())
    assert (first.key, [1], 2) == (second.key, numbers(second), second.attempts)


def test_what_is_beyond_the_limit_is_told_together_later(store: Store, clock: TurnedClock) -> None:
    """Five hundred services, three messages an hour; nothing is lost."""
    channel = hook(limit=3, limit_span_seconds=3600)
    put(store, [notice(n, job=f"service{n}/job") for n in range(500)])

    told = drained(store, clock, channel)
    assert [1, 1, 498] == [len(one.notices) for one in told]
    put(store, [notice(n, job=f"service{n}/job") for n in range(500, 520)])
    assert [] == drained(store, clock, channel)
    clock.turn(3601)
    told += drained(store, clock, channel)

    assert [1, 1, 18] == [len(one.notices) for one in told[3:]]
    assert list(range(520)) == sorted(n for one in told for n in numbers(one))


def test_a_message_carries_a_thousand_notices_at_most(store: Store, clock: TurnedClock) -> None:
    """The rest go into the next one."""
    put(store, [notice(n) for n in range(2500)])

    assert [1000, 1000, 500] == [len(one.notices) for one in drained(store, clock, hook())]


def test_a_channel_that_is_put_off_gathers_what_comes_meanwhile(
    store: Store, clock: TurnedClock
) -> None:
    """When it is back there are two messages, not fifty."""
    for number in range(50):
        put(store, [notice(number)], clock.now())
        message = next_of(store, clock, hook())
        if message is not None:
            put_off(store, message, "no answer", clock.now() + timedelta(seconds=600))
        clock.turn(10)
    clock.turn(600)

    assert 50 == sum(len(one.notices) for one in drained(store, clock, hook()))
    assert 2 == len(store.rows("SELECT * FROM messages"))


def test_a_message_that_never_arrives_lets_another_pass(store: Store, clock: TurnedClock) -> None:
    """One that the receiver chokes on does not keep back what comes after it."""
    put(store, [notice(1)])
    for _ in range(3):
        message = next_of(store, clock, hook())
        put_off(store, message, "it answered 500", clock.now())
    put(store, [notice(2)])

    told = [numbers(one) for one in drained(store, clock, hook())]

    assert [[2], [1]] == told


def test_the_end_of_an_incident_follows_its_beginning(store: Store, clock: TurnedClock) -> None:
    """Apart from it, and however often the beginning failed to arrive."""
    said = [("failed", 1), ("missed", 2), ("ok", 3), ("failed", 4)]
    put(store, [notice(n, channel="pager", incident="i", outcome=o) for o, n in said])
    for _ in range(5):
        begun = next_of(store, clock, pager(), "pager")
        put_off(store, begun, "no answer", clock.now())

    told = drained(store, clock, pager(), "pager")

    assert [[1, 2], [3], [4]] == [numbers(one) for one in told]


def test_the_end_of_an_incident_is_not_held_back_by_the_limit(
    store: Store, clock: TurnedClock
) -> None:
    """Beginnings are: what is left of the limit tells them all."""
    channel = pager(limit=2)
    put(store, [notice(n, channel="pager", incident=f"i{n}") for n in range(5)])
    ends = [notice(n + 9, channel="pager", incident=f"i{n}", outcome="ok") for n in range(5)]

    begun = drained(store, clock, channel, "pager")
    put(store, ends)
    ended = drained(store, clock, channel, "pager")

    assert [[0], [1, 2, 3, 4]] == [numbers(one) for one in begun]
    assert [[9], [10], [11], [12], [13]] == [numbers(one) for one in ended]


@pytest.mark.parametrize("days", [-400, 400])
def test_a_clock_that_was_wrong_holds_nothing_back_for_long(
    store: Store, clock: TurnedClock, days: int
) -> None:
    """What was written in another year is told by the end of the day."""
    wrong = TurnedClock(START + timedelta(days=days))
    channel = hook(group_seconds=10, limit=1)
    put(store, [notice(1)], wrong.now())
    wrong.turn(10)
    message = next_of(store, wrong, channel)
    put_off(store, message, "no answer", wrong.now() + timedelta(hours=1))
    put(store, [notice(2)], wrong.now())

    clock.turn(86_400)

    assert [[1], [2]] == [numbers(one) for one in drained(store, clock, channel)]


def test_what_is_given_up_stands_in_the_audit_and_can_be_retried(
    store: Store, clock: TurnedClock
) -> None:
    """A line for each notice."""
    put(store, [notice(1), notice(2)])
    given_up(store, next_of(store, clock, hook()), "it answered 404", clock.now())

    assert next_of(store, clock, hook()) is None
    assert [("notice given up", "hook: it answered 404")] * 2 == [
        (row["what"], row["detail"]) for row in store.rows("SELECT * FROM audit")
    ]
    assert [("given up", 2)] == [(one.state, one.notices) for one in entries(store)]
    assert 0 == retry(store, ["other"], clock.now())
    assert 1 == retry(store, ["hook"], clock.now())
    assert [[1, 2]] == [numbers(one) for one in drained(store, clock, hook())]
    assert [] == entries(store)


def test_notices_for_a_channel_that_is_gone_are_given_up_in_the_end(
    store: Store, clock: TurnedClock
) -> None:
    """Not before they waited for it."""
    put(store, [notice(1), notice(2, channel="gone")])
    put(store, [notice(3, channel="left")])
    begin(store, "left", hook(), now=clock.now(), put_off_seconds=1)

    def strays(days: int) -> int:
        now = clock.now() + timedelta(days=days)
        return give_up_strays(store, {"hook"}, before=now - timedelta(days=3), now=now)

    assert [0, 2, 0] == [strays(2), strays(4), strays(5)]
    assert ["gone", "hook", "left"] == [one.channel for one in entries(store)]
    assert ("hook",) == messages.channels_that_wait(store)


def test_standings_count_by_channel(store: Store, clock: TurnedClock) -> None:
    """What waits, since when, and what became of the rest."""
    put(store, [notice(1)])
    drained(store, clock, hook())
    clock.turn(5)
    put(store, [notice(2), notice(3)], clock.now())
    next_of(store, clock, hook())

    found = standings(store)["hook"]

    assert (2, clock.now(), 1, 0) == (
        found.waiting,
        found.oldest_at,
        found.delivered,
        found.given_up,
    )


def test_what_has_ended_is_forgotten_in_time(store: Store, clock: TurnedClock) -> None:
    """What waits is not."""
    put(store, [notice(1)])
    drained(store, clock, hook())
    put(store, [notice(2)])

    prune(store, older_than=clock.now() + timedelta(days=1))

    assert 0 == len(store.rows("SELECT * FROM messages"))
    assert 1 == len(store.rows("SELECT * FROM outbox"))
