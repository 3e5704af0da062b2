"""`opsrun diagnose`, as a process."""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.opsrun import argv, opsrun
from tests.runtime import plans
from tests.runtime.kinds.diagnostics.canaries import CANARIES
from tests.runtime.kinds.diagnostics.collected import read
from tests.runtime.kinds.diagnostics.test_redaction import pieces
from tests.servers.process import until

if TYPE_CHECKING:
    from pathlib import Path


def diagnosis(service: str = "tabular", **parameters: Any) -> dict[str, Any]:
    """Return a job that collects what costs little."""
    said = {"service": service, "collectors": ["cache", "opsrun"], **parameters}
    step = {"kind": "diagnostics.collect", "parameters": said}
    return plans.job({"collect": step}, service=service, name="diagnose", schedule="manual")


def test_the_striking_is_told_first_and_the_archive_last(tmp_path: Path) -> None:
    """On standard output, for people; how it goes is talk."""
    bad = plans.job({"one": plans.command("false")}, name="backup")
    sick = plans.job({"one": plans.disk("/nowhere")}, name="health")
    plans.write(tmp_path, diagnosis(), bad, sick)
    opsrun(tmp_path, "run", "backup")
    opsrun(tmp_path, "run", "health")
    done = opsrun(tmp_path, "diagnose", environment={"OPSRUN_LOG": "text"})

    said = done.stdout.splitlines()
    assert 0 == done.returncode
    assert said[0].startswith("! job tabular/backup: failed at ")
    assert said[1].startswith("! job tabular/health: failed at ")
    assert said[2] == (
        "! health of disk (tabular/health): error: /nowhere: No such file or directory"
    )
    files = read(said[-1])
    assert "tabular/backup" in files["opsrun/status.txt"]
    assert "sha256:" in files["opsrun/plan.txt"]
    assert "opsrun: 6 files" in done.stderr


def test_what_could_not_be_had_is_told_and_the_code_is_three(tmp_path: Path) -> None:
    """The archive is there all the same."""
    plans.write(tmp_path, diagnosis(collectors=["database"], databases={"db": {"env": "NOWHERE"}}))
    done = opsrun(tmp_path, "diagnose")

    assert 3 == done.returncode
    assert "database: failed: db: the variable NOWHERE is not set" in done.stdout.splitlines()
    assert os.path.exists(done.stdout.splitlines()[-1])


def test_options_replace_what_the_plan_says(tmp_path: Path) -> None:
    """Fewer lines, another folder, since when."""
    logs, out = tmp_path / "log", tmp_path / "out"
    logs.mkdir()
    (logs / "a.log").write_text("".join(f"line {number}\n" for number in range(10)))
    (logs / "old.log").write_text("old\n")
    os.utime(logs / "old.log", (0, 0))
    plans.write(tmp_path, diagnosis(collectors=["logs"], logs=[{"root": str(logs)}]))
    done = opsrun(
        tmp_path,
        "diagnose",
        "--lines",
        "2",
        "--since",
        "1h",
        "--output",
        str(out),
        "--format",
        "json",
    )

    facts = json.loads(done.stdout)["steps"]["collect"]["facts"]
    files = read(facts["archive"])
    assert str(out) == os.path.dirname(facts["archive"])
    assert "line 8\nline 9\n" == files[f"logs/files{logs}/a.log"]
    assert f"logs/files{logs}/old.log" not in files


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--output", "/tmp"), "`/tmp` holds what belongs to others"),
        (("--since", "yesterday"), "--since: `yesterday` is neither 2h nor 2026-03-01T02:00:00Z"),
        (("--since", "2999-01-01T00:00:00Z"), "has not come yet"),
        (("--service", "nobody"), "has no job of nobody that collects diagnostics"),
        (("--lines", "0"), "0 is not in the range"),
        ((), "several jobs collect diagnostics: say --service"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    """With what is wrong, and a way out; nothing is run."""
    more = [diagnosis("other")] if not arguments else []
    plans.write(tmp_path, diagnosis(), *more)
    done = opsrun(tmp_path, "diagnose", *arguments)

    assert 2 == done.returncode
    assert said in done.stderr
    assert not (tmp_path / "state").exists()


def test_a_plan_without_such_a_job_says_how_to_have_one(tmp_path: Path) -> None:
    """It is a matter of the spec."""
    plans.write(tmp_path, plans.job({"one": plans.command("true")}))

    assert "`run: diagnostics.collect`" in opsrun(tmp_path, "diagnose").stderr


def test_a_dry_run_makes_nothing(tmp_path: Path) -> None:
    """It says what would be collected."""
    plans.write(tmp_path, diagnosis())
    done = opsrun(tmp_path, "diagnose", "--dry-run", environment={"OPSRUN_LOG": "text"})

    assert 0 == done.returncode
    assert "would collect opsrun: the plan and the journal" in done.stdout
    assert not (tmp_path / "state").exists()


def test_no_canary_is_in_bundle_output_log_metric_or_journal(tmp_path: Path) -> None:
    """Declared ones and those of a known shape, in a log that is collected."""
    logs = tmp_path / "log"
    logs.mkdir()
    (logs / "a.log").write_text("\n".join([*(x.text for x in CANARIES), "declared-canary", ""]))
    name = "token=" + "canary-in-a-name"
    (logs / f"{name}.log").write_text("x\n")
    secret = {"env": "CANARY"}
    plans.write(
        tmp_path,
        diagnosis(
            collectors=["logs", "database", "opsrun", "network"],
            logs=[{"root": str(logs)}],
            databases={"db": secret},
        ),
    )
    done = opsrun(tmp_path, "diagnose", environment={"CANARY": "declared-canary"})
    opsrun(tmp_path, "diagnose", environment={"CANARY": "declared-canary"})

    everything = done.stdout + done.stderr
    archives = list((tmp_path / "state" / "diagnostics").iterdir())
    for archive in archives:
        everything += "".join(f"{key}\n{text}\n" for key, text in read(str(archive)).items())
    for path in (tmp_path / "state").rglob("*"):
        if path.is_file() and path not in archives:
            everything += path.read_bytes().decode("utf-8", "replace")
    left = [x.name for x in CANARIES if any(piece in everything for piece in pieces(x.secret))]
    assert 2 == len(archives)
    assert [] == left
    assert "declared-canary" not in everything
    assert "canary-in-a-name" not in everything


@pytest.mark.parametrize("moment", ["collecting", "writing"])
def test_killed_in_the_middle_it_leaves_no_half_archive_and_the_next_run_tidies_up(
    tmp_path: Path, moment: str
) -> None:
    """Nothing of it runs on; what there is under an archive's name is whole."""
    logs, folder = tmp_path / "log", tmp_path / "state" / "diagnostics"
    logs.mkdir()
    (logs / "a.log").write_text("".join(f"{os.urandom(40).hex()}\n" for _ in range(30_000)))
    plans.write(
        tmp_path,
        diagnosis(
            collectors=["system", "logs"],
            logs=[{"root": str(logs)}],
            lines=30_000,
            collector_limit_bytes=2**23,
        ),
    )
    folder.mkdir(parents=True, mode=0o700)
    (folder / ".partial-left").write_text("half")
    # What is in the environment of all of its processes.
    environment = {**os.environ, "HOME": str(tmp_path)}
    with subprocess.Popen(
        argv(tmp_path, "diagnose"),
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as runner:
        until(
            lambda: bool(
                runner.poll() is not None
                or (moment == "collecting" and collectors_of(tmp_path))
                or (moment == "writing" and partial(folder) - {".partial-left"})
            ),
            f"it is {moment}",
        )
        runner.kill()
    until(lambda: not collectors_of(tmp_path), "nothing runs on")
    whole = [read(str(folder / name)) for name in os.listdir(folder) if name.endswith(".tar.gz")]
    done = opsrun(tmp_path, "diagnose", environment={"HOME": str(tmp_path)})

    assert all("index.json" in files for files in whole)
    assert done.returncode in (0, 3)
    assert set() == partial(folder)
    assert "index.json" in read(done.stdout.splitlines()[-1])


def partial(folder: Path) -> set[str]:
    """Return the names of archives that are, or were, being written."""
    return {name for name in os.listdir(folder) if name.startswith(".partial-")}


def collectors_of(home: Path) -> list[int]:
    """Return the collectors that have such a home in their environment."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            said = b"".join(
                pathlib.Path(f"/proc/{name}/{file}").read_bytes() for file in ("cmdline", "environ")
            )
            if b"diagnostics/child.py" in said and os.fsencode(f"HOME={home}\0") in said:
                found.append(int(name))
    return found
