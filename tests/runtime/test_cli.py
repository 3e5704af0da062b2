from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

import runtime
from runtime.errors import Exit
from runtime.journal.store import FILE_NAME
from tests.checkout import ROOT, project
from tests.runtime import plans
from tests.runtime.http_server import served

if TYPE_CHECKING:
    from pathlib import Path

ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "PYTHONPATH": str(ROOT),
    "HOME": "/root",
    "OPSRUN_LOG": "text",
}


def argv(*arguments: object) -> list[str]:
    """Return the command line of opsrun."""
    return [sys.executable, "-W", "error", "-m", "runtime.cli", *map(str, arguments)]


def opsrun(
    folder: Path, *arguments: object, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run opsrun in a folder whose plan and state it uses by default; no fault is a traceback."""
    done = subprocess.run(
        argv(*arguments),
        cwd=folder,
        env={
            **ENVIRONMENT,
            "OPSRUN_PLAN": "plan.json",
            "STATE_DIRECTORY": str(folder / "state"),
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert "Traceback" not in done.stderr
    return done


def tidy(folder: Path, **fields: Any) -> Path:
    """Write a plan that expires files of `data`, where an old one lies; return the old file."""
    old = folder / "data/old"
    old.parent.mkdir()
    old.write_text("12345")
    os.utime(old, (0, 0))
    plans.write(folder, plans.job({"expire": plans.expire(old.parent)}, **fields))
    return old


def test_the_version_is_the_projects_and_loads_nothing(tmp_path: Path) -> None:
    """It is a constant, equal to the project's, and click is not imported for it."""
    code = (
        "import sys; sys.argv[1:] = ['--version']\n"
        "from runtime.cli import main; main(); print('click' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=ENVIRONMENT, capture_output=True, text=True, check=True
    )

    assert f"opsrun {project()['version']}\nFalse\n" == done.stdout
    assert f"opsrun, version {runtime.VERSION}" not in done.stdout


def test_a_dry_run_lists_and_touches_nothing(tmp_path: Path) -> None:
    """The list is on standard output; no file goes, no state appears."""
    old = tidy(tmp_path)

    done = opsrun(tmp_path, "run", "tidy", "--dry-run")

    assert Exit.OK == done.returncode
    assert done.stdout.startswith(f"would delete {old} (5 bytes, ")
    assert old.exists()
    assert not (tmp_path / "state").exists()


def test_a_name_that_is_not_utf8_is_written_with_its_bytes(tmp_path: Path) -> None:
    """Facts, texts and faults alike: everything can be printed, and the file goes."""
    tidy(tmp_path)
    name = os.fsencode(tmp_path) + b"/data/caf\xe9"
    with open(name, "wb"):
        os.utime(name, (0, 0))
    deep = os.fsencode(tmp_path) + b"/data/\xff/" + b"/".join([b"d"] * 150)
    os.makedirs(deep)

    text = opsrun(tmp_path, "run", "tidy", "--dry-run")
    document = opsrun(tmp_path, "run", "tidy", "--dry-run", "--format", "json")
    ran = opsrun(tmp_path, "run", "tidy", "--format", "json")
    shown = opsrun(tmp_path, "run", "tidy", PYTHONIOENCODING="ascii")

    listed = json.loads(document.stdout)["steps"]["expire"]["facts"]["would_delete"]
    assert f"{tmp_path}/data/caf\\xe9" in [entry["path"] for entry in listed]
    assert f"would delete {tmp_path}/data/caf\\xe9 (0 bytes" in text.stdout
    assert [Exit.PARTLY] * 4 == [run.returncode for run in (text, document, ran, shown)]
    assert f"first: {tmp_path}/data/\\xff/d" in json.loads(ran.stdout)["reason"]
    assert not os.path.exists(name)


@pytest.mark.parametrize(
    "arguments", [["status", "--state", b"\xff"], ["history", b"a/\xff"], ["logs", b"a/\xff"]]
)
def test_an_argument_that_is_not_utf8_is_bad_usage(tmp_path: Path, arguments: list[Any]) -> None:
    """The journal could not hold it."""
    tidy(tmp_path)

    done = opsrun(tmp_path, *map(os.fsdecode, arguments))

    assert Exit.BAD_PLAN == done.returncode
    assert "it is not UTF-8" in done.stderr


def test_a_run_is_in_status_history_and_logs(tmp_path: Path) -> None:
    """One journey: run by hand, then look at it in every way."""
    old = tidy(tmp_path)

    run = opsrun(tmp_path, "run", "tidy", "--format", "json")
    status = opsrun(tmp_path, "status", "--format", "json")
    history = opsrun(tmp_path, "history", "tidy", "--format", "json")
    logs = opsrun(tmp_path, "logs", "tabular/tidy")

    assert not old.exists()
    ran = json.loads(run.stdout)
    assert ("ok", 0, 1) == (ran["outcome"], ran["exit_code"], ran["attempt"])
    assert ran["steps"]["expire"]["facts"]["files"] == 1
    (entry,) = json.loads(status.stdout)
    assert ("tabular/tidy", "ok", True) == (entry["job"], entry["state"], entry["manual"])
    assert entry["next_due_at"].endswith("T02:00:00Z")
    (occurrence,) = json.loads(history.stdout)
    assert occurrence["attempts"][0]["steps"][0]["summary"] == "deleted 1 files, 5 bytes"
    assert logs.stdout.startswith(f"deleted {old} (5 bytes")


def test_texts_for_people_have_heads_and_no_colour(tmp_path: Path) -> None:
    """Not on a terminal: plain columns, one job a line."""
    tidy(tmp_path)
    opsrun(tmp_path, "run", "tidy")

    outputs = [opsrun(tmp_path, verb).stdout for verb in ("list", "status", "history")]

    assert [output.split()[0] for output in outputs] == ["JOB"] * 3
    assert [len(output.splitlines()) for output in outputs] == [2, 2, 2]
    assert "\x1b" not in "".join(outputs)


def test_a_scheduled_run_happens_once(tmp_path: Path) -> None:
    """The second call of a timer finds it done, says so, and succeeds."""
    tidy(tmp_path)

    first = opsrun(tmp_path, "run", "tidy", "--scheduled")
    second = opsrun(tmp_path, "run", "tidy", "--scheduled")

    assert [Exit.OK, Exit.OK] == [first.returncode, second.returncode]
    assert "ended already, ok" in second.stderr


def test_a_named_occurrence_is_run_and_a_wrong_instant_refused(tmp_path: Path) -> None:
    """`--due` takes instants of the schedule alone."""
    tidy(tmp_path)

    right = opsrun(tmp_path, "run", "tidy", "--due", "2026-03-01T02:00:00Z")
    wrong = [
        opsrun(tmp_path, "run", "tidy", "--due", due).returncode
        for due in ("2026-03-01T02:01:00Z", "2026-03-01T02:00:00", "yesterday", "9000-01-01T02:00Z")
    ]

    assert Exit.OK == right.returncode
    assert "tabular/tidy (2026-03-01T02:00:00Z): ok" in right.stderr
    assert [Exit.BAD_PLAN] * 4 == wrong


def test_the_exit_code_says_how_it_ended(tmp_path: Path) -> None:
    """Failed is 1, timed out 124, partly done 3."""
    deep = tmp_path / "deep" / "/".join(["d"] * 150)
    deep.mkdir(parents=True)
    with served() as address:
        plans.write(
            tmp_path,
            plans.job({"a": plans.disk("/nowhere")}, name="failing"),
            plans.job(
                {"a": plans.ask(f"{address}/hang", 60)},
                name="hanging",
                timeout_seconds=0.5,
                stop_grace_seconds=0,
            ),
            plans.job({"a": plans.expire(tmp_path / "deep")}, name="partial"),
        )
        codes = {
            name: opsrun(tmp_path, "run", name).returncode
            for name in ("failing", "hanging", "partial")
        }

    assert {"failing": 1, "hanging": 124, "partial": 3} == codes


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "tidi"], "has no job `tidi`; did you mean `tidy`?"),
        (["run", "twin"], "write one of `other/twin`, `tabular/twin`"),
        (["run", "tidy", "--plan", "missing.json"], "missing.json: the plan cannot be read"),
        (["validate", "broken.json"], "broken.json: jobs"),
        (["run"], "Missing argument 'JOB'"),
        (["run", "tidy", "--due", "0001-01-01T00:00:00+14:00"], "outside the years"),
        (["run", "tidy", "--due", "9999-12-31T23:59:59-14:00"], "outside the years"),
        (["run", "tidy", "--scheduled", "--due", "2026-03-01T02:00Z"], "exclude each other"),
        (["dance"], "No such command 'dance'"),
    ],
)
def test_a_bad_plan_or_usage_is_exit_2(tmp_path: Path, arguments: list[str], said: str) -> None:
    """The message is on standard error, standard output stays empty."""
    steps = {"expire": plans.expire("/srv/nothing")}
    twin = plans.job(steps, name="twin")
    plans.write(tmp_path, plans.job(steps), twin, plans.job(steps, name="twin", service="other"))
    broken = plans.plan(plans.job(steps, colour="red"))
    (tmp_path / "broken.json").write_text(json.dumps(broken))

    done = opsrun(tmp_path, *arguments)

    assert (Exit.BAD_PLAN, "") == (done.returncode, done.stdout)
    assert said in done.stderr


def test_validate_accepts_what_run_would(tmp_path: Path) -> None:
    """A good plan is said to be fine."""
    tidy(tmp_path)

    done = opsrun(tmp_path, "validate", "plan.json")

    assert (Exit.OK, "plan.json: 1 jobs for local, fine\n") == (done.returncode, done.stderr)


@pytest.mark.parametrize("verb", [["run", "tidy"], ["status"], ["history"], ["logs", "tidy"]])
def test_a_damaged_journal_is_refused_by_every_verb(tmp_path: Path, verb: list[str]) -> None:
    """Nothing runs, nothing is made anew, and the way out is said."""
    old = tidy(tmp_path)
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / FILE_NAME).write_bytes(b"rubbish")

    done = opsrun(tmp_path, *verb)

    assert (Exit.FAILED, True) == (done.returncode, old.exists())
    assert "move it away" in done.stderr
    assert (tmp_path / "state" / FILE_NAME).read_bytes() == b"rubbish"


def test_verbs_that_look_make_no_state(tmp_path: Path) -> None:
    """Before the first run there is nothing to see, and that is no fault."""
    tidy(tmp_path)

    outputs = {
        verb[0]: opsrun(tmp_path, *verb, "--format", "json").stdout
        for verb in (["status"], ["history", "tidy"])
    }

    assert json.loads(outputs["status"])[0]["state"] == "never ran"
    assert json.loads(outputs["history"]) == []
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize("verb", [["history"], ["history", "tidy"], ["logs", "tidy"]])
def test_a_state_folder_without_a_journal_is_said_to_have_none(
    tmp_path: Path, verb: list[str]
) -> None:
    """A mistyped `--state` does not look like a host where nothing ran; there is no bare table."""
    tidy(tmp_path)

    done = opsrun(tmp_path, *verb, "--state", "elsewhere")

    assert (Exit.OK, "") == (done.returncode, done.stdout)
    assert "opsrun: elsewhere has no journal yet" in done.stderr


def test_two_runs_at_once_do_not_overlap(tmp_path: Path) -> None:
    """While one hangs, another by hand is busy (10) and leaves no trace."""
    with served() as address:
        plans.write(tmp_path, plans.job({"a": plans.ask(f"{address}/hang", 60)}))
        environment = {**ENVIRONMENT, "STATE_DIRECTORY": str(tmp_path / "state")}
        command = argv("run", "tidy", "--plan", tmp_path / "plan.json")
        first = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
        try:
            assert address.hung.wait(60)
            running = json.loads(opsrun(tmp_path, "status", "--format", "json").stdout)
            second = opsrun(tmp_path, "run", "tidy")
        finally:
            first.terminate()
            first.wait(timeout=60)

    assert running[0]["state"] == "running"
    assert (Exit.BUSY, Exit.FAILED) == (second.returncode, first.returncode)
    (occurrence,) = json.loads(opsrun(tmp_path, "history", "--format", "json").stdout)
    assert occurrence["reason"] == "step a: stopped by SIGTERM"


def on_a_terminal(folder: Path, *arguments: str, **environment: str) -> str:
    """Run opsrun with both outputs on a terminal; return what it shows."""
    master, slave = pty.openpty()
    with closing(os.fdopen(master, "rb", buffering=0)) as screen:
        child = subprocess.Popen(
            argv(*arguments),
            cwd=folder,
            env={
                **ENVIRONMENT,
                "TERM": "xterm",
                "OPSRUN_PLAN": "plan.json",
                "STATE_DIRECTORY": str(folder / "state"),
                **environment,
            },
            stdout=slave,
            stderr=slave,
        )
        os.close(slave)
        shown = b""
        try:
            while chunk := screen.read(4096):
                shown += chunk
        except OSError:
            pass  # the terminal has gone with its last user
        child.wait(timeout=60)
    return shown.decode()


def test_colour_is_for_terminals_and_no_color_is_obeyed(tmp_path: Path) -> None:
    """Outcomes are painted on a terminal, unless NO_COLOR says no."""
    tidy(tmp_path)
    opsrun(tmp_path, "run", "tidy")

    assert "\x1b[32mok" in on_a_terminal(tmp_path, "status")
    assert "\x1b" not in on_a_terminal(tmp_path, "status", NO_COLOR="1")


def test_a_reader_that_goes_away_is_no_fault(tmp_path: Path) -> None:
    """`opsrun list | head -0` ends quietly."""
    tidy(tmp_path)
    reader, writer = os.pipe()
    os.close(reader)
    environment = {**ENVIRONMENT, "OPSRUN_PLAN": "plan.json"}

    done = subprocess.run(
        argv("list"),
        cwd=tmp_path,
        env=environment,
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writer)

    assert b"" == done.stderr


def test_a_job_goes_on_when_its_reader_goes_away(tmp_path: Path) -> None:
    """`opsrun run … | head -0`: the run is recorded to its end."""
    tidy(tmp_path)
    reader, writer = os.pipe()
    os.close(reader)
    environment = {**ENVIRONMENT, "OPSRUN_PLAN": "plan.json", "STATE_DIRECTORY": "state"}

    done = subprocess.run(
        argv("run", "tidy"), cwd=tmp_path, env=environment, stdout=writer, check=False
    )
    os.close(writer)

    assert Exit.OK == done.returncode
    (occurrence,) = json.loads(opsrun(tmp_path, "history", "--format", "json").stdout)
    assert occurrence["outcome"] == "ok"
