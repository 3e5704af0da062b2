from __future__ import annotations

import pytest

from compiler.source.reader import read


@pytest.mark.parametrize(
    ("text", "headline", "place"),
    [
        ("a: 'x\nb: 1\n", "a quoted text that does not end", (1, 4)),
        ('a: "x\n---\nb: 1"\n', "a quoted text that does not end", (1, 4)),
        ('a: "\\q"\n', "the escape `\\q` is unknown in double quotes", (1, 5)),
        ('a: "\\x4g"\n', "the escape `\\x4g` is unknown in double quotes", (1, 5)),
        ('a: "\\ud83d"\n', "the escape `\\ud83d` is unknown in double quotes", (1, 5)),
        ("a: b: c\n", "a `:` where no value can begin", (1, 5)),
        ("a: 1\n b: 2\n", "a `:` where no value can begin", (2, 3)),
        ("a: - b\n", "a list item where none can begin", (1, 4)),
        ("a: ? b\n", "a `?` where no key can begin", (1, 4)),
        ("a: 1\nfoo\nb: 1\n", "`foo` is no entry: it has no `:`", (2, 1)),
        ("a: [1\nb: 2\n", "a list in brackets that is not closed", (1, 4)),
        ("a: [1, 2}\n", "a list in brackets that is not closed", (1, 4)),
        ("a: {b: 1]\n", "a mapping in braces that is not closed", (1, 4)),
        ("a: [\n", "a bracket or brace that is not closed", (1, 5)),
        ("a: {b: {\n\n", "a bracket or brace that is not closed", (1, 9)),
        ("a:\n  - b\n  c: 1\n", "`c: 1` is no item of the list it stands in", (3, 3)),
        ("a:\n  b: 1\n c: 2\n", "`c: 2` does not fit the mapping it stands in", (3, 2)),
        ("a: 'x' y\n", "`y` does not fit the mapping it stands in", (1, 8)),
        ("a: }\n", "a value is missing before `}`", (1, 4)),
        ("a: !<\n", "a tag that is not complete", (1, 4)),
        ("a: !f!x 1\n", "a tag that nothing declares", (1, 4)),
        ("a: & b\n", "`& b` needs the name of an anchor", (1, 4)),
        ("a: |x\n", "`|x` cannot begin a block text", (1, 4)),
        ("a:\n\t- 1\n", "a tab indents this line", (2, 1)),
        ("a:\n  b: 1\n\tc: 2\n", "a tab indents this line", (3, 1)),
        ("a: @x\n", "no value begins with `@`", (1, 4)),
        ("a: `x`\n", "no value begins with a backtick", (1, 4)),
        ("%FOO\n---\na: 1\n", "a `%` line that YAML does not know", (1, 5)),
        ("%YAML 2.0\n---\na: 1", "a `%` line that YAML does not know", (1, 1)),
        ('a: "x\nb: "y"\n', "a quoted text that does not end", (1, 4)),
        ('a:\n  b: "x\n  c: "y"\n', "this quote is not closed on its line", (2, 6)),
        ("a:\n  b: 'x\n\n c'\n", "this quote is not closed on its line", (2, 6)),
        ('a:\n  - "x\n  - "y"\n', "this quote is not closed on its line", (2, 5)),
        ('a:\n  b: {c: "x\n  d: "}\n', "this quote is not closed on its line", (2, 10)),
        ('a: "x"#y\n', 'a `#` right behind `"` begins no comment', (1, 7)),
        ("a: [x]#y\n", "a `#` right behind `]` begins no comment", (1, 7)),
        ("a: 1\n...\nb: 2\n", "`b: 2` stands after the end of the document", (3, 1)),
    ],
)
def test_an_error_of_the_parser_becomes_a_headline_at_the_users_characters(
    text: str, headline: str, place: tuple[int, int]
) -> None:
    """What libyaml says is told in the words of the spec's author, with a way out."""
    document = read("spec.yaml", text.encode())

    (finding,) = document.findings
    assert ("spec/syntax", headline) == (finding.id, finding.headline)
    assert place == (finding.span.start.line, finding.span.start.column)
    assert finding.span.start < finding.span.end
    assert finding.help


@pytest.mark.parametrize(
    "text",
    [
        'a: "x\n y"\n',
        'a:\n  b: "x\n\n   y"\n',
        "a:\n- 'x\n  y'\n",
        'a:\n  b: {c: "x\n   y"}\n',
        "a: {b: 'x\n c'}\n",
        'a: "x" # y\n',
        'a: "x]#y"\n',
        'a:\n  b: &c {d: "x\n   y"}\n',
    ],
)
def test_a_text_in_quotes_may_go_on_deeper_than_its_key(text: str) -> None:
    """What YAML allows stays silent."""
    document = read("spec.yaml", text.encode())

    assert () == document.findings


def test_a_quote_left_open_breaks_its_section_alone() -> None:
    """The sections around it are read."""
    document = read("spec.yaml", b'a: 1\nb:\n  c: "x\n  d: "y"\ne: 2\n')

    assert frozenset({"b"}) == document.broken
    assert {"a": 1, "e": 2} == document.root
