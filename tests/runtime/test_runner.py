from __future__ import annotations

import dataclasses
import multiprocessing
import os
import signal
import sys
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from runtime.attempt import step_digest
from runtime.clock import SystemClock
from runtime.errors import Exit, JournalError
from runtime.journal.history import last_occurrence, occurrences
from runtime.journal.store import Store, open_store
from runtime.load import load_plan
from runtime.output import read_end
from runtime.rehearsal import dry_run
from runtime.runner import Runner, forget_outputs
from runtime.stop import StopRequest
from tests.runtime import plans
from tests.runtime.http_server import served
from tests.runtime.turned_clock import START, TurnedClock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from runtime.contract.plan import Job, Step
    from runtime.journal.record import OccurrenceRecord, StepEnd
    from runtime.ran import Ran

KEY = "tabular/tidy"
DUE = START - timedelta(hours=1)


@dataclass
class Noted:
    """A watch that remembers."""

    steps: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def begun(self, name: str, step: Step, output: str) -> None:
        """Take note of a step that begins."""
        self.steps.append((name, "begun"))

    def ended(self, name: str, end: StepEnd, output: str) -> None:
        """Take note of how a step ended."""
        self.steps.append((name, end.outcome))

    def note(self, line: str) -> None:
        """Take note of a word."""
        self.notes.append(line)


class RunningClock(TurnedClock):
    """A clock by which every look is a second later."""

    def monotonic(self) -> float:
        """Turn the clock, and return its seconds."""
        self.turn(1)
        return super().monotonic()


class Bench:
    """A state folder with its journal, ready to run jobs."""

    def __init__(self, folder: Path, store: Store, stop: StopRequest) -> None:
        self.folder = folder
        self.store = store
        self.watch = Noted()
        self.runner = Runner(
            plan_path="",
            plan=plans.loaded(),
            store=store,
            state=str(folder),
            clock=TurnedClock(),
            watch=self.watch,
            stop=stop,
            random=lambda: 0.5,
        )

    def run(self, job: Job, **fields: Any) -> Ran:
        """Run the occurrence that is due."""
        return self.runner.run(KEY, job, fields.pop("due_at", DUE), manual=False)

    def last(self) -> OccurrenceRecord:
        """Return what the journal says of the latest occurrence."""
        found = last_occurrence(self.store, KEY)
        assert found is not None
        return found


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A new state folder."""
    with ExitStack() as stack:
        store = stack.enter_context(open_store(str(tmp_path / "state")))
        yield Bench(tmp_path / "state", store, stack.enter_context(StopRequest()))


def old_file(path: Path) -> Path:
    """Make a file that is years old."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("12345")
    os.utime(path, (0, 0))
    return path


def test_a_run_does_its_steps_in_order_and_records_them(bench: Bench, tmp_path: Path) -> None:
    """Both steps ran in children of their own; facts, output and outcome are in the journal."""
    old = old_file(tmp_path / "data/old")
    job = plans.loaded_job({"one": plans.expire(old.parent), "two": plans.disk(tmp_path)})

    ran = bench.run(job)

    assert (Exit.OK, "ok") == (ran.exit_code, ran.outcome)
    assert not old.exists()
    steps = bench.last().attempts[0].steps
    assert [(step.name, step.outcome) for step in steps] == [("one", "ok"), ("two", "ok")]
    assert steps[0].facts == {"files": 1, "bytes": 5, "folders": 0, "faults": 0}
    assert read_end(steps[0].output).startswith(f"deleted {old} (5 bytes")


def test_a_failed_step_ends_the_run(bench: Bench, tmp_path: Path) -> None:
    """What comes after it is not done."""
    job = plans.loaded_job({"one": plans.disk("/nowhere"), "two": plans.disk(tmp_path)})

    ran = bench.run(job)

    assert (Exit.FAILED, "failed") == (ran.exit_code, ran.outcome)
    assert bench.watch.steps == [("one", "begun"), ("one", "failed")]
    assert bench.last().reason.startswith("step one: error: disk /nowhere")


def test_a_step_that_takes_too_long_is_timed_out(bench: Bench) -> None:
    """The job's timeout covers its steps, and has its own outcome and exit code."""
    with served() as address:
        step = plans.ask(f"{address}/hang", timeout_seconds=60)
        job = plans.loaded_job({"one": step}, timeout_seconds=0.5, stop_grace_seconds=0)

        ran = bench.run(job)

    assert (Exit.TIMED_OUT, "timed out") == (ran.exit_code, bench.last().outcome)
    assert ran.reason == "step one: stopped after 500ms, at the job's timeout"


def test_an_occurrence_that_ended_is_not_run_again(bench: Bench, tmp_path: Path) -> None:
    """The second call says so, with the first one's exit code."""
    job = plans.loaded_job({"one": plans.disk("/nowhere")})

    first, second = bench.run(job), bench.run(job)

    assert (Exit.FAILED, None) == (second.exit_code, second.outcome)
    assert second.reason == f"ended already, failed, at 2026-03-02T12:00:00Z: {first.reason}"
    assert len(bench.last().attempts) == 1


def test_a_stop_while_a_step_runs_ends_the_run_as_failed(bench: Bench) -> None:
    """TERM to the runner stops the step; the occurrence has failed, with the signal's name."""
    parent = os.getpid()
    code = f"import os, signal, time; os.kill({parent}, signal.SIGTERM); time.sleep(60)"

    ran = bench.run(plans.loaded_job({"one": plans.python(code)}))

    assert ("failed", "step one: stopped by SIGTERM") == (ran.outcome, ran.reason)


def test_a_stop_before_the_first_step_leaves_the_occurrence_to_the_next_run(
    bench: Bench, tmp_path: Path
) -> None:
    """Nothing was begun: whoever comes next goes on with it."""
    job = plans.loaded_job({"one": plans.disk(tmp_path)})
    os.kill(os.getpid(), signal.SIGTERM)
    first = bench.run(job)
    with StopRequest() as stop:
        second = dataclasses.replace(bench.runner, stop=stop).run(KEY, job, DUE, manual=False)

    assert (Exit.TRY_AGAIN, None) == (first.exit_code, first.outcome)
    assert (Exit.OK, 2) == (second.exit_code, second.attempt)


def test_a_step_that_leaves_no_result_has_failed(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A child that dies without a word is no success, even with code 0."""
    argv = [sys.executable, "-I", "-c", "pass"]
    monkeypatch.setattr("runtime.child.step_argv", lambda: argv)

    ran = bench.run(plans.loaded_job({"one": plans.disk(tmp_path)}))

    assert (Exit.FAILED, "step one: ended without a result, with code 0") == (
        ran.exit_code,
        ran.reason,
    )


def test_a_folder_that_cannot_be_made_is_found_before_the_claim(bench: Bench) -> None:
    """The journal knows of no run that could not be."""
    (bench.folder / "runs").write_text("")

    with pytest.raises(FileExistsError):
        bench.run(plans.loaded_job({"one": plans.disk("/")}))

    assert occurrences(bench.store, KEY, 10) == []


def test_what_the_system_refuses_after_the_claim_ends_the_run(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file in the folder's place, no room for temporary files: failed, with the reason."""
    job = plans.loaded_job({"one": plans.disk("/")})
    folder = bench.folder / "runs" / KEY
    folder.mkdir(parents=True)
    (folder / "2026-03-02T11:00:00.000000Z").write_text("")
    blocked = bench.run(job)
    monkeypatch.setattr("tempfile.tempdir", str(bench.folder / "missing"))
    homeless = bench.run(job, due_at=START)

    assert [Exit.FAILED, Exit.FAILED] == [blocked.exit_code, homeless.exit_code]
    assert blocked.reason.endswith("11:00:00.000000Z: File exists")
    assert homeless.reason.startswith("step one: the step cannot be run: ")
    assert homeless.reason.endswith("No such file or directory")
    ended = occurrences(bench.store, KEY, 10)
    assert [one.outcome for one in ended] == ["failed", "failed"]
    assert [step.outcome for step in ended[0].attempts[0].steps] == ["failed"]


def test_a_full_disk_ends_the_run_and_is_said(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The journal took the claim and no more; once there is room again the end is in it."""
    whole, count = Store.transaction, 0

    @contextmanager
    def cramped(store: Store, **how: bool) -> Iterator[Any]:
        nonlocal count
        count += 1
        pages = store.rows("PRAGMA page_count")[0][0] if count == 2 else 2**30
        store.rows(f"PRAGMA max_page_count = {pages}")
        with whole(store, **how) as connection:
            if count == 2:
                connection.execute("INSERT INTO schedules VALUES (?, '', '')", ("x" * 2**16,))
            yield connection

    monkeypatch.setattr(Store, "transaction", cramped)

    ran = bench.run(plans.loaded_job({"one": plans.disk("/")}))

    assert Exit.FAILED == ran.exit_code
    assert "the disk is full" in ran.reason
    assert ("failed", ran.reason) == (bench.last().outcome, bench.last().reason)


def test_an_end_that_cannot_be_written_is_raised(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The caller hears it; the next run settles what is left."""
    whole, count = Store.transaction, 0

    @contextmanager
    def refusing(store: Store, **how: bool) -> Iterator[Any]:
        nonlocal count
        count += 1
        if count > 1:
            raise JournalError("the disk is full")
        with whole(store, **how) as connection:
            yield connection

    monkeypatch.setattr(Store, "transaction", refusing)

    with pytest.raises(JournalError, match="the disk is full"):
        bench.run(plans.loaded_job({"one": plans.disk("/")}))


def test_a_run_longer_than_expected_is_worth_a_word(bench: Bench, tmp_path: Path) -> None:
    """It is no fault, but it is said."""
    bench.run(plans.loaded_job({"one": plans.disk(tmp_path)}, expect_seconds=0))

    hasty = dataclasses.replace(bench.runner, clock=RunningClock())
    job = plans.loaded_job({"one": plans.disk(tmp_path)}, expect_seconds=1)
    hasty.run(KEY, job, START, manual=False)

    assert bench.watch.notes == ["took 3.0s, expected 1s"]


def test_a_dry_run_records_nothing(bench: Bench, tmp_path: Path) -> None:
    """What would be deleted is listed and stays; the journal knows of no run."""
    old = old_file(tmp_path / "data/old")
    job = plans.loaded_job({"one": plans.expire(old.parent)})

    ran = dry_run(job, str(tmp_path), bench.watch, bench.runner.stop)

    assert (Exit.OK, None) == (ran.exit_code, ran.outcome)
    assert old.exists()
    assert ran.steps["one"].facts["would_delete"][0]["path"] == str(old)
    assert occurrences(bench.store, None, 10) == []


def test_outputs_of_older_runs_are_forgotten(tmp_path: Path) -> None:
    """The latest stay."""
    for number in range(5):
        (tmp_path / f"2026-03-0{number}" / "logs").mkdir(parents=True)

    forget_outputs(str(tmp_path), kept=2)

    assert sorted(os.listdir(tmp_path)) == ["2026-03-03", "2026-03-04"]


def test_a_step_is_proven_by_what_it_does(tmp_path: Path) -> None:
    """Another parameter is another step."""
    steps = [
        plans.loaded_job({"one": plans.expire(tmp_path, keep_latest=number)}).steps["one"]
        for number in (0, 1, 1)
    ]
    digests = [step_digest(step) for step in steps]

    assert digests[0] != digests[1]
    assert digests[1] == digests[2]


def run_until(point: int, plan: str, state: str) -> None:
    """Run a plan's job, and die at a point: before, within or after a transaction."""
    whole, left = Store.transaction, point

    def die_when_it_is_time() -> None:
        nonlocal left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    @contextmanager
    def cut(store: Store, **how: bool) -> Iterator[Any]:
        die_when_it_is_time()
        with whole(store, **how) as connection:
            yield connection
            die_when_it_is_time()
        die_when_it_is_time()

    loaded = load_plan(plan)
    with open_store(state) as store, StopRequest() as stop:
        Store.transaction = cut  # type: ignore[assignment]  # in a process of its own
        runner = Runner(
            plan_path="",
            plan=loaded,
            store=store,
            state=state,
            clock=SystemClock(),
            watch=Noted(),
            stop=stop,
            random=lambda: 0.0,
        )
        ran = runner.run(KEY, loaded.jobs[KEY], DUE, manual=False)
    sys.exit(ran.exit_code)


def exit_code_of(point: int, plan: Path, state: Path) -> int | None:
    """Run a plan's job in a process of its own; return its exit code, negative for a signal."""
    arguments = (point, str(plan), str(state))
    context = multiprocessing.get_context("fork")
    process = context.Process(target=run_until, args=arguments)
    process.start()
    process.join()
    return process.exitcode


@pytest.mark.slow
def test_a_runner_killed_at_any_point_and_a_rerun_converge(tmp_path: Path) -> None:
    """Whatever the point, the rerun ends the occurrence well, and no proven step is done twice."""
    survived = None
    for point in range(40):
        folder = tmp_path / str(point)
        old = old_file(folder / "data/old")
        steps = {"one": plans.expire(old.parent), "two": plans.disk(folder)}
        plan = plans.write(folder, plans.job(steps))

        killed = exit_code_of(point, plan, folder / "state")
        again = exit_code_of(1000, plan, folder / "state")

        assert again == Exit.OK
        assert not old.exists()
        with open_store(str(folder / "state")) as store:
            (occurrence,) = occurrences(store, None, 10)
        assert occurrence.outcome == "ok"
        done = [step for attempt in occurrence.attempts for step in attempt.steps]
        assert sorted(step.name for step in done if step.outcome == "ok") == ["one", "two"]
        if killed == Exit.OK:
            survived = point
            break
        assert killed == -signal.SIGKILL

    assert survived == 3 * 7
