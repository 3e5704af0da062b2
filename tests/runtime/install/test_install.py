"""`opsrun install`: what goes where, what goes away, what is left alone."""

from __future__ import annotations

import json
import stat
from typing import TYPE_CHECKING

import pytest

from runtime.install.layout import RESIDENT
from tests.runtime.install.hosts import (
    PLAN,
    PRODUCTION,
    TIDY,
    UNITS,
    change_plan,
    compiled,
    files,
    install,
    seal,
    tree,
    without_tidy,
)

if TYPE_CHECKING:
    from pathlib import Path


def test_a_host_with_systemd_gets_plan_and_units(tmp_path: Path) -> None:
    """Every unit of its jobs, the resident process, the delivery, the plan; no runbook.

    The checks of health are made by the resident process: theirs are left out, as crontabs are.
    """
    finished = install(PRODUCTION, tmp_path / "root", host="api2.example.org")

    units = {
        f"{UNITS}/{path.name}": path.read_bytes()
        for path in PRODUCTION.glob("systemd/*")
        if path.stem != "opsrun-tabular-health-check"
    }
    plan = {"etc/opsrun/plan.json": (PRODUCTION / "jobs/plan.json").read_bytes()}
    assert (0, "") == (finished.returncode, finished.stderr)
    assert units | plan == files(tmp_path / "root")
    modes = [path.stat().st_mode for path in (tmp_path / "root").rglob("*") if path.is_file()]
    assert {0o644} == {stat.S_IMODE(mode) for mode in modes}


def test_a_host_with_cron_gets_its_crontab_and_no_units(tmp_path: Path) -> None:
    """Where cron starts the jobs, nothing else does."""
    folder = change_plan(compiled(tmp_path / "from"), crontab="tabular--api", served=False)
    finished = install(folder, tmp_path / "root")

    assert {"etc/opsrun/plan.json", "etc/cron.d/tabular--api"} == set(files(tmp_path / "root"))
    assert "let cron call `opsrun deliver`" in finished.stdout
    assert "folder /var/lib/opsrun" in finished.stdout


def test_a_host_that_goes_over_to_cron_keeps_no_timer(tmp_path: Path) -> None:
    """What started the jobs is removed in the install that brings what starts them now."""
    install(PRODUCTION, tmp_path / "root")
    folder = change_plan(compiled(tmp_path / "from"), crontab="tabular--api", served=False)
    install(folder, tmp_path / "root", "--yes")

    assert {"etc/opsrun/plan.json", "etc/cron.d/tabular--api"} == set(files(tmp_path / "root"))


def test_jobs_that_serve_starts_bring_its_unit_alone(tmp_path: Path) -> None:
    """One unit starts them, and it is enabled; what started them before goes."""
    install(PRODUCTION, tmp_path / "root")
    folder = compiled(tmp_path / "from")
    (folder / "systemd" / RESIDENT).write_text("[Service]\nExecStart=/usr/bin/opsrun serve\n")
    finished = install(change_plan(folder, served=True), tmp_path / "root", "--yes")

    assert {"etc/opsrun/plan.json", f"{UNITS}/{RESIDENT}"} == set(files(tmp_path / "root"))
    assert f"systemctl enable --root={tmp_path / 'root'} {RESIDENT}" in finished.stdout


def test_a_host_that_is_watched_has_serve_beside_its_timers(tmp_path: Path) -> None:
    """Nothing of the host would be seen otherwise, and nobody would take its alerts."""
    install(PRODUCTION, tmp_path / "root")
    names = set(files(tmp_path / "root"))

    assert {f"{UNITS}/{RESIDENT}", f"{UNITS}/{TIDY}.timer"} <= names


def test_where_serve_starts_jobs_on_some_hosts_it_stands_on_no_other(tmp_path: Path) -> None:
    """What is said of it is said of those: its address is theirs."""
    folder = compiled(tmp_path / "from")
    plan = json.loads((folder / PLAN).read_text())
    served = [job for job in plan["jobs"].values() if job.get("served")]
    for job in (*served, plan["jobs"]["tabular/cache-cleanup"]):
        job |= {"served": True, "hosts": ["small1"]}
    (folder / PLAN).write_text(json.dumps(plan))
    seal(folder)
    install(folder, tmp_path / "root")

    assert f"{UNITS}/{RESIDENT}" not in files(tmp_path / "root")
    assert f"{UNITS}/{TIDY}.timer" in files(tmp_path / "root")


def test_jobs_without_hosts_go_everywhere(tmp_path: Path) -> None:
    """A plan that names no host is for each."""
    folder = change_plan(compiled(tmp_path / "from"), hosts=[])
    finished = install(folder, tmp_path / "root", host="anywhere")

    assert 0 == finished.returncode
    assert f"{UNITS}/{TIDY}.timer" in files(tmp_path / "root")


def test_a_host_that_no_job_names_is_refused_with_those_that_are(tmp_path: Path) -> None:
    """A name that was mistyped installs nothing."""
    finished = install(PRODUCTION, tmp_path / "root", host="ap1")

    assert 2 == finished.returncode
    assert "there are jobs for api1, api2, api3" in finished.stderr
    assert {} == tree(tmp_path / "root")


def test_a_second_install_does_nothing(tmp_path: Path) -> None:
    """No file is written again, and nobody is asked."""
    install(PRODUCTION, tmp_path / "root")
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "root").rglob("*")}
    finished = install(PRODUCTION, tmp_path / "root")

    assert 0 == finished.returncode
    assert "nothing" in finished.stdout
    assert before == {path: path.stat().st_mtime_ns for path in (tmp_path / "root").rglob("*")}


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_dry_run_changes_nothing(tmp_path: Path, form: str) -> None:
    """It says what would be added, replaced and removed, and leaves the tree as it is."""
    install(PRODUCTION, tmp_path / "root")
    folder = without_tidy(tmp_path / "from")
    before = tree(tmp_path / "root")
    finished = install(folder, tmp_path / "root", "--dry-run", "--format", form)

    assert (0, "") == (finished.returncode, finished.stderr)
    assert before == tree(tmp_path / "root")
    if form == "json":
        said = [(one["action"], one["path"]) for one in json.loads(finished.stdout)["changes"]]
        assert said == [
            ("remove", f"/{UNITS}/{TIDY}.timer"),
            ("replace", "/etc/opsrun/plan.json"),
            ("remove", f"/{UNITS}/{TIDY}.service"),
        ]
    else:
        assert f"remove   /{UNITS}/{TIDY}.timer" in finished.stdout


def test_what_goes_is_agreed_to_first(tmp_path: Path) -> None:
    """Without a terminal `--yes` is needed; then the removed job's units are gone."""
    install(PRODUCTION, tmp_path / "root")
    folder = without_tidy(tmp_path / "from")
    before = tree(tmp_path / "root")
    refused = install(folder, tmp_path / "root")

    assert 1 == refused.returncode
    assert "say --yes" in refused.stderr
    assert before == tree(tmp_path / "root")

    agreed = install(folder, tmp_path / "root", "--yes")

    assert 0 == agreed.returncode
    assert not [path for path in files(tmp_path / "root") if TIDY in path]


def test_an_edited_unit_that_is_no_longer_compiled_is_left(tmp_path: Path) -> None:
    """An edit is never lost; each install says that it is there."""
    install(PRODUCTION, tmp_path / "root")
    edited = tmp_path / "root" / UNITS / f"{TIDY}.service"
    edited.write_text("mine\n")
    folder = without_tidy(tmp_path / "from")
    for _ in range(2):
        finished = install(folder, tmp_path / "root", "--yes")

        assert 0 == finished.returncode
        assert f"left     /{UNITS}/{TIDY}.service" in finished.stdout
        assert "mine\n" == edited.read_text()


@pytest.mark.parametrize("was_ours", [True, False])
def test_another_file_in_the_way_is_refused(tmp_path: Path, *, was_ours: bool) -> None:
    """Neither an edit nor somebody else's file is overwritten; the message says the way out."""
    place = tmp_path / "root" / UNITS / f"{TIDY}.service"
    if was_ours:
        install(PRODUCTION, tmp_path / "root")
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("mine\n")
    before = tree(tmp_path / "root")
    finished = install(PRODUCTION, tmp_path / "root", "--yes")

    assert 1 == finished.returncode
    assert "then install again" in finished.stderr
    assert ("was edited" in finished.stderr) is was_ours
    assert before == tree(tmp_path / "root")


@pytest.mark.parametrize("link", ["etc/opsrun", f"{UNITS}/{TIDY}.service", "etc/systemd"])
def test_no_link_is_followed(tmp_path: Path, link: str) -> None:
    """A link in the way, or to the way, is refused; what it points to stays as it was."""
    outside = tmp_path / "outside"
    outside.mkdir()
    place = tmp_path / "root" / link
    place.parent.mkdir(parents=True)
    place.symlink_to(outside)
    finished = install(PRODUCTION, tmp_path / "root", "--yes")

    assert 1 == finished.returncode
    assert "is a link" in finished.stderr
    assert {} == tree(outside)


def test_a_link_in_the_place_of_what_goes_is_left(tmp_path: Path) -> None:
    """Removal follows no link, and removes none that it did not make."""
    install(PRODUCTION, tmp_path / "root")
    place = tmp_path / "root" / UNITS / f"{TIDY}.service"
    place.unlink()
    place.symlink_to(tmp_path / "root/etc/opsrun/plan.json")
    install(without_tidy(tmp_path / "from"), tmp_path / "root", "--yes")

    assert place.is_symlink()
    assert place.exists()


def test_a_list_that_leads_elsewhere_is_refused(tmp_path: Path) -> None:
    """Nothing outside of the known places is ever removed, whatever the list says."""
    install(PRODUCTION, tmp_path / "root")
    listed = tmp_path / "root/etc/opsrun/installed.json"
    victim = tmp_path / "root/etc/passwd"
    victim.write_text("theirs\n")
    listed.write_text(listed.read_text().replace("/etc/opsrun/plan.json", "/etc/passwd"))
    finished = install(PRODUCTION, tmp_path / "root", "--yes")

    assert 1 == finished.returncode
    assert "is not a list that opsrun wrote" in finished.stderr
    assert "theirs\n" == victim.read_text()


def test_what_the_host_lacks_is_said(tmp_path: Path) -> None:
    """User, program and credentials that the units name; none of them once they are there."""
    root = tmp_path / "root"
    lacking = install(PRODUCTION, root).stdout
    for path in ("usr/bin/opsrun", "etc/passwd", "etc/group"):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("opsrun:x:990:990\n")
    (root / "etc/opsrun/credentials").mkdir()
    for name in ("cache", "database", "database-replica", "serve-token"):
        (root / "etc/opsrun/credentials" / name).touch()

    assert "missing  user opsrun" in lacking
    assert "missing  program /usr/bin/opsrun" in lacking
    assert "missing  credential /etc/opsrun/credentials/cache" in lacking
    assert "missing" not in install(PRODUCTION, root).stdout


def test_systemctl_is_called_in_order(tmp_path: Path) -> None:
    """What goes is disabled before, what came is enabled after.

    The one program that is not the real one: systemd does not run where tests do.
    """
    root, called = tmp_path / "root", tmp_path / "called"
    fake = tmp_path / "bin/systemctl"
    fake.parent.mkdir()
    fake.write_text(f'#!/bin/sh\necho "$@" >> {called}\n')
    fake.chmod(0o755)
    path = f"{fake.parent}:/usr/bin:/bin"
    install(PRODUCTION, root, "--activate", PATH=path)
    wants = root / UNITS / "timers.target.wants" / f"{TIDY}.timer"
    wants.parent.mkdir()
    wants.symlink_to(f"/{UNITS}/{TIDY}.timer")
    folder = without_tidy(tmp_path / "from")
    refused = install(folder, root, "--yes")
    finished = install(folder, root, "--yes", "--activate", PATH=path)

    assert (1, 0) == (refused.returncode, finished.returncode)
    assert "is still enabled" in refused.stderr
    verbs = [line.split()[0] for line in called.read_text().splitlines()]
    assert ["enable", "disable", "enable"] == verbs
    assert f"disable --root={root} {TIDY}.timer" in called.read_text()
