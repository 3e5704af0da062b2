from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from prometheus_client.parser import text_string_to_metric_families

from runtime.journal.claims import record_missed
from runtime.journal.store import Store, open_store
from runtime.lineage import this_process
from runtime.metrics import exposition, families, write_textfile
from tests.runtime import plans
from tests.runtime.journals import ask, do_step, finish, granted
from tests.runtime.turned_clock import START

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Any

    from runtime.journal.record import Outcome

KEY = "tabular/tidy"
CHECKS = {
    **plans.ask("http://127.0.0.1/")["parameters"]["checks"],
    **plans.disk("/")["parameters"]["checks"],
}
CHECK = {"kind": "health.check", "parameters": {"checks": CHECKS}}
PLAN = plans.loaded(plans.job({"check": CHECK, "other": CHECK, "tidy": plans.expire("/srv/a")}))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A new journal."""
    with open_store(str(tmp_path / "state")) as opened:
        yield opened


def ran(
    store: Store,
    day: int,
    outcome: Outcome,
    code: int,
    facts: dict[str, Any],
    name: str = "check",
) -> None:
    """Have the journal know a run of some day, with one step."""
    at = START + timedelta(days=day)
    grant = granted(ask(store, this_process(), due_at=at, now=at))
    do_step(store, grant, name, now=at, exit_code=code, facts=facts)
    finish(store, grant, at, outcome=outcome, exit_code=code, reason="", duration_seconds=1.5)


def samples(store: Store) -> dict[tuple[str, str], float]:
    """Return the values by metric and the label that tells them apart."""
    found = {}
    for family in text_string_to_metric_families(exposition(families(store, PLAN, START)).decode()):
        for sample in family.samples:
            labels = dict(sample.labels)
            assert (labels.pop("service"), labels.pop("job_name")) == ("tabular", "tidy")
            found[sample.name, ",".join(labels.values())] = sample.value
    return found


def test_a_job_that_never_ran_shows_zero_and_not_nothing(store: Store) -> None:
    """An alert on the age of the last success needs a value."""
    found = samples(store)

    assert found["opsrun_job_last_success_timestamp_seconds", ""] == 0
    assert found["opsrun_job_runs_total", "ok"] == 0
    assert found["opsrun_job_missed_total", ""] == 0
    assert ("opsrun_job_last_exit_code", "") not in found


def test_runs_are_counted_by_outcome_and_the_last_is_described(store: Store) -> None:
    """A failure after a success keeps the instant of the success."""
    ran(store, 0, "ok", 0, {})
    ran(store, 1, "failed", 3, {})
    record_missed(store, KEY, [START + timedelta(days=2)], START, "nothing ran it")

    found = samples(store)

    assert found["opsrun_job_last_success_timestamp_seconds", ""] == START.timestamp()
    assert found["opsrun_job_last_exit_code", ""] == 3
    assert found["opsrun_job_last_duration_seconds", ""] == 1.5
    assert [found["opsrun_job_runs_total", one] for one in ("ok", "failed", "skipped")] == [1, 1, 0]
    assert found["opsrun_job_missed_total", ""] == 1


def test_the_last_health_of_each_check_is_one_of_four(store: Store) -> None:
    """Exactly one status is 1; a check that was not timed has no duration."""
    api = {"status": "degraded", "message": "", "response_seconds": 0.25}
    disk = {"status": "healthy", "message": "", "response_seconds": None}
    ran(store, 0, "ok", 0, {"checks": {"api": {**api, "status": "healthy"}}})
    ran(store, 1, "ok", 0, {"checks": {"api": api, "disk": disk}})

    found = samples(store)

    health = {key[1]: value for key, value in found.items() if key[0] == "opsrun_health_status"}
    assert {key for key, value in health.items() if value == 1} == {
        "check,api,degraded",
        "check,disk,healthy",
    }
    assert len(health) == 8
    assert found["opsrun_health_duration_seconds", "check,api"] == 0.25
    assert ("opsrun_health_duration_seconds", "check,disk") not in found


def test_a_series_is_there_once_and_of_the_present_plan_alone(store: Store) -> None:
    """Two steps with checks of one name are two series; steps and checks that went are none."""
    answer = {"status": "healthy", "message": "", "response_seconds": 0.5}
    for day, name in enumerate(("check", "other", "renamed", "tidy")):
        ran(store, day, "ok", 0, {"checks": {"api": answer, "gone": answer}}, name)

    lines = exposition(families(store, PLAN, START)).decode().splitlines()
    series = [line.rsplit(" ", 1)[0] for line in lines if not line.startswith("#")]

    assert sorted(set(series)) == sorted(series)
    timed = [one for one in series if one.startswith("opsrun_health_duration_seconds{")]
    assert ["check", "other"] == [one.split('step="')[1].split('"')[0] for one in timed]
    assert "gone" not in "".join(series)


def test_what_a_step_found_is_a_gauge_of_its_kind(store: Store) -> None:
    """Numbers alone, in all and by what they are about; of steps that the plan still has."""
    facts = {"files": 3, "bytes": 4096, "method": "told", "is_so": True, "would_delete": [1]}
    by_folder = {f"/srv/{number:03}": {"bytes": number, "note": "x"} for number in range(200)}
    ran(store, 0, "ok", 0, {**facts, "by_folder": by_folder}, "tidy")
    ran(store, 1, "ok", 0, facts, "renamed")
    found = {key: value for key, value in samples(store).items() if "expire" in key[0]}

    assert 3 == found.pop(("opsrun_files_expire_files", "tidy"))
    assert 4096 == found.pop(("opsrun_files_expire_bytes", "tidy"))
    assert {
        ("opsrun_files_expire_folder_bytes", f"tidy,/srv/{number:03}"): number
        for number in range(100)
    } == found


def test_a_collector_of_another_user_reaches_the_metrics_and_nothing_else(tmp_path: Path) -> None:
    """Under the unit's umask: the way to the text file is open, the rest is not even listed."""
    state = tmp_path / "state"
    with open_store(str(state)):
        pass  # by hand, or by systemd under its StateDirectoryMode
    umask = os.umask(0o077)
    try:
        with open_store(str(state)) as opened:
            path = write_textfile(opened, PLAN, str(state / "metrics"), START)
    finally:
        os.umask(umask)

    modes = [os.stat(one).st_mode & 0o077 for one in (state, state / "metrics", path)]
    assert [0o011, 0o055, 0o044] == modes
    assert os.stat(state / "journal.sqlite3").st_mode & 0o077 == 0


def test_the_text_file_is_replaced_whole_and_readable(store: Store, tmp_path: Path) -> None:
    """A reader with the old file open keeps the old one; nothing is left beside it."""
    folder = tmp_path / "metrics"
    path = write_textfile(store, PLAN, str(folder), START)
    with open(path, "rb") as old:
        ran(store, 0, "ok", 0, {})
        write_textfile(store, PLAN, str(folder), START)
        before, after = old.read(), (folder / "opsrun.prom").read_bytes()

    assert b'job_name="tidy",outcome="ok"} 0.0' in before
    assert b'job_name="tidy",outcome="ok"} 1.0' in after
    assert os.stat(path).st_mode & 0o777 == 0o644
    assert sorted(os.listdir(folder)) == [".lock", "opsrun.prom"]
