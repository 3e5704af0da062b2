"""How an occurrence goes through attempts, locks, other jobs and holds, on a turned clock."""

from __future__ import annotations

import os
from contextlib import ExitStack
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from runtime.errors import Exit
from runtime.journal.claims import reopen
from runtime.journal.history import counters, last_facts, last_occurrence, standings
from runtime.journal.holds import holds, put_on_hold, release
from runtime.journal.record import ALL_JOBS, Hold, OccurrenceRecord
from runtime.journal.steps import begin_attempt
from runtime.journal.store import Store, open_store
from runtime.locks import Holder, Locks
from runtime.runner import Runner
from runtime.stop import StopRequest
from runtime.turn import ALWAYS
from tests.runtime import plans
from tests.runtime.journals import ask, finish, granted
from tests.runtime.test_runner import Noted
from tests.runtime.turned_clock import START, TurnedClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from runtime.contract.plan import Plan
    from runtime.ran import Ran
    from runtime.turn import Turn

KEY = "tabular/tidy"
DUE = START
TRUE = plans.command("true")


class Host:
    """A host with its state, on which the jobs of a plan are run."""

    def __init__(self, folder: Path, store: Store, stop: StopRequest) -> None:
        self.state, self.store, self.stop = str(folder), store, stop
        self.clock, self.watch = TurnedClock(), Noted()
        self.begun: Callable[[], None] = lambda: None
        self.turn: Turn = ALWAYS

    def run(self, plan: Plan, key: str = KEY, **fields: Any) -> Ran:
        """Run an occurrence: that of noon, by schedule, unless said otherwise."""
        runner = Runner(
            plan_path="",
            plan=plan,
            store=self.store,
            state=self.state,
            clock=self.clock,
            watch=self.watch,
            stop=self.stop,
            random=lambda: 1.0,
            begun=self.begun,
            turn=self.turn,
        )
        due_at = fields.pop("due_at", DUE)
        return runner.run(key, plan.jobs[key], due_at, manual=fields.pop("manual", False))

    def last(self, key: str = KEY) -> OccurrenceRecord:
        """Return what the journal says of the latest occurrence."""
        found = last_occurrence(self.store, key)
        assert found is not None
        return found


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    """A host that has run nothing."""
    with ExitStack() as stack:
        store = stack.enter_context(open_store(str(tmp_path / "state")))
        yield Host(tmp_path / "state", store, stack.enter_context(StopRequest()))


def counting(folder: Path, *, fails: int, code: int = 1) -> dict[str, Any]:
    """Return a step that fails as often as said and then succeeds; each go leaves a byte."""
    text = (
        "import os, sys\n"
        f"path = {str(folder / 'goes')!r}\n"
        "open(path, 'a').write('x')\n"
        f"sys.exit({code} if os.path.getsize(path) <= {fails} else 0)\n"
    )
    return plans.python(text)


def goes(folder: Path) -> int:
    """Return how often the step has been done."""
    return len((folder / "goes").read_text())


def retries(attempts: int, **fields: Any) -> dict[str, Any]:
    """Return how often and after what waits a job is tried."""
    return {"retries": {"attempts": attempts, "base_seconds": 30, "cap_seconds": 40, **fields}}


def test_a_failed_attempt_is_followed_by_another_one(host: Host, tmp_path: Path) -> None:
    """Waits double up to the cap, and each attempt is in the journal with its reason."""
    plan = plans.loaded(plans.job({"one": counting(tmp_path, fails=2)}, **retries(3)))

    ran = host.run(plan)

    assert (Exit.OK, "ok", 3) == (ran.exit_code, ran.outcome, ran.attempt)
    attempts = host.last().attempts
    assert ["failed", "failed", "ok"] == [attempt.outcome for attempt in attempts]
    assert [DUE, DUE + timedelta(seconds=30), DUE + timedelta(seconds=70)] == [
        attempt.planned_at for attempt in attempts
    ]
    assert all(attempt.started_at == attempt.planned_at for attempt in attempts)
    assert "ended with code 1" in attempts[0].reason
    assert {KEY: {"ok": 1}} == counters(host.store)


def test_attempts_come_to_an_end(host: Host, tmp_path: Path) -> None:
    """The occurrence ends as its last attempt did, and once."""
    plan = plans.loaded(plans.job({"one": counting(tmp_path, fails=9)}, **retries(2)))

    ran = host.run(plan)

    assert (Exit.FAILED, "failed", 2) == (ran.exit_code, ran.outcome, goes(tmp_path))
    assert {KEY: {"failed": 1}} == counters(host.store)


def test_steps_that_were_done_are_not_done_again(host: Host, tmp_path: Path) -> None:
    """A second attempt begins with the step that failed."""
    (tmp_path / "first").mkdir()
    steps = {"one": counting(tmp_path / "first", fails=0), "two": counting(tmp_path, fails=1)}

    ran = host.run(plans.loaded(plans.job(steps, **retries(2))))

    assert (Exit.OK, 1, 2) == (ran.exit_code, goes(tmp_path / "first"), goes(tmp_path))


@pytest.mark.parametrize(
    ("step", "fields"),
    [
        (plans.command("false", retry_codes=[75]), retries(3)),
        (plans.command("false"), {}),
        (plans.command("sleep", "60"), {**retries(3), "timeout_seconds": 0.2}),
    ],
)
def test_some_ends_are_worth_no_other_attempt(
    host: Host, step: dict[str, Any], fields: dict[str, Any]
) -> None:
    """A code that is not named, no retries at all, a timeout that nobody asked to retry."""
    host.run(plans.loaded(plans.job({"one": step}, **fields)))

    assert 1 == len(host.last().attempts)


def test_a_timeout_is_tried_again_where_it_is_asked_for(host: Host) -> None:
    """`outcomes` names it."""
    fields = {**retries(2, outcomes=["timed out"]), "timeout_seconds": 0.2}

    host.run(plans.loaded(plans.job({"one": plans.command("sleep", "60")}, **fields)))

    assert ["timed out"] * 2 == [attempt.outcome for attempt in host.last().attempts]


def test_a_stop_during_the_wait_leaves_the_next_attempt_to_another_run(
    host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The wait outlives its process: the next run keeps to its instant."""
    plan = plans.loaded(plans.job({"one": counting(tmp_path, fails=1)}, **retries(2)))

    def stopped(seconds: float) -> None:
        os.kill(os.getpid(), 15)

    monkeypatch.setattr(host.clock, "sleep", stopped)
    first = host.run(plan)
    monkeypatch.undo()
    with StopRequest() as host.stop:
        second = host.run(plan)

    assert (Exit.TRY_AGAIN, None) == (first.exit_code, first.outcome)
    assert (Exit.OK, 3) == (second.exit_code, second.attempt)
    assert host.last().attempts[2].started_at == DUE + timedelta(seconds=30)


def test_a_job_waits_for_what_it_takes(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    """An exclusive lock keeps it waiting until it is free."""
    plan = plans.loaded(plans.job({"one": TRUE}, takes={"tabular/database": "shared"}))
    other = Locks(host.state, {"tabular/database": "exclusive"}, None)
    other.take(Holder(job="tabular/backup", due_at=DUE, pid=1))

    def turn(seconds: float) -> None:
        host.clock.turn(seconds)
        if host.clock.now() > DUE + timedelta(seconds=10):
            other.release()

    monkeypatch.setattr(host.clock, "sleep", turn)

    ran = host.run(plan)

    started_at = host.last().attempts[0].started_at
    assert Exit.OK == ran.exit_code
    assert started_at is not None
    assert started_at > DUE + timedelta(seconds=10)


def test_a_job_that_may_not_start_any_more_is_skipped_with_the_holder(host: Host) -> None:
    """The start deadline ends the wait, and the reason names who held the resource."""
    fields = {"takes": {"tabular/database": "exclusive"}, "start_deadline_seconds": 60}
    plan = plans.loaded(plans.job({"one": TRUE}, **fields))
    with Locks(host.state, {"tabular/database": "shared"}, None) as other:
        other.take(Holder(job="tabular/backup", due_at=DUE, pid=1))
        ran = host.run(plan)

    assert (Exit.BUSY, "skipped") == (ran.exit_code, ran.outcome)
    said = "tabular/database is held by tabular/backup, due at 2026-03-02T12:00:00Z, pid 1"
    assert said == host.last().reason
    assert {KEY: {"skipped": 1}} == counters(host.store)


def test_a_run_by_hand_waits_for_nobody(host: Host) -> None:
    """Whoever asks gets an answer at once."""
    plan = plans.loaded(plans.job({"one": TRUE}, series="tabular/night"))
    with Locks(host.state, {}, "tabular/night") as other:
        other.take(Holder(job="tabular/backup", due_at=DUE, pid=1))
        ran = host.run(plan, manual=True)

    assert (Exit.BUSY, START) == (ran.exit_code, host.clock.now())


def test_locks_are_handed_to_the_child(host: Host) -> None:
    """While the step runs, it holds what the job takes as well."""
    code = (
        "import os\n"
        "held = [os.readlink(f'/proc/self/fd/{fd}') for fd in os.listdir('/proc/self/fd')"
        " if os.path.exists(f'/proc/self/fd/{fd}')]\n"
        "raise SystemExit(not any(path.endswith('locks/tabular%database') for path in held))\n"
    )
    plan = plans.loaded(
        plans.job({"one": plans.python(code)}, takes={"tabular/database": "exclusive"})
    )

    assert Exit.OK == host.run(plan).exit_code


def after(outcome: str | None, host: Host) -> Ran:
    """Run a job after another one of the same time, which ended so; None: which did not end."""
    before = plans.job({"one": TRUE}, name="before", schedule="daily at 12:00")
    follower = plans.job({"one": TRUE}, after=["tabular/before"], start_deadline_seconds=60)
    if outcome is not None:
        finish(
            host.store, granted(ask(host.store, job="tabular/before", due_at=DUE)), outcome=outcome
        )
    return host.run(plans.loaded(before, follower))


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        ("ok", (Exit.OK, "done")),
        ("failed", (Exit.BUSY, "tabular/before, due at 2026-03-02T12:00:00Z, ended otherwise")),
        (None, (Exit.BUSY, "tabular/before, due at 2026-03-02T12:00:00Z, has not ended")),
    ],
)
def test_a_job_follows_only_those_that_ended_well(
    host: Host, outcome: str | None, expected: tuple[Exit, str]
) -> None:
    """It runs, or is skipped with the reason."""
    ran = after(outcome, host)

    assert expected[0] == ran.exit_code
    assert outcome == "ok" or ran.reason.startswith(expected[1])


def hold(host: Host, job: str, **fields: Any) -> None:
    """Put a job on hold."""
    values = {"since": START, "until": None, "reason": "disk is changed", "held_by": "anna"}
    put_on_hold(host.store, Hold(job=job, **{**values, **fields}))


@pytest.mark.parametrize("job", [KEY, ALL_JOBS])
def test_what_is_due_during_a_hold_is_skipped(host: Host, job: str) -> None:
    """The reason says since when, by whom and why; after the release it runs again."""
    plan = plans.loaded(plans.job({"one": TRUE}))
    hold(host, job)
    held, by_hand = host.run(plan), host.run(plan, manual=True, due_at=START + timedelta(minutes=1))
    release(host.store, job, START, "bert")
    free = host.run(plan, due_at=START + timedelta(minutes=2))

    said = "held since 2026-03-02T12:00:00.000000Z by anna: disk is changed"
    assert [(Exit.BUSY, "skipped", said), (Exit.BUSY, None, said)] == [
        (ran.exit_code, ran.outcome, ran.reason) for ran in (held, by_hand)
    ]
    assert Exit.OK == free.exit_code
    whats = [row["what"] for row in host.store.rows("SELECT what FROM audit ORDER BY id")]
    assert ["held", "released"] == whats


def test_a_hold_ends_by_itself(host: Host) -> None:
    """What is due after its end runs."""
    hold(host, KEY, until=START)

    assert Exit.OK == host.run(plans.loaded(plans.job({"one": TRUE}))).exit_code
    assert [] == holds(host.store, START)


@pytest.mark.parametrize(("service", "expected"), [(None, "skipped"), ("other", "ok")])
def test_a_job_that_gives_way_to_maintenance_is_skipped_in_a_window(
    host: Host, service: str | None, expected: str
) -> None:
    """A window of all services, or of its own, is meant; another one's is not."""
    window = {"name": "database", "start": "2026-03-02T11:30Z", "lasts_seconds": 3600}
    if service is not None:
        window["service"] = service
    plan = plans.loaded(plans.job({"one": TRUE}, in_maintenance="skip"), windows=[window])

    assert expected == host.run(plan).outcome


def test_a_late_start_and_a_long_run_are_counted_apart(host: Host) -> None:
    """Each has its own number, and neither makes a failure."""
    host.clock.turn(120)
    slow = plans.python("import time; time.sleep(0.05)")
    plan = plans.loaded(plans.job({"one": slow}, expect_seconds=0.001))
    clock = host.clock
    ticking = iter(range(1000))
    clock.monotonic = lambda: float(next(ticking))  # type: ignore[method-assign]  # time passes

    host.run(plan)

    assert {KEY: {"late": 1, "ok": 1, "overrun": 1}} == counters(host.store)
    assert 120 == standings(host.store)[KEY].start_delay_seconds


def test_a_commands_secrets_reach_it_and_nobody_else(
    host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The value is in the child's environment alone: not in its output, not in the journal."""
    monkeypatch.setenv("CANARY", "4f2c-canary-77")
    code = (
        "import os, sys; print('x' * 10 + os.environ['TOKEN']); sys.exit(len(os.environ['TOKEN']))"
    )
    plan = plans.loaded(
        plans.job({"one": plans.python(code, secrets={"TOKEN": {"env": "CANARY"}}, ok_codes=[14])})
    )

    ran = host.run(plan)

    assert Exit.OK == ran.exit_code
    with open(ran.outputs["one"]) as file:
        assert "xxxxxxxxxx***\n" == file.read()
    for folder, _, names in os.walk(tmp_path):
        for name in names:
            with open(os.path.join(folder, name), "rb") as found:
                assert b"4f2c-canary-77" not in found.read()


def test_a_secret_that_is_not_there_fails_the_step_in_words(host: Host) -> None:
    """The reference is named."""
    plan = plans.loaded(
        plans.job({"one": plans.command("true", secrets={"TOKEN": {"env": "NOT_SET"}})})
    )

    ran = host.run(plan)

    assert "step one: the step cannot be run: the variable NOT_SET is not set" == ran.reason


def test_a_program_that_is_not_there_fails_the_step_in_words(host: Host) -> None:
    """Its name and why."""
    ran = host.run(plans.loaded(plans.job({"one": plans.command("/nowhere/program")})))

    assert ran.reason == (
        "step one: the step cannot be run: `/nowhere/program` cannot be started:"
        " No such file or directory"
    )


def test_facts_stand_for_the_job_until_there_are_newer_ones(host: Host, tmp_path: Path) -> None:
    """What a step found last is there without reading its history."""
    host.run(plans.loaded(plans.job({"one": plans.disk(tmp_path)})))

    assert ["disk"] == list(last_facts(host.store)[KEY]["one"]["checks"])


def test_a_child_finds_its_fence(host: Host) -> None:
    """The number grows with every attempt."""
    steps = {"one": plans.python("import os; print(os.environ['OPSRUN_FENCE'])")}
    plan = plans.loaded(plans.job(steps))
    first = host.run(plan)
    second = host.run(plan, due_at=DUE + timedelta(days=1))

    numbers = []
    for ran in (first, second):
        with open(ran.outputs["one"]) as file:
            numbers.append(int(file.read()))
    assert numbers[0] < numbers[1]


def abandon(host: Host, plan: Plan) -> None:
    """Have an attempt of the occurrence begun by a process that is gone."""
    grant = granted(ask(host.store, due_at=DUE))
    begin_attempt(host.store, grant, START, is_late=False)
    assert standings(host.store)[KEY].outcome is None


def test_what_begun_and_is_held_stays_open_for_after_the_hold(host: Host) -> None:
    """An occurrence that has begun is no skipped one, and its job does not stand as running."""
    plan = plans.loaded(plans.job({"one": TRUE}))
    abandon(host, plan)
    hold(host, KEY)
    held = host.run(plan)
    standing = standings(host.store)[KEY].outcome
    release(host.store, KEY, START, "anna")
    free = host.run(plan)

    assert (Exit.BUSY, None, "abandoned") == (held.exit_code, host_outcome(held), standing)
    assert (Exit.OK, 2) == (free.exit_code, free.attempt)
    assert {KEY: {"ok": 1}} == counters(host.store)


def host_outcome(ran: Ran) -> str | None:
    """Return what a run that changed nothing says; `skipped` is said of the call alone."""
    return None if ran.outcome == "skipped" else ran.outcome


def test_one_that_waited_and_was_stopped_is_skipped_and_has_not_failed(host: Host) -> None:
    """Only what has begun can fail for want of another attempt."""
    fields = {"takes": {"tabular/database": "exclusive"}, "start_deadline_seconds": 60}
    plan = plans.loaded(plans.job({"one": TRUE}, **fields))
    ask(host.store, due_at=DUE)
    with Locks(host.state, {"tabular/database": "shared"}, None) as other:
        other.take(Holder(job="tabular/backup", due_at=DUE, pid=1))
        ran = host.run(plan)

    assert ("skipped", 2) == (ran.outcome, ran.attempt)


def test_a_secret_of_one_step_is_hidden_in_what_another_one_writes(
    host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the first leaves in a file, the second prints masked."""
    monkeypatch.setenv("CANARY", "hunter2hunter2")
    path = str(tmp_path / "left")
    steps = {
        "one": plans.python(
            f"import os; open({path!r}, 'w').write(os.environ['PW'])",
            secrets={"PW": {"env": "CANARY"}},
        ),
        "two": plans.command("cat", path),
    }

    ran = host.run(plans.loaded(plans.job(steps)))

    with open(ran.outputs["two"]) as file:
        assert "***" == file.read()


def test_a_command_cannot_pass_for_another_attempt(host: Host) -> None:
    """Mark and fence are the runner's to say."""
    steps = {
        "one": plans.python(
            "import os; print(os.environ['OPSRUN_FENCE'])", environment={"OPSRUN_FENCE": "9999"}
        )
    }

    ran = host.run(plans.loaded(plans.job(steps)))

    with open(ran.outputs["one"]) as file:
        assert "9999" != file.read().strip()


def test_a_secret_with_a_zero_byte_fails_the_step_in_words(host: Host, tmp_path: Path) -> None:
    """No environment can hold it."""
    (tmp_path / "secret").write_bytes(b"a\0b")
    steps = {"one": plans.command("true", secrets={"PW": {"file": str(tmp_path / "secret")}})}

    ran = host.run(plans.loaded(plans.job(steps)))

    assert "is no text: it has a zero byte" in ran.reason


def test_a_clock_that_is_turned_back_makes_no_long_wait(host: Host, tmp_path: Path) -> None:
    """A retry waits as long as it was meant to, whatever the hour has become."""
    plan = plans.loaded(plans.job({"one": counting(tmp_path, fails=1)}, **retries(2)))
    slept = 0.0
    monotonic = 0.0

    def sleep(seconds: float) -> None:
        nonlocal slept, monotonic
        slept += seconds
        monotonic += seconds
        if slept < 1:
            host.clock.turn(-3600)

    host.clock.sleep = sleep  # type: ignore[method-assign]  # a clock that somebody sets
    host.clock.monotonic = lambda: monotonic  # type: ignore[method-assign]  # as above

    ran = host.run(plan)

    assert Exit.OK == ran.exit_code
    assert slept < 41


def test_a_retry_is_told_of_again(host: Host) -> None:
    """An occurrence that was opened again and fails anew is news."""
    notice = {"channels": ["hook"], "outcomes": ["failed"]}
    channels = {"hook": {"webhook": {"url": "http://127.0.0.1:9/"}}}
    plan = plans.loaded(
        plans.job({"one": plans.command("false")}, notice=notice), channels=channels
    )
    host.run(plan)
    assert reopen(host.store, KEY, DUE, START, "anna")
    host.run(plan)

    assert 2 == host.store.rows("SELECT count(*) FROM outbox")[0][0]
