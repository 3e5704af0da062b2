from __future__ import annotations

import pytest

from compiler.promql.tokens import partners, tokenize, without_comments


def test_tokens_have_their_places() -> None:
    """Offsets count characters of the query, comments and space are left out."""
    tokens = tokenize("rate(x[5m]) # five\n > 1")

    assert ["rate", "(", "x", "[", "5m", "]", ")", ">", "1"] == [token.text for token in tokens]
    assert [0, 4, 5, 6, 7, 9, 10, 20, 22] == [token.start for token in tokens]


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("a:b:c", [("word", "a:b:c")]),
        (":a", [("word", ":a")]),
        ("x[5m:1m]", [("word", "x"), ("open", "["), ("number", "5m"), ("mark", ":")]),
        ("x[5m:]", [("word", "x"), ("open", "["), ("number", "5m"), ("mark", ":")]),
        ("1e-3", [("number", "1e-3")]),
        (".5", [("number", ".5")]),
        ("0x1F", [("number", "0x1F")]),
        ("a-1", [("word", "a"), ("operator", "-"), ("number", "1")]),
        ("'it\\'s'", [("text", "'it\\'s'")]),
        ("`a\nb`", [("text", "`a\nb`")]),
        ('"open (x', [("unknown", '"open (x')]),
        ("x $", [("word", "x"), ("unknown", "$")]),
    ],
)
def test_kinds_of_tokens(text: str, kinds: list[tuple[str, str]]) -> None:
    """Names, numbers, texts and what is none of them are told apart."""
    assert kinds == [(token.kind, token.text) for token in tokenize(text)][: len(kinds)]


def test_partners_of_brackets_that_fit() -> None:
    """A bracket that something else closes has no partner."""
    assert {0: 5, 2: 4} == partners(tokenize("(x[5m])"))
    assert {} == partners(tokenize("(x]"))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (" a_total ", "a_total"),
        ("sum(a) # all", "sum(a)"),
        ("# first\nsum( # all\n  a) # last", "sum( \n  a)"),
        ("""a{b="#", c='#', d=`#`} # e""", """a{b="#", c='#', d=`#`}"""),
        ("# nothing else", ""),
    ],
)
def test_a_query_without_its_comments(query: str, expected: str) -> None:
    """A sign in a text begins none; the ends of their lines stay."""
    assert expected == without_comments(query)
