"""The demo shows what the README promises, and touches nothing that it did not make."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from tests.checkout import ROOT
from tests.installation import neutral_environment

pytestmark = pytest.mark.slow

FOREIGN: Final = "tabular-local/data/old-set/rows.csv"
"""An old file in a folder called like the one that the reference spec expires files of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """One demo that has ended, in a checkout of its own; `temporary` is shared with others."""

    checkout: Path
    temporary: Path
    code: int
    shown: str

    def compiled(self, path: str) -> str:
        """Given a path below the compiled environment, return the file's text."""
        return (self.checkout / "build/demo/generated/local" / path).read_text()


def started(checkout: Path, temporary: Path) -> subprocess.Popen[str]:
    """Start the demo in a copy of what it needs of this checkout."""
    shutil.copytree(ROOT / "specs", checkout / "specs")
    shutil.copytree(ROOT / ".ci", checkout / ".ci")
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return subprocess.Popen(
        ["bash", ".ci/demo.sh"],
        cwd=checkout,
        env={**neutral_environment(), "PATH": path, "TMPDIR": str(temporary)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.fixture(scope="module")
def demos(tmp_path_factory: pytest.TempPathFactory) -> list[Demo]:
    """Two demos that ran at once, with foreign files beside their data."""
    folder = tmp_path_factory.mktemp("demo")
    temporary = folder / "temporary"
    foreign = temporary / FOREIGN
    foreign.parent.mkdir(parents=True)
    foreign.write_text("mine")
    os.utime(foreign, (0, 0))
    checkouts = [folder / name for name in ("first", "second")]
    running = [started(checkout, temporary) for checkout in checkouts]
    ended = []
    for checkout, child in zip(checkouts, running, strict=True):
        shown, _ = child.communicate(timeout=180)
        demo = Demo(checkout=checkout, temporary=temporary, code=child.returncode, shown=shown)
        ended.append(demo)
    return ended


@pytest.mark.parametrize(
    "line",
    [
        "no faults in 1 file",
        "error[query/syntax]: PromQL has no function `raet`",
        "# query/syntax",
        "build/demo/generated/local: ",
        "./jobs/plan.json",
        ": alerts.HighCPUUsage",
        "would delete ",
        "deleted ",
        "left: ./tmp/in-use",
        "api: healthy: answered 200",
        "tabular/cleanup-old-data ok",
        "tabular/health-check ok",
        "── Next: README.md",
    ],
)
def test_the_demo_shows_the_whole_journey(demos: list[Demo], line: str) -> None:
    """From a spec to jobs that ran, each step is seen."""
    for demo in demos:
        assert 0 == demo.code, demo.shown
        assert line in re.sub(" +", " ", demo.shown)


def test_the_demo_leaves_other_data_alone(demos: list[Demo]) -> None:
    """What it did not make is there after it; what it made is gone."""
    temporary = demos[0].temporary

    left = [path for path in temporary.rglob("*") if path.is_file()]

    assert [temporary / FOREIGN] == left
    assert ["tabular-local"] == os.listdir(temporary)


def test_the_demo_expires_files_of_its_own_folder_alone(demos: list[Demo]) -> None:
    """No folder that the reference spec names is in the plan that runs."""
    for demo in demos:
        plan = demo.compiled("jobs/plan.json")

        assert "/var/tmp/tabular-local" not in plan
        assert f"{demo.temporary}/opsc-demo." in plan


@pytest.mark.parametrize("place", [r"127\.0\.0\.1:(\d+)/health", r"/opsc-demo\.(\w+)/data"])
def test_demos_at_once_have_a_port_and_a_folder_each(demos: list[Demo], place: str) -> None:
    """One neither answers for the other nor expires its files."""
    places = [set(re.findall(place, demo.compiled("jobs/plan.json"))) for demo in demos]

    assert [1, 1] == [len(found) for found in places]
    assert places[0] != places[1]
