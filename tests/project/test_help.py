"""What both commands say of themselves can be read as it stands."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from compiler.commands import group as opsc
from runtime.commands.registry import opsrun

COMMANDS = {
    f"{name} {verb}".strip(): (program, [verb] if verb else [])
    for name, program in (("opsc", opsc), ("opsrun", opsrun))
    for verb in ("", *program.list_commands(click.Context(program)))
}


def said(called: str, columns: int) -> str:
    """Given a command line's words, return its help on a terminal of so many columns."""
    program, words = COMMANDS[called]
    result = CliRunner().invoke(program, [*words, "--help"], terminal_width=columns)
    assert 0 == result.exit_code, result.output
    return result.output


@pytest.mark.parametrize("called", COMMANDS)
def test_no_help_shows_a_mark_of_its_layout(called: str) -> None:
    """The backspace that keeps lines apart is for click, neither written out nor sent."""
    text = said(called, 80)

    assert [] == [mark for mark in ("\\b", "\b") if mark in text]


@pytest.mark.parametrize("called", ["opsc", "opsrun"])
@pytest.mark.parametrize("columns", [60, 80])
def test_no_summary_is_cut_short(called: str, columns: int) -> None:
    """What a verb does is said in full where verbs are listed, on a narrow terminal too."""
    listing = [line for line in said(called, columns).splitlines() if line.startswith("  ")]

    assert len(listing) > 5
    assert [] == [line for line in listing if line.rstrip().endswith(("...", "…"))]
