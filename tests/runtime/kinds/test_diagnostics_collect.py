from __future__ import annotations

import json
import os
import stat
from typing import TYPE_CHECKING

from runtime.contract.diagnostics_collect import COLLECTORS
from runtime.contract.files_expire import Place
from runtime.contract.secret import Secret
from runtime.errors import Exit
from runtime.kinds.diagnostics_collect import MODULES
from tests.checkout import ROOT
from tests.runtime.kinds.diagnostics.collected import collected

if TYPE_CHECKING:
    from pathlib import Path


def test_every_collector_has_a_module() -> None:
    """And every module with a collector's name is one."""
    folder = ROOT / "runtime" / "kinds" / "diagnostics"
    found = {path.stem for path in folder.glob("*.py") if "\ndef collect(" in path.read_text()}

    assert set(COLLECTORS) == set(MODULES) == found


def test_the_index_says_what_is_there_and_what_is_not(tmp_path: Path) -> None:
    """For programs and for people; a collector that fails is one line of it."""
    found = collected(
        tmp_path / "state",
        "system",
        "database",
        "cache",
        databases={"db": Secret(file="/nowhere/dsn")},
    )
    index = found.index

    assert {"system": "ok", "database": "failed", "cache": "absent"} == {
        name: part["status"] for name, part in index["collectors"].items()
    }
    listed = {name for part in index["collectors"].values() for name in part["files"]}
    assert listed | {"index.json", "index.md"} == set(found.files)
    assert all(
        size == len(found.files[name].encode())
        for part in index["collectors"].values()
        for name, size in part["files"].items()
    )
    assert "| database | failed |" in found.files["index.md"]
    assert "- db cannot be asked" in found.files["index.md"]


def test_facts_are_in_base_units_and_the_job_is_partly_done(tmp_path: Path) -> None:
    """What failed is named; the archive is where the facts say, for its owner alone."""
    found = collected(tmp_path / "state", "database", databases={"db": Secret(file="/nowhere/x")})
    facts = found.result.facts
    path = facts["archive"]

    assert Exit.PARTLY == found.result.exit_code
    assert ["database"] == facts["failed"]
    assert (1, 1) == (facts["faults"], facts["by_collector"]["database"]["faults"])
    assert [os.path.getsize(path), 0, 0] == [facts["archive_bytes"], facts["files"], facts["bytes"]]
    assert 0o600 == stat.S_IMODE(os.stat(path).st_mode)
    assert str(tmp_path / "state" / "diagnostics") == os.path.dirname(path)
    assert json.dumps(dict(facts))


def test_a_dry_run_says_what_would_be_collected_and_makes_nothing(tmp_path: Path) -> None:
    """No folder either; of secrets it says where they are kept."""
    found = collected(
        tmp_path / "state",
        *COLLECTORS,
        dry_run=True,
        logs=(Place(root="/var/log/tabular", pattern="*.log"),),
        units=("tabular.service",),
        databases={"db": Secret(credential="database")},
        endpoints={"api": "http://api.example.org/health?token=canary"},
        containers=("*tabular*",),
    )

    assert (Exit.OK, "would run 7 collectors") == (found.result.exit_code, found.result.summary)
    assert {"collectors": 7, "limit_bytes": 16 * 2**20} == found.result.facts
    assert [] == os.listdir(tmp_path / "state")
    lines = "the last 1000 lines"
    assert "\n".join(found.said) == (
        "would collect system: this host, up to 60s\n"
        f"would collect logs: {lines} of /var/log/tabular/*.log;"
        f" {lines} of the journal of tabular.service, up to 60s\n"
        "would collect database: db, by the credential database, up to 60s\n"
        "would collect cache: nothing is named, up to 60s\n"
        "would collect network: this host; a connection to api.example.org;"
        " a connection to db, up to 60s\n"
        "would collect docker: the last 100 lines of containers *tabular*, up to 60s\n"
        "would collect opsrun: the plan and the journal, up to 60s\n"
        "would write an archive of at most 16777216 bytes, unpacked,"
        f" to {tmp_path}/state/diagnostics\n"
        "would keep 10 archives"
    )


def test_the_whole_is_bounded(tmp_path: Path) -> None:
    """However much each collector finds."""
    folder = tmp_path / "log"
    folder.mkdir()
    for number in range(8):
        (folder / f"{number}.log").write_text("plain text\n" * 20_000)
    found = collected(
        tmp_path / "state",
        "logs",
        logs=(Place(root=str(folder)),),
        lines=100_000,
        limit_bytes=2**17,
    )

    assert found.result.facts["bytes"] <= 2**17
    assert found.collector("logs")["cut"]


def test_older_archives_go(tmp_path: Path) -> None:
    """So many are kept, the latest."""
    paths = [
        str(collected(tmp_path / "state", "cache", archives=2).result.facts["archive"])
        for _ in range(4)
    ]
    left = os.listdir(tmp_path / "state" / "diagnostics")

    assert 2 == len(left)
    assert os.path.basename(paths[-1]) in left


def test_a_folder_that_cannot_be_used_fails_the_job(tmp_path: Path) -> None:
    """Nothing is written elsewhere instead."""
    (tmp_path / "link").symlink_to(tmp_path)
    found = collected(tmp_path / "state", "cache", output=str(tmp_path / "link" / "x"))

    assert Exit.FAILED == found.result.exit_code
    assert "is a link or no folder" in found.result.summary
    assert {"link", "state"} == set(os.listdir(tmp_path))
