from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

import pytest

from runtime.contract.channel import Channel, SlackChannel, SmtpChannel, WebhookChannel
from runtime.contract.plan import Plan
from runtime.contract.secret import Secret
from runtime.journal.outbox_view import entries
from runtime.journal.store import open_store
from runtime.notify.deliver import GIVE_UP_SECONDS, Tally, Terms, deliver
from tests.runtime.journal.notices import hook, notice, pager, put
from tests.runtime.receiver import Receiver, receiving
from tests.runtime.turned_clock import START, TurnedClock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from runtime.journal.store import Store


@dataclass
class Bench:
    """A journal, its channels and a pass over them."""

    state: str
    store: Store
    channels: dict[str, Channel]
    clock: TurnedClock = field(default_factory=TurnedClock)
    environment: dict[str, str] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    seconds: float = 20

    def deliver(self, **fields: Any) -> Tally:
        """Make a pass."""
        terms = Terms(
            state=self.state,
            clock=self.clock,
            environment=self.environment,
            say=self.said.append,
            attempt_seconds=self.seconds,
            chance=lambda: 1.0,
        )
        return deliver(self.store, plan_of(self.channels), replace(terms, **fields))

    def states(self) -> list[tuple[str, int, str]]:
        """Return what is not delivered: state, attempts, error."""
        return [(one.state, one.attempts, one.last_error) for one in entries(self.store)]


def plan_of(channels: dict[str, Channel]) -> Plan:
    """Return a plan without jobs."""
    return Plan(
        major=1, minor=1, compiler="0", environment="production", jobs={}, channels=channels
    )


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver."""
    with receiving() as opened:
        yield opened


@pytest.fixture
def bench(tmp_path: Path, receiver: Receiver) -> Iterator[Bench]:
    """A new journal with one channel, to the receiver."""
    with open_store(str(tmp_path)) as store:
        yield Bench(str(tmp_path), store, {"hook": hook(receiver.url)})


def test_what_is_due_is_delivered_once(bench: Bench, receiver: Receiver) -> None:
    """A second pass has nothing to say."""
    put(bench.store, [notice(1), notice(2)])

    first, second = bench.deliver(), bench.deliver()

    assert (1, 2, 0) == (first.messages, first.notices, second.messages)
    (one,) = receiver.received
    assert one.json["key"] == one.headers["idempotency-key"]
    assert [] == bench.states()


def test_a_pass_waits_until_its_notices_have_waited_for_company(
    bench: Bench, receiver: Receiver
) -> None:
    """Ten seconds here; without patience it does not wait at all."""
    bench.channels = {"hook": hook(receiver.url, group_seconds=10)}
    put(bench.store, [notice(1)])
    bench.deliver()

    assert START + timedelta(seconds=10) == bench.clock.now()
    put(bench.store, [notice(2)], bench.clock.now())
    bench.deliver(is_patient=False)
    assert 2 == len(receiver.received)
    assert START + timedelta(seconds=10) == bench.clock.now()


@pytest.mark.parametrize(
    ("status", "error"),
    [(500, "the receiver answered 500: ok"), (408, "408"), (429, "429"), (302, "302")],
)
def test_a_failure_is_tried_again_later_with_the_same_key(
    bench: Bench, receiver: Receiver, status: int, error: str
) -> None:
    """Its wait doubles; nobody asks before it is over."""
    put(bench.store, [notice(1)])
    receiver.status = status
    waits = []
    for _ in range(9):
        tally = bench.deliver()
        assert ["hook"] == list(tally.failed)
        assert error in tally.failed["hook"]
        asked = len(receiver.received)
        bench.deliver()
        assert asked == len(receiver.received)
        (left,) = entries(bench.store)
        assert left.next_attempt_at is not None
        waits.append((left.next_attempt_at - bench.clock.now()).total_seconds())
        bench.clock.turn(waits[-1])
    receiver.status = 202
    bench.deliver()

    assert [30, 60, 120, 240, 480, 960, 1920, 3600, 3600] == waits
    assert 1 == len(set(receiver.keys))
    assert [] == bench.states()


@pytest.mark.parametrize("status", [400, 401, 404, 410, 422])
def test_a_refusal_for_good_is_given_up(bench: Bench, receiver: Receiver, status: int) -> None:
    """With a line in the audit; other messages of the channel are still told."""
    put(bench.store, [notice(1), notice(2, job="other/job")])
    receiver.status = status
    tally = bench.deliver()

    assert (["hook"], []) == (list(tally.given_up), list(tally.failed))
    assert ["given up", "given up"] == [state for state, _, _ in bench.states()]
    assert 2 == len(receiver.received)
    assert 2 == len(bench.store.rows("SELECT * FROM audit"))


@pytest.mark.parametrize(
    "retry_after", ["7200", format_datetime(START + timedelta(hours=2), usegmt=True)]
)
def test_a_receiver_says_when_to_come_again(
    bench: Bench, receiver: Receiver, retry_after: str
) -> None:
    """In seconds or as a date."""
    put(bench.store, [notice(1)])
    receiver.status, receiver.headers = 429, {"Retry-After": retry_after}
    bench.deliver()
    receiver.status = 200
    bench.clock.turn(7199)
    bench.deliver()
    early = len(receiver.received)
    bench.clock.turn(1)
    bench.deliver()

    assert (1, 2) == (early, len(receiver.received))


@pytest.mark.parametrize("retry_after", ["soon", "-1", "9" * 400, "Mon, 99 Foo 2026", "\u0663"])
def test_nonsense_for_when_to_come_again_is_cut_or_passed_over(
    bench: Bench, receiver: Receiver, retry_after: str
) -> None:
    """A day at most."""
    put(bench.store, [notice(1)])
    receiver.status = 503
    receiver.headers = {"Retry-After": retry_after.encode().decode("latin-1")}
    bench.deliver()
    receiver.status = 200
    bench.clock.turn(86_401)
    bench.deliver()

    assert [] == bench.states()


def test_what_never_arrives_is_given_up_after_three_days(bench: Bench, receiver: Receiver) -> None:
    """Not before."""
    put(bench.store, [notice(1)])
    receiver.status = 500
    bench.deliver()
    bench.clock.turn(GIVE_UP_SECONDS - 1)
    bench.deliver()
    before = bench.states()
    bench.clock.turn(7200)
    bench.deliver()

    assert ("put off", 2) == before[0][:2]
    assert ("given up", 3) == bench.states()[0][:2]


@pytest.mark.parametrize("manner", ["hang", "trickle"])
def test_a_dead_channel_holds_up_no_other(bench: Bench, receiver: Receiver, manner: str) -> None:
    """Whatever its place in the order."""
    with receiving() as dead:
        dead.manner = manner
        bench.channels = {f"dead{n}": hook(dead.url) for n in range(3)} | bench.channels
        bench.seconds = 0.5
        put(bench.store, [notice(n, channel=name) for name in bench.channels for n in range(3)])
        tally = bench.deliver()

    assert {f"dead{n}": "no answer within 0.5s" for n in range(3)} == tally.failed
    assert (1, 3) == (tally.messages, tally.notices)
    assert 3 == len(dead.received)


def test_a_pass_begins_nothing_after_its_time(bench: Bench, receiver: Receiver) -> None:
    """What is left is the next pass's."""
    bench.channels = {f"hook{n}": hook(receiver.url) for n in range(3)}
    put(bench.store, [notice(n, channel=name) for n, name in enumerate(bench.channels)])

    assert 0 == bench.deliver(pass_seconds=0).messages
    assert 3 == bench.deliver().messages


def test_five_hundred_notices_are_few_messages_and_none_is_lost(
    bench: Bench, receiver: Receiver
) -> None:
    """Five an hour; the rest together, an hour later."""
    bench.channels = {"hook": hook(receiver.url, limit=5)}
    notices = [notice(n, job=f"service{n % 100}/job") for n in range(500)]
    put(bench.store, notices)
    bench.deliver()

    assert 5 == len(receiver.received)
    put(bench.store, [notice(n, job=f"service{n % 100}/job") for n in range(500, 600)])
    bench.deliver()
    assert 5 == len(receiver.received)
    bench.clock.turn(3601)
    bench.deliver()
    told = [one["key"] for got in receiver.received for one in got.json["notices"]]
    assert len(told) == len(set(told)) == 600
    assert 10 == len(receiver.received)


def test_an_incident_begins_and_ends_under_one_key(bench: Bench, receiver: Receiver) -> None:
    """A trigger for what failed, a resolve once it went well."""
    bench.channels = {"pager": pager(receiver.url)}
    bench.environment = {"ROUTING_KEY": "canary-routing"}
    for number, outcome in enumerate(["ok", "failed", "missed", "ok", "ok"]):
        one = notice(number, channel="pager", incident="opsrun/i", outcome=outcome)
        put(bench.store, [one], bench.clock.now())
        bench.deliver()

    assert [("trigger", "opsrun/i")] * 2 + [("resolve", "opsrun/i")] == [
        (one.json["event_action"], one.json["dedup_key"]) for one in receiver.received
    ]
    assert {"canary-routing"} == {one.json["routing_key"] for one in receiver.received}


def test_a_token_goes_to_its_receiver(bench: Bench, receiver: Receiver) -> None:
    """As bearer token."""
    hidden = WebhookChannel(url_from=Secret(env="URL"), token=Secret(env="TOKEN"))
    bench.channels = {"hook": Channel(webhook=hidden, group_seconds=0)}
    bench.environment = {"URL": f"{receiver.url}/hidden\n", "TOKEN": "canary-token"}
    put(bench.store, [notice(1)])
    bench.deliver()

    assert "/hidden" == receiver.received[0].path
    assert "Bearer canary-token" == receiver.received[0].headers["authorization"]


def test_a_channel_that_the_plan_does_not_have_waits_for_it(bench: Bench) -> None:
    """And is given up in the end."""
    put(bench.store, [notice(1, channel="gone")])
    bench.deliver()

    assert "waiting" == bench.states()[0][0]
    bench.clock.turn(GIVE_UP_SECONDS + 1)
    bench.deliver()
    assert ("given up", 0, "the plan has no such channel") == bench.states()[0]


def test_a_second_deliverer_leaves_it_to_the_first(bench: Bench, receiver: Receiver) -> None:
    """Which looks again before it goes, so that nothing is left behind."""
    receiver.manner = "hang"
    put(bench.store, [notice(1)])
    tallies: list[Tally] = []

    def first() -> None:
        with open_store(bench.state) as store:
            tallies.append(replace_store(bench, store).deliver())

    thread = threading.Thread(target=first)
    thread.start()
    while not receiver.received:
        thread.join(0.005)
    put(bench.store, [notice(2, channel="late")])
    bench.channels["late"] = hook(receiver.url)
    busy = bench.deliver()
    receiver.manner = "answer"
    receiver.stopped.set()
    thread.join()

    assert (True, 0) == (busy.is_busy, busy.messages)
    assert [notice(1).key, notice(2, channel="late").key] == [
        one["key"] for got in receiver.received for one in got.json["notices"]
    ]


def replace_store(bench: Bench, store: Store) -> Bench:
    """Return the bench with another connection, and the channel that is to come late."""
    late = bench.channels | {"late": bench.channels["hook"]}
    return replace(bench, store=store, channels=late, seconds=30)


def test_many_deliverers_at_once_deliver_each_message_once(
    bench: Bench, receiver: Receiver
) -> None:
    """Whoever is quicker."""
    put(bench.store, [notice(n, job=f"service{n}/job") for n in range(20)])
    context = multiprocessing.get_context("fork")
    workers = [
        context.Process(target=_deliver_and_exit, args=(bench.state, receiver.url))
        for _ in range(6)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    bench.deliver()

    assert 20 == len(receiver.keys) == len(set(receiver.keys))


def _deliver_and_exit(state: str, url: str) -> None:
    with open_store(state) as store:
        Bench(state, store, {"hook": hook(url)}).deliver()
    os._exit(0)


def _deliver_and_die(state: str, url: str, point: int, seconds: float) -> None:
    """Make a pass that is killed before the n-th statement that changes the journal."""
    with open_store(state) as store:
        seen = 0

        def trace(statement: str) -> None:
            nonlocal seen
            if statement.startswith(("BEGIN", "INSERT", "UPDATE", "DELETE", "COMMIT")):
                if seen == point:
                    os.kill(os.getpid(), signal.SIGKILL)
                seen += 1

        store.connection.set_trace_callback(trace)
        bench = Bench(state, store, {"hook": hook(url), "other": hook(url)})
        bench.clock.turn(seconds)
        bench.deliver()
    os._exit(0)


def test_a_deliverer_killed_at_any_point_delivers_in_the_end(
    tmp_path: Path, receiver: Receiver
) -> None:
    """Before every statement that changes the journal; each notice arrives, under one key."""
    notices = [notice(1), notice(2, job="other/job"), notice(3, channel="other")]
    for point in range(200):
        state = tmp_path / f"point{point}"
        receiver.received.clear()
        with open_store(str(state)) as store:
            put(store, notices)
        context = multiprocessing.get_context("fork")
        args: tuple[Any, ...] = (str(state), receiver.url, point, 0)
        doomed = context.Process(target=_deliver_and_die, args=args)
        doomed.start()
        doomed.join()
        with open_store(str(state)) as store:
            rerun = Bench(str(state), store, {n: hook(receiver.url) for n in ("hook", "other")})
            rerun.clock.turn(3600)
            rerun.deliver()
            assert [] == rerun.states()
        arrived: dict[str, set[str]] = {}
        for got in receiver.received:
            for one in got.json["notices"]:
                arrived.setdefault(one["key"], set()).add(got.headers["idempotency-key"])
        assert {one.key for one in notices} == set(arrived)
        assert all(len(keys) == 1 for keys in arrived.values())
        if doomed.exitcode == 0:
            break
        assert -signal.SIGKILL == doomed.exitcode
    else:
        pytest.fail("the pass never came to its end")

    assert point > 15
    assert 3 == len(receiver.received)


CANARIES = {
    "URL": "http://127.0.0.1:1/services/canary-slack-path",
    "BROKEN_URL": "http://[canary-broken/",
    "SPACED_URL": "http://127.0.0.1:1/canary spaced",
    "TOKEN": "canary-token-1",
    "BAD_TOKEN": "canary-token\r\nX-Injected: 2",
    "WIDE_TOKEN": "canary-token-€",
    "ROUTING_KEY": "canary-routing-key",
    "PASSWORD": "canary-password-ü",
}


def test_no_error_says_a_secret(tmp_path: Path, receiver: Receiver) -> None:
    """Whichever way it fails: not in the journal, not in what is said, not to other processes."""
    (tmp_path / "token").write_text("canary-file\n")
    receiver.status, receiver.echoes = 500, True
    state = tmp_path / "state"
    with ExitStack() as stack:
        store = stack.enter_context(open_store(str(state)))
        bench = Bench(str(state), store, channels_that_fail(tmp_path, receiver.url))
        bench.environment = CANARIES | {"CREDENTIALS_DIRECTORY": str(tmp_path)}
        put(store, [notice(n, channel=name) for n, name in enumerate(bench.channels)])
        tally = bench.deliver()
        receiver.status = 400
        bench.clock.turn(3600)
        second = bench.deliver()
        journal = b"".join(path.read_bytes() for path in sorted(state.iterdir()))

    said = " ".join([*bench.said, *tally.failed.values(), *second.given_up.values()])
    assert set(bench.channels) == set(tally.failed)
    assert "the receiver answered 500: Host: 127.0.0.1" in said
    assert "***" in said
    assert "canary" not in said
    assert b"canary" not in journal


def channels_that_fail(folder: Path, url: str) -> dict[str, Channel]:
    """Return channels with canaries, each of which fails in its own way."""
    mail = SmtpChannel(
        host="127.0.0.1:1",
        sender="o@example.org",
        to=("a@example.org",),
        user="u",
        password=Secret(env="PASSWORD"),
    )
    hooks = {
        "file": WebhookChannel(url=url, token=Secret(file=str(folder / "token"))),
        "credential": WebhookChannel(url=url, token=Secret(credential="token")),
        "token": WebhookChannel(url=url, token=Secret(env="TOKEN")),
        "bad-token": WebhookChannel(url=url, token=Secret(env="BAD_TOKEN")),
        "wide-token": WebhookChannel(url=url, token=Secret(env="WIDE_TOKEN")),
        "hidden": WebhookChannel(url_from=Secret(env="URL")),
        "broken": WebhookChannel(url_from=Secret(env="BROKEN_URL")),
        "spaced": WebhookChannel(url_from=Secret(env="SPACED_URL")),
        "no-variable": WebhookChannel(url_from=Secret(env="NOWHERE")),
        "no-file": WebhookChannel(url_from=Secret(file="/nowhere/url")),
    }
    return {
        "mail": Channel(smtp=mail, group_seconds=0),
        "slack": Channel(slack=SlackChannel(url=Secret(env="URL")), group_seconds=0),
        "pager": pager(url),
        **{name: Channel(webhook=one, group_seconds=0) for name, one in hooks.items()},
    }


def test_a_journal_that_fails_is_an_error_of_the_pass(bench: Bench, receiver: Receiver) -> None:
    """What was sent and could not be written down is sent again."""
    put(bench.store, [notice(1)])
    bench.store.connection.execute(
        "CREATE TEMP TRIGGER full BEFORE UPDATE OF outcome ON main.messages"
        " BEGIN SELECT raise(ABORT, 'no'); END"
    )
    with pytest.raises(Exception, match="no"):
        bench.deliver()
    bench.store.connection.execute("DROP TRIGGER full")
    bench.clock.turn(3600)
    bench.deliver()

    assert 2 == len(receiver.keys)
    assert 1 == len(set(receiver.keys))


def test_a_bug_in_one_channel_stops_no_other(
    bench: Bench, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is tried again, as any failure; its words are not repeated."""
    from runtime.notify import pagerduty

    def broken(*_: object) -> None:
        raise KeyError("canary")

    monkeypatch.setattr(pagerduty, "payload", broken)
    bench.channels = {"pager": pager(receiver.url)} | bench.channels
    bench.environment = {"ROUTING_KEY": "x"}
    put(bench.store, [notice(1), notice(2, channel="pager")])
    tally = bench.deliver()

    assert {"pager": "it could not be sent (KeyError)"} == tally.failed
    assert 1 == tally.messages
