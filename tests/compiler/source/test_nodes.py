from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from compiler.finding import Fix, Position, Span
from compiler.source.reader import read

if TYPE_CHECKING:
    from compiler.source.tree import Document, Map


def root_of(text: str) -> Map:
    """Return the tree of a text that has no fault."""
    document = read("spec.yaml", text.encode())

    assert () == document.findings
    assert document.root is not None
    return document.root


def said(document: Document) -> list[tuple[str, str, int, int]]:
    """Return rule, headline, line and column of each finding."""
    return [
        (each.id, each.headline, each.span.start.line, each.span.start.column)
        for each in document.findings
    ]


def test_quoted_scalars_are_text_whatever_they_say() -> None:
    """Quotes and blocks make text of numbers, words and traps, as values and as keys."""
    root = root_of("\"on\": 'yes'\n'1': \"12:30\"\na: |\n  0123\nb: >-\n  null\n\"\": ''\n")

    assert {"on": "yes", "1": "12:30", "a": "0123\n", "b": "null", "": ""} == root


def test_a_bare_trap_is_text_and_a_finding_whose_fix_quotes_it() -> None:
    """The value stays as written; the safe fix replaces exactly the bare characters."""
    document = read("spec.yaml", b"a: {on: [&x 12:30]}\n")

    assert {"a": {"on": ["12:30"]}} == document.root
    assert ["spec/yaml-trap", "spec/yaml-trap"] == [finding.id for finding in document.findings]
    fix = document.findings[1].fix
    span = Span("spec.yaml", Position(1, 13), Position(1, 18))
    assert Fix(span=span, replacement='"12:30"', title="quote the text", is_safe=True) == fix


@pytest.mark.parametrize(
    ("key", "headline", "root"),
    [
        ("500", "the key `500` is a number", {"500": "x"}),
        ("0.99", "the key `0.99` is a number", {"0.99": "x"}),
        ("true", "the key `true` is a truth value", {"true": "x"}),
        ("~", "the key `~` is null", {"~": "x"}),
        ("? [a, b]\n", "a key that is not text", None),
        ("? {a: {b: c}}\n", "a key that is not text", None),
        ("? ", "an entry without a key", None),
    ],
)
def test_a_key_that_is_not_text_is_a_wrong_type(
    key: str, headline: str, root: dict[str, str] | None
) -> None:
    """A scalar key stays usable as its text, any other entry is left out."""
    document = read(
        "spec.yaml", f"{key}: x\n".encode() if key[0] != "?" else f"{key}\n: x\n".encode()
    )

    assert ["spec/wrong-type"] == [finding.id for finding in document.findings]
    assert [headline] == [finding.headline for finding in document.findings]
    assert root == document.root


def test_of_two_equal_keys_the_first_counts() -> None:
    """The second is a finding that shows the first, even if one of them is quoted."""
    document = read("spec.yaml", b"a: 1\nb: {c: 1}\n'a':\n  d: on\n")

    assert {"a": 1, "b": {"c": 1}} == document.root
    assert ["spec/duplicate-key", "spec/yaml-trap"] == [each.id for each in document.findings]
    finding = document.findings[0]
    assert Position(3, 1) == finding.span.start
    assert [Position(1, 1)] == [related.span.start for related in finding.related]


@pytest.mark.parametrize(
    ("text", "tag", "root"),
    [
        ("a: !foo 1", "!foo", {"a": "1"}),
        ("a: !!int '1'", "!!int", {"a": "1"}),
        (
            "a: !!python/object/apply:os.system [echo]",
            "!!python/object/apply:os.…",
            {"a": ["echo"]},
        ),
        ("a: ! x", "!", {"a": "x"}),
        ("!x a: 1", "!x", {"a": 1}),
        ("a: !!set {b: }", "!!set", {"a": {"b": None}}),
        ("!!map\na: 1", "!!map", {"a": 1}),
    ],
)
def test_a_tag_is_a_finding_and_means_nothing(text: str, tag: str, root: dict[str, object]) -> None:
    """No tag builds anything; what it stands at is read without it."""
    document = read("spec.yaml", text.encode())

    assert ["spec/syntax"] == [finding.id for finding in document.findings]
    assert document.findings[0].headline.startswith("the tag `" + tag[:12])
    assert root == document.root


def test_an_alias_shares_the_node_and_has_a_mark_of_its_own() -> None:
    """Scalars, lists and mappings are shared, not copied; the entry points at the alias."""
    root = root_of("a: &a {x: 1}\nb: &b [1]\nc: &c text\nd: {a: *a, b: *b, c: *c}\n*c : 1\n")

    assert root["a"] is root["d"]["a"]
    assert root["b"] is root["d"]["b"]
    assert "text" == root["d"]["c"]
    assert 1 == root["text"]
    assert (3, 7, 3, 9) == root["d"].marks["a"][4:]


def test_merged_entries_give_way_to_those_written_out() -> None:
    """They come first, the earlier mapping of a list wins, and their marks stay where they are."""
    root = root_of(
        "a: &a {x: 1, u: 1}\nb: &b {u: 2, z: 2}\nc: {z: 3, <<: [*a, *b], w: 3}\nd: {<<: {v: 4}}\n"
    )

    assert {"x": 1, "u": 1, "z": 3, "w": 3} == root["c"]
    assert ["x", "u", "z", "w"] == list(root["c"])
    assert 0 == root["c"].marks["x"][1]
    assert 2 == root["c"].marks["z"][1]
    assert {"v": 4} == root["d"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: {<<: 1}", ("spec/wrong-type", "only a mapping can be merged", 1, 9)),
        ("a: {<<: [{b: 1}, x]}", ("spec/wrong-type", "only a mapping can be merged", 1, 18)),
        ("a: {<<: {}, <<: {}}", ("spec/duplicate-key", "the key `<<` is written twice", 1, 13)),
        ("a: *b", ("spec/unknown-reference", "no anchor `&b` stands before this alias", 1, 4)),
        ("a: &a [*a]", ("spec/too-deep", "the alias `*a` contains itself", 1, 8)),
        ("a: &a {b: {<<: *a}}", ("spec/too-deep", "the alias `*a` contains itself", 1, 16)),
        ("? *b\n: 1", ("spec/wrong-type", "a key that is not text", 1, 3)),
    ],
)
def test_a_wrong_alias_or_merge_is_one_finding(
    text: str, expected: tuple[str, str, int, int]
) -> None:
    """Each way of getting it wrong is told at its place."""
    assert [expected] == said(read("spec.yaml", text.encode()))


def test_an_unknown_alias_suggests_the_anchor_that_was_meant() -> None:
    """A slip in the name of an anchor is pointed out."""
    document = read("spec.yaml", b"a: &labels {}\nb: *label\n")

    assert "did you mean `*labels`?" == document.findings[0].help
