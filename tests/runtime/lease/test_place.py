from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runtime.contract.plan import Lease
from runtime.contract.secret import Secret
from runtime.errors import Exit, LeaseError, SecretError
from runtime.lease.opening import open_place
from runtime.lease.place import Ended, Held, Taken
from tests.runtime.turned_clock import START
from tests.servers.process import until

if TYPE_CHECKING:
    from datetime import datetime

    from runtime.lease.place import Grant, Place
    from tests.runtime.lease.conftest import Shared

JOB = "tabular/vacuum"
_A_GRANT = Taken(job=JOB, due_at=START, holder="a", fence=1)


def taken(place: Place, due_at: datetime, holder: str, lasts_seconds: float = 600) -> Taken:
    """Take an occurrence that is free."""
    grant = place.take(JOB, due_at, holder, lasts_seconds)
    assert isinstance(grant, Taken)
    return grant


def taken_over(place: Place, due_at: datetime, holder: str) -> Taken:
    """Ask until the lease of another has run out."""
    grants: list[Grant] = []

    def is_taken() -> bool:
        grants.append(place.take(JOB, due_at, holder, 600))
        return isinstance(grants[-1], Taken)

    until(is_taken, "the lease has run out")
    assert isinstance(grants[-1], Taken)
    return grants[-1]


def test_one_host_takes_an_occurrence_and_others_are_told(place: Place, shared: Shared) -> None:
    """Who has it, and for how long."""
    due_at = shared.due()
    mine = taken(place, due_at, "a", 600)
    with shared.place() as other:
        answer = other.take(JOB, due_at, "b", 600)

    assert (JOB, due_at, "a") == (mine.job, mine.due_at, mine.holder)
    assert isinstance(answer, Held)
    assert "a" == answer.holder
    assert 0 < answer.until_seconds <= 600


def test_occurrences_and_jobs_are_apart(place: Place, shared: Shared) -> None:
    """What one host holds keeps nobody from another occurrence."""
    due_at, later = shared.due(), shared.due()
    fences = [
        taken(place, due_at, "a").fence,
        taken(place, later, "b").fence,
    ]
    another_job = place.take("tabular/vacuum:x", due_at, "c", 600)

    assert isinstance(another_job, Taken)
    assert sorted({*fences, another_job.fence}) == [*fences, another_job.fence]


def test_a_host_that_crashed_gets_its_occurrence_again(place: Place, shared: Shared) -> None:
    """With a larger fence; what its former self may still do is refused."""
    due_at = shared.due()
    before = taken(place, due_at, "a")
    after = taken(place, due_at, "a")

    assert before.fence < after.fence
    assert not place.renew(before, 600)
    assert place.renew(after, 600)


def test_what_has_run_out_is_taken_over_and_the_loser_is_fenced_out(
    place: Place, shared: Shared
) -> None:
    """It can neither renew nor end nor give back; the winner can."""
    due_at = shared.due()
    lost = taken(place, due_at, "a", 0.3)
    with shared.place() as other:
        won = taken_over(other, due_at, "b")

        place.give_back(lost)

        assert lost.fence < won.fence
        assert not place.renew(lost, 600)
        assert not place.end(lost, "ok")
        assert isinstance(place.take(JOB, due_at, "c", 600), Held)
        assert other.renew(won, 600)
        assert other.end(won, "failed")
        assert Ended(holder="b", outcome="failed") == place.take(JOB, due_at, "a", 600)


def test_what_has_run_out_and_nobody_took_can_be_renewed_and_ended(
    place: Place, shared: Shared
) -> None:
    """Nobody else was granted it: nothing was lost."""
    due_at = shared.due()
    mine = taken(place, due_at, "a", 0)

    assert place.renew(mine, 0)
    assert place.end(mine, "ok")


def test_a_renewed_lease_lasts_from_then_on(place: Place, shared: Shared) -> None:
    """Not for what was left of it besides."""
    due_at = shared.due()
    mine = taken(place, due_at, "a", 60)

    assert place.renew(mine, 3600)
    answer = place.take(JOB, due_at, "b", 60)

    assert isinstance(answer, Held)
    assert 60 < answer.until_seconds <= 3600


def test_an_end_is_seen_by_all_hosts_and_stays(place: Place, shared: Shared) -> None:
    """By the one that ended it too; nothing undoes it."""
    due_at = shared.due()
    mine = taken(place, due_at, "a")

    assert place.end(mine, "timed out")
    place.give_back(mine)

    assert not place.renew(mine, 600)
    with shared.place() as other:
        for holder in ("a", "b"):
            assert Ended(holder="a", outcome="timed out") == other.take(JOB, due_at, holder, 600)


def test_the_same_end_may_be_said_twice_another_may_not(place: Place, shared: Shared) -> None:
    """The first answer may have been lost on its way."""
    mine = taken(place, shared.due(), "a")

    assert [True, True, False] == [place.end(mine, x) for x in ("ok", "ok", "failed")]


def test_what_is_given_back_is_taken_at_once_with_a_larger_fence(
    place: Place, shared: Shared
) -> None:
    """Nothing was done for it."""
    due_at = shared.due()
    before = taken(place, due_at, "a")
    place.give_back(before)
    after = taken(place, due_at, "b")

    assert before.fence < after.fence
    assert not place.end(before, "ok")


def test_the_clock_of_a_host_is_of_no_account(
    place: Place, shared: Shared, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A host that lives a year ahead does not take what another holds."""
    due_at = shared.due()
    taken(place, due_at, "a")
    ahead = time.time() + 365 * 86_400
    monkeypatch.setattr(time, "time", lambda: ahead)

    with shared.place() as other:
        answer = other.take(JOB, due_at, "b", 600)

        assert isinstance(answer, Held)
        assert answer.until_seconds <= 600


ACTIONS = st.lists(
    st.tuples(st.sampled_from(["take", "renew", "end", "give_back"]), st.sampled_from("abc")),
    max_size=12,
)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(actions=ACTIONS)
def test_whatever_hosts_do_only_the_latest_grant_counts(
    place: Place, shared: Shared, actions: list[tuple[str, str]]
) -> None:
    """A model of three variables says what each answer is."""
    due_at = shared.due()
    grants: dict[str, Taken] = {}
    latest, is_held, outcome = 0, False, ""
    for action, host in actions:
        mine = grants.get(host)
        is_mine = mine is not None and mine.fence == latest
        if action == "take":
            answer = place.take(JOB, due_at, host, 600)
            if outcome:
                assert isinstance(answer, Ended)
            elif is_held and not is_mine:
                assert isinstance(answer, Held)
            else:
                assert isinstance(answer, Taken)
                assert answer.fence > latest
                grants[host], latest, is_held = answer, answer.fence, True
        elif mine is not None and action == "renew":
            assert place.renew(mine, 600) == (is_mine and not outcome)
            is_held = is_held or (is_mine and not outcome)
        elif mine is not None and action == "end":
            assert place.end(mine, host) == is_mine
            outcome = outcome or (host if is_mine else "")
        elif mine is not None:
            place.give_back(mine)
            is_held = is_held and (not is_mine or bool(outcome))


def test_a_wrong_password_is_said_and_never_shown(shared: Shared) -> None:
    """The place is named by where its address is kept."""
    address = shared.address.replace("canary-of-", "wrong-canary-")
    place = open_place(shared.lease, {"LEASES": address})
    with pytest.raises(LeaseError) as caught:
        place.take(JOB, shared.due(), "a", 600)

    assert Exit.TRY_AGAIN == caught.value.exit_code
    assert str(caught.value).endswith("of the variable LEASES: the user or the password is refused")


@pytest.mark.parametrize(
    "address",
    [
        "canary",
        "postgresql://user:can@ary@canary/x",
        "postgresql://user:pass@127.0.0.1:canary/x",
        "redis://:can/ary@127.0.0.1:1/canary",
        "redis://user:pass@127.0.0.1:canary",
        "redis://:x@canary:1",
        "host=127.0.0.1 port=1 password=canary",
    ],
)
@pytest.mark.parametrize("kind", ["postgres", "redis"])
def test_an_address_that_is_written_wrongly_is_not_shown(kind: str, address: str) -> None:
    """Pieces of it may be pieces of a password."""
    secret = Secret(env="LEASES")
    lease = Lease(postgres=secret) if kind == "postgres" else Lease(redis=secret)
    with pytest.raises(LeaseError) as caught:
        open_place(lease, {"LEASES": address}).renew(_A_GRANT, 1)

    assert "ary" not in str(caught.value).removeprefix("the leases in")


@pytest.mark.parametrize(("kind", "driver"), [("postgres", "psycopg"), ("redis", "redis")])
def test_a_driver_that_is_missing_is_named_by_what_installs_it(
    kind: str, driver: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Drivers are extras."""
    secret = Secret(env="LEASES")
    lease = Lease(postgres=secret) if kind == "postgres" else Lease(redis=secret)
    monkeypatch.setitem(sys.modules, driver, None)
    with pytest.raises(LeaseError, match=rf"the driver is missing; install opsc\[{kind}\]$"):
        open_place(lease, {"LEASES": "x"})


def test_a_secret_that_is_not_there_is_said_as_such() -> None:
    """Nobody is asked."""
    with pytest.raises(SecretError, match="the variable LEASES is not set"):
        open_place(Lease(postgres=Secret(env="LEASES")), {})
