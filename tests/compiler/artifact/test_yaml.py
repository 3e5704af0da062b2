"""The YAML writer: every reader takes its text for the data that went in."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from compiler.artifact.artifact import LineRange
from compiler.artifact.lines import Sourced
from compiler.artifact.yaml import write_yaml
from compiler.lower.plan import Origin

# fmt: off
TRAPS = [
    "", " ", "y", "No", "ON", "null", "~", "1", "-1", "+1", "0123", "0o17", "0x1F", "0b1", "1_000",
    "1e3", "1.5", ".5", ".inf", ".NaN", "12:30", "190:20:30", "2026-11-23",
    "2001-12-14 21:59:43.10 -5",
    "2026-11-23T19:00:00Z", "<<", "=", "-", "?", ":", "- a", "? a", "a: b", "a:", "a #b", "#a",
    "!a",
    "&a", "*a", "@a", "`a", "%a", "|", ">", "{a: b}", "[a]", "{{ $labels.x }}", "'", '"', "it's",
    'say "x"', "a\\b", "\t", "a\tb", "a\nb", "a\n", "a\n\n", "\n", "\n\n", "\na", " a\nb",
    "a\n b\n",
    "a\n   \nb", "a \nb", "a\r\nb", "a\x85b", "a\u2028b", "\ufeff", "\x00", "\x7f", "é",
    "日本", "🔥",
    "---", "...", "--- a", "a\n---\nb", "5m", "1h30m", "10d", "1d2e", "sum(x) by (a) > 0.5",
    "# comment\nb", "a\n# b\n", "100%", "1 000", "0.0.0.0:9100", "[::1]:9100", "a  b", "a ", " a",
]
# fmt: on

texts = st.one_of(
    st.sampled_from(TRAPS),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
    st.text("ab 01:#-'\"\n\t\\{}[],&*!|>%@`~?.=<", max_size=20),
)
scalars = st.one_of(texts, st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False))
trees = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=4)),
    max_leaves=20,
)


@given(trees)
def test_a_reader_gets_back_what_was_written(tree: Any) -> None:
    """Any tree of plain data survives the way through text."""
    text, _origins = write_yaml(tree)

    assert tree == yaml.safe_load(text)


@pytest.mark.parametrize("text", TRAPS)
def test_a_trap_is_read_as_text(text: str) -> None:
    """Words, numbers and dates that are meant as text stay text, as values, items and keys."""
    data = {"value": text, "items": [text, [text]], "keys": {text: text}}
    written, _origins = write_yaml(data)

    assert data == yaml.safe_load(written)


@pytest.mark.parametrize("text", ["on", "0o17", "1e3", "0x1F", "12:30", "2026-11-23", "10:20:30"])
def test_what_either_version_reads_otherwise_is_quoted(text: str) -> None:
    """A plain scalar is never one that YAML 1.1 or 1.2 resolves to a number, a date or a flag."""
    assert f"a: '{text}'\n" == write_yaml({"a": text})[0]


def test_a_long_word_before_a_mark_takes_no_time() -> None:
    """Whether text can stand plain is told in one pass, whatever comes at its end."""
    text = f"{'a' * 10_000}: b"

    assert f"a: '{text}'\n" == write_yaml({"a": text})[0]


def test_harmless_text_stands_plain() -> None:
    """Durations, queries, addresses and paths need no quotes."""
    data = {
        "for": "1h30m",
        "keep": "10d",
        "expr": 'sum by (a) (rate(x_total{b="c"}[5m])) / 2 > 0.5',
        "path": "/var/log/*.log",
        "url": "https://example.org/a?b=c#d",
    }
    expected = (
        "for: 1h30m\nkeep: 10d\n"
        'expr: sum by (a) (rate(x_total{b="c"}[5m])) / 2 > 0.5\n'
        "path: /var/log/*.log\nurl: https://example.org/a?b=c#d\n"
    )

    assert expected == write_yaml(data)[0]


def test_lines_become_a_literal_block() -> None:
    """Text with lines is shown as lines, and its last break is kept or dropped as it was."""
    text, _origins = write_yaml({"a": "x\n\n  y", "b": ["x\ny\n"], "c": "x\n\n"})

    assert "a: |-\n  x\n\n    y\nb:\n  - |\n    x\n    y\nc: |+\n  x\n\n" == text


def test_nodes_know_their_lines() -> None:
    """The lines of a sourced node are those it was written on, its key or dash included."""
    outer, inner = Origin(0, ("groups",)), Origin(0, ("groups", "a"))
    data = {
        "b": 1,
        "groups": Sourced([Sourced({"x": "1\n2", "q": 2}, inner)], outer),
        "c": Sourced(1, inner),
    }
    text, origins = write_yaml(data, comments=["made"])

    assert "# made\nb: 1\ngroups:\n  - x: |-\n      1\n      2\n    q: 2\nc: 1\n" == text
    assert (LineRange(3, 7, outer), LineRange(4, 7, inner), LineRange(8, 8, inner)) == origins


def test_numbers_are_exact() -> None:
    """Decimals are written digit by digit, floats in the form both versions read."""
    data = {"a": Decimal("0.10"), "b": 1e-07, "c": 1e16, "d": float("-inf"), "e": 3}

    assert "a: 0.10\nb: 1.0e-07\nc: 1.0e+16\nd: -.inf\ne: 3\n" == write_yaml(data)[0]


def test_what_yaml_cannot_say_is_refused() -> None:
    """A value of a foreign type is our bug and raises."""
    with pytest.raises(TypeError, match="YAML has no set"):
        write_yaml({"a": {1}})
