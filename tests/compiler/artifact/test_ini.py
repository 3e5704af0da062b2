"""The writer of units: whatever a text holds, systemd sees that text and nothing more."""

from __future__ import annotations

import pytest

from compiler.artifact.ini import literal, word, write_ini


def test_sections_stand_apart() -> None:
    """Keys may come several times, and comments come first."""
    text = write_ini({"Unit": [("A", "1")], "Timer": [("B", "2"), ("B", "3")]}, comments=["made"])

    assert text == "# made\n\n[Unit]\nA=1\n\n[Timer]\nB=2\nB=3\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("100% %i", "100%% %%i"),
        ("a\n[Service]\nExecStart=/bin/x", "a [Service] ExecStart=/bin/x"),
        ("ends in \\", "ends in \\ "),
    ],
)
def test_a_text_stays_on_its_line(text: str, expected: str) -> None:
    """No break, specifier or continuation of a text reaches the unit."""
    assert expected == literal(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/var/log/app", "/var/log/app"),
        ("/my data", '"/my data"'),
        ('a"b\\c', '"a\\"b\\\\c"'),
        ("50%", '"50%%"'),
        ("a\nb", '"a\\x0ab"'),
        ("$HOME", '"$HOME"'),
        ("", '""'),
    ],
)
def test_a_word_stays_one_word(text: str, expected: str) -> None:
    """Blanks, quotes and specifiers are quoted for a list."""
    assert expected == word(text)


def test_a_command_expands_nothing() -> None:
    """A dollar of a command line is doubled."""
    assert word("$HOME", is_command=True) == '"$$HOME"'
