"""`opsc timeline` shows what runs when."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner, Result

from compiler.commands.timeline import command
from tests.checkout import ROOT

if TYPE_CHECKING:
    from pathlib import Path

SPEC = str(ROOT / "specs" / "tabular.yaml")


def called(*arguments: str) -> Result:
    """Return the result of the verb for the reference spec."""
    return CliRunner().invoke(command, [SPEC, *arguments])


def test_runs_and_windows_are_in_order_of_time() -> None:
    """A day that has the window of the week, from midnight."""
    lines = called("--from", "2027-02-28T00:00Z", "--for", "6h").output.splitlines()

    assert lines[0].split()[:2] == ["DUE", "WHAT"]
    assert lines[1:] == sorted(lines[1:], key=lambda line: line.split()[0])
    assert any("2027-02-28T03:00:00Z  (database)" in line for line in lines)
    assert any("2027-02-28T01:00:00Z  tabular/cleanup-old-data" in line for line in lines)


def test_the_picture_is_the_same_every_time(tmp_path: Path) -> None:
    """It is well-formed, has a lane for each job, and the same bytes for the same start."""
    files = [tmp_path / "a.svg", tmp_path / "b.svg"]
    for file in files:
        called("--from", "2027-02-28T00:00Z", "--svg", str(file))
    texts = [part.text or "" for part in ET.parse(files[0]).getroot().iter() if part.text]  # noqa: S314 - our own

    assert files[0].read_bytes() == files[1].read_bytes()
    assert "tabular/health-check" in texts


@pytest.mark.parametrize(
    ("start", "span", "times"),
    [
        ("2027-02-27T22:16Z", "8h", ["02-27 23:00", "02-28 00:00", "01:00", "02:00"]),
        ("2027-02-28T00:00Z", "24h", ["02-28 00:00", "03:00", "06:00", "09:00"]),
        ("2027-02-28T00:00Z", "7d", ["02-28 00:00", "03-01 00:00", "03-02 00:00", "03-03 00:00"]),
        ("2027-02-28T01:00Z", "90d", ["03-14 00:00", "03-28 00:00", "04-11 00:00", "04-25 00:00"]),
        ("9999-12-31T20:58Z", "3h", ["12-31 21:00", "21:30", "22:00", "22:30"]),
    ],
)
def test_lines_of_the_picture_stand_at_round_times(
    tmp_path: Path, start: str, span: str, times: list[str]
) -> None:
    """The day is said once; there are nine lines at most, to the end of all time."""
    file = tmp_path / "a.svg"
    called("--from", start, "--for", span, "--svg", str(file))
    texts = [part.text or "" for part in ET.parse(file).getroot().iter() if part.tag[-4:] == "text"]  # noqa: S314 - our own
    found = texts[: texts.index("times in UTC")]

    assert found[:4] == times
    assert len(found) <= 9


@pytest.mark.parametrize(
    "arguments",
    [("--from", "today"), ("--from", "2027-02-28T00:00"), ("--for", "0s"), ("--for", "soon")],
)
def test_what_cannot_be_read_is_a_fault_of_usage(arguments: tuple[str, ...]) -> None:
    """Exit code 2, and the way out."""
    assert called(*arguments).exit_code == 2
