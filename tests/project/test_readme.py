"""What the README says to type works as it stands, and its tables leave nothing out."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Final

import click
import pytest

from compiler.commands import group as opsc
from compiler.pipeline import examine
from runtime.commands.registry import opsrun
from runtime.contract.kinds import KINDS
from tests.checkout import ROOT
from tests.installation import neutral_environment

README: Final = (ROOT / "README.md").read_text()
PROGRAMS: Final = {"opsc": opsc, "opsrun": opsrun}
OTHERWISE_TESTED: Final = "make demo\n"
"""What `tests/project/test_demo.py` runs."""


def blocks(language: str, text: str = README) -> list[str]:
    """Return the fenced blocks of a language in a text."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def section(heading: str) -> str:
    """Return the README's section of a heading."""
    return README.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


SPECS: Final = [block for block in blocks("yaml") if block.startswith("opsc:")]
TYPED: Final = blocks("sh", section("Sixty seconds"))


@pytest.mark.parametrize("spec", SPECS)
def test_every_spec_passes_check(spec: str, tmp_path: Path) -> None:
    """What is shown first can be copied, and compiled."""
    file = tmp_path / "spec.yaml"
    file.write_text(spec)

    found = examine([str(file)], today=date(2027, 1, 1))

    assert [] == [finding.headline for finding in found.findings]
    assert found.plans


def test_every_kind_of_job_has_its_row() -> None:
    """In the order of the alphabet."""
    rows = re.findall(r"^\| `([a-z.]+)` \|", section("Kinds of jobs"), re.MULTILINE)

    assert sorted(KINDS) == rows


def test_there_are_blocks_to_try() -> None:
    """A block that is marked otherwise is not lost from these tests unseen."""
    assert (1, 3) == (len(SPECS), len(TYPED))
    assert OTHERWISE_TESTED in TYPED


@pytest.mark.slow
def test_the_sixty_seconds_can_be_pasted(tmp_path: Path) -> None:
    """One shell in a checkout, every command as it stands, none of which fails."""
    checkout = tmp_path / "checkout"
    activate = checkout / ".venv/bin/activate"
    activate.parent.mkdir(parents=True)
    activate.write_text(f'PATH="{Path(sys.executable).parent}:$PATH"\n')
    shutil.copytree(ROOT / "specs", checkout / "specs")
    script = "".join(block for block in TYPED if block != OTHERWISE_TESTED)

    finished = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=checkout,
        env=neutral_environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert 0 == finished.returncode, finished.stderr
    assert "orders/clean-up" in finished.stdout
    assert {"specs", "generated"} == {path.name for path in (tmp_path / "orders").iterdir()}
    assert (ROOT / "specs/opsc.schema.json").read_text() == (
        tmp_path / "orders/specs/opsc.schema.json"
    ).read_text()
    assert {".venv", "specs"} == {path.name for path in checkout.iterdir()}


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_verb_stands_in_the_table(program: str) -> None:
    """No verb has to be found out, and none is promised that there is not."""
    listed = re.findall(rf"^\| `{program} ([a-z]+)", section("Commands"), re.MULTILINE)

    command = PROGRAMS[program]

    assert set(command.list_commands(click.Context(command))) == set(listed)


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_exit_code_of_the_help_stands_in_the_table(program: str) -> None:
    """A script's author reads the same codes in both."""
    table = section("Commands").partition(f"| exit code of `{program}` |")[2].partition("\n\n")[0]

    said = re.findall(r"^ +(\d+) ", PROGRAMS[program].epilog or "", re.MULTILINE)

    assert said == re.findall(r"^\| (\d+) \|", table, re.MULTILINE)
    assert len(said) > 4


@pytest.mark.parametrize(
    ("file", "heading"), [("README.md", "Kinds of jobs"), ("runtime/README.md", "Job kinds")]
)
def test_the_tables_of_kinds_leave_none_out(file: str, heading: str) -> None:
    """Each kind has a row, and no row is of a kind that there is not."""
    part = (ROOT / file).read_text().partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    firsts = (row.split("|")[1] for row in part.splitlines() if row.startswith("| `"))
    named = [name for first in firsts for name in re.findall(r"`([^`]+)`", first)]

    assert sorted(KINDS) == sorted(named)
