from __future__ import annotations

import pytest

from compiler.source.reader import read
from compiler.source.tree import Suppression


def found(text: str) -> list[tuple[int, int, int]]:
    """Return line, column and target line of each suppression in a text without faults."""
    document = read("spec.yaml", text.encode())

    assert () == document.findings
    return [(each.line, each.column, each.target_line) for each in document.suppressions]


def test_a_comment_names_its_rule_its_day_and_its_reason() -> None:
    """All parts are read, the day only if there is one."""
    document = read(
        "spec.yaml",
        b"a: 1  # opsc: allow query/unknown-label until 2027-03-01 because it comes # later\n"
        b"b: 2  #opsc:allow slo/off-bucket because why\n",
    )

    assert (
        Suppression(
            line=1,
            column=7,
            target_line=1,
            rule="query/unknown-label",
            until="2027-03-01",
            reason="it comes # later",
        ),
        Suppression(
            line=2, column=7, target_line=2, rule="slo/off-bucket", until=None, reason="why"
        ),
    ) == document.suppressions


COMMENT = "# opsc: allow a/b because c"


@pytest.mark.parametrize(
    ("text", "places"),
    [
        (f"a: 1 {COMMENT}\n", [(1, 6, 1)]),
        (f"a: 1 {COMMENT}", [(1, 6, 1)]),
        (f"{COMMENT}\na: 1\n", [(1, 1, 2)]),
        (f"{COMMENT}\n\n  # more\n  {COMMENT}\na: 1\n", [(1, 1, 5), (4, 3, 5)]),
        (f"a: 1\n{COMMENT}\n", [(2, 1, 2)]),
        (f"a: 1 {COMMENT} {COMMENT}\n", [(1, 6, 1), (1, 34, 1)]),
        (f"a: {COMMENT}\n  b: 1\n", [(1, 4, 1)]),
        (f"a: [1, {COMMENT}\n  2]\n", [(1, 8, 1)]),
        (f"a: | {COMMENT}\n  text\n", [(1, 6, 1)]),
        (f"a: |\n  text\n{COMMENT}\nb: 1\n", [(3, 1, 4)]),
        (f"a: 'one\n  two' {COMMENT}\n", [(2, 8, 2)]),
        (f'a: "#" {COMMENT}\n', [(1, 8, 1)]),
        (f"a: x#y {COMMENT}\n", [(1, 8, 1)]),
        (f"é: é {COMMENT}\r\n", [(1, 6, 1)]),
        (f"a: '{COMMENT}'\n", []),
        (f'"{COMMENT}": 1\n', []),
        (f"a: 'one\n  {COMMENT}\n  two'\n", []),
        (f"a: |\n  {COMMENT}\n", []),
        (f"a: >-\n  x\n\n  {COMMENT}\n", []),
        (f"a: {{b: 'sum(up) {COMMENT}'}}\n", []),
        ("a: x#opsc:allow a/b because c\n", []),
        (f"a: 1 # as in {COMMENT}\n", []),
        ("opsc: 1\n# of opsc: nothing\n", []),
    ],
)
def test_comments_are_told_from_what_looks_like_one(
    text: str, places: list[tuple[int, int, int]]
) -> None:
    """A ``#`` in a scalar of any style, or in another comment, suppresses nothing."""
    assert places == found(text)


@pytest.mark.parametrize(
    ("comment", "headline"),
    [
        ("# opsc: allow a/b", "a suppression without a reason"),
        ("# opsc: allow a/b because", "a suppression that names no rule and reason"),
        ("# opsc: allow because c", "a suppression that names no rule and reason"),
        ("# opsc: allow everything because c", "a suppression that names no rule and reason"),
        ("# opsc: ignore a/b because c", "a suppression that names no rule and reason"),
        ("# opsc:", "a suppression that names no rule and reason"),
        ("# opsc: allow a/b until tomorrow because c", "`tomorrow` is not a date"),
        ("# opsc: allow a/b until 2027-02-30 because c", "`2027-02-30` is not a date"),
        ("# opsc: allow a/b until 20270301 because c", "`20270301` is not a date"),
    ],
)
def test_a_malformed_comment_is_a_finding(comment: str, headline: str) -> None:
    """A suppression that would do nothing is told, not passed over."""
    document = read("spec.yaml", f"a: 1\nb: 2 {comment}\n".encode())

    (finding,) = document.findings
    assert ("spec/bad-suppression", headline) == (finding.id, finding.headline)
    assert (2, 6) == (finding.span.start.line, finding.span.start.column)
    assert "# opsc: allow family/fault because REASON" in finding.help
    assert () == document.suppressions


def test_comments_of_a_broken_text_are_found_too() -> None:
    """A syntax error elsewhere takes no suppression away, nor makes one of a scalar."""
    document = read("spec.yaml", f"a: [1\nb: 1 {COMMENT}\nc: '{COMMENT}'\n".encode())

    assert [(2, 6)] == [(each.line, each.column) for each in document.suppressions]


def test_a_file_of_comments_is_read_in_time() -> None:
    """Each of many comments in a row finds its target without a walk of its own."""
    document = read("spec.yaml", f"{COMMENT}\n".encode() * 20_000 + b"a: 1\n")

    assert {20_001} == {each.target_line for each in document.suppressions}
