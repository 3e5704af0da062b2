from __future__ import annotations

import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from compiler.finding import Position, Span
from compiler.source.reader import read
from compiler.source.span import span_of
from compiler.source.tree import Map

SPEC = """\
opsc: 1
alerts:
  HighCPU:
    for: 10m
    steps: [look, {say: it}]
    summary:
    labels: &labels
      tier: critical
    list:
      - first
      - query: up
        unit: ratio
      -
  Copy:
    labels: *labels
    flow: {a: 1,
      b: 2}
    text: |
      one
      two

"""


def root_of(text: str) -> Map:
    """Return the tree of a text that has no fault."""
    document = read("spec.yaml", text.encode())

    assert document.findings == ()
    assert document.root is not None
    return document.root


def cut(text: str, span: Span) -> str:
    """Return the characters of a span of one line or several."""
    lines = text.splitlines()[span.start.line - 1 : span.end.line]
    lines[-1] = lines[-1][: span.end.column - 1]
    lines[0] = lines[0][span.start.column - 1 :]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("path", "value", "key"),
    [
        (("alerts", "HighCPU", "for"), "10m", "for"),
        (("alerts", "HighCPU"), "HighCPU", "HighCPU"),
        (("alerts", "HighCPU", "steps"), "[look, {say: it}]", "steps"),
        (("alerts", "HighCPU", "steps", 0), "look", "look"),
        (("alerts", "HighCPU", "steps", 1, "say"), "it", "say"),
        (("alerts", "HighCPU", "summary"), "summary", "summary"),
        (("alerts", "HighCPU", "labels"), "labels", "labels"),
        (("alerts", "HighCPU", "list"), "list", "list"),
        (("alerts", "HighCPU", "list", 1), "query: up", "query: up"),
        (("alerts", "HighCPU", "list", 2), "-", "-"),
        (("alerts", "Copy", "labels"), "*labels", "labels"),
        (("alerts", "Copy", "labels", "tier"), "critical", "tier"),
        (("alerts", "Copy", "flow"), "{a: 1,", "flow"),
        (("alerts", "Copy", "text"), "|\n      one\n      two", "text"),
        (("alerts", "HighCPU", "nothing", "here"), "HighCPU", "HighCPU"),
        (("alerts", "HighCPU", "for", "deeper"), "for", "for"),
        (("alerts", "HighCPU", "steps", 7), "steps", "steps"),
        (("nothing",), "opsc", "opsc"),
        ((), "opsc", "opsc"),
    ],
)
def test_a_path_leads_to_what_a_caret_shows(
    path: tuple[str | int, ...], value: str, key: str
) -> None:
    """Each kind of entry has a value span and a key span that read well under a caret."""
    root = root_of(SPEC)

    assert value == cut(SPEC, span_of(root, path))
    assert key == cut(SPEC, span_of(root, path, "key"))


def test_a_tree_without_entries_has_a_span_all_the_same() -> None:
    """Even a tree that was never read from anything answers."""
    assert Span("", Position(1, 1), Position(1, 1)) == span_of(Map(), ("a",))


@pytest.mark.parametrize(
    "written",
    [
        "rate(up[5m]) > WRONG",
        "rate(up[5m])\n    > WRONG",
        "'it''s WRONG'",
        "'it\n\n    is WRONG'",
        '"caf\\u00e9 \\"\\n WRONG"',
        '"a \\\n    b  \n    WRONG"',
        '"a\\\n\n    \\ WRONG"',
        '"\n   WRONG"',
        "|\n    a\n      WRONG",
        "|-\n    a\n\n\n    WRONG\n",
        "|1+\n    a\n   WRONG\n\n",
        ">\n    a\n    b\n\n    WRONG\n",
        ">-\n    a\n      indented\n    WRONG\n      more\n",
        ">1-\n\n    a\n   WRONG",
        "&anchor 'a WRONG'",
        "&anchor # why\n    a WRONG",
    ],
)
def test_characters_inside_a_text_are_found_in_every_style(written: str) -> None:
    """A word of the text that was read stands where the span says, whatever came before it."""
    text = f"top:\n  query: {written}\n"
    root = root_of(text)
    start = root["top"]["query"].index("WRONG")

    span = span_of(root, ("top", "query"), inside=(start, start + 5))

    assert "WRONG" == cut(text, span)


def test_an_escape_is_shown_whole() -> None:
    """A character that is written as an escape has the span of that escape."""
    text = 'a: "x\\u00e9y"\n'

    assert "\\u00e9" == cut(text, span_of(root_of(text), ("a",), inside=(1, 2)))


def test_a_text_of_nothing_but_a_tag_is_shown_as_it_is_written() -> None:
    """An empty text has no characters to point at, so its value's span stands in."""
    root = read("spec.yaml", b"a: !").root
    assert root is not None

    assert "!" == cut("a: !", span_of(root, ("a",), inside=(0, 0)))


def test_the_end_of_a_text_has_a_place() -> None:
    """An offset behind the last character points behind it, and beyond it goes no further."""
    text = "a: sum(up\n"
    root = root_of(text)

    expected = Span("spec.yaml", Position(1, 10), Position(1, 10))
    assert expected == span_of(root, ("a",), inside=(6, 6))
    assert expected == span_of(root, ("a",), inside=(99, 120))


def test_inside_an_alias_the_alias_is_shown() -> None:
    """The text of an alias stands elsewhere, so its own mark is all there is to point at."""
    text = "a: &x sum(up)\nb: *x\n"

    assert "*x" == cut(text, span_of(root_of(text), ("b",), inside=(0, 3)))


TEXTS = st.text(
    st.one_of(
        st.sampled_from("ab \n'\"\\#:-{}[]|>%\t"),
        st.characters(codec="utf-8", exclude_characters="\x85\u2028\u2029"),
    ),
    max_size=80,
)


@settings(max_examples=400)
@given(
    value=TEXTS,
    style=st.sampled_from([None, "'", '"', "|", ">"]),
    width=st.sampled_from([8, 20, 1000]),
    indent=st.sampled_from([2, 4, 7]),
    is_unicode_kept=st.booleans(),
)
def test_every_character_maps_to_where_it_is_written(
    value: str, style: str | None, width: int, indent: int, *, is_unicode_kept: bool
) -> None:
    """For any text in any style, a character's raw character is itself, or its escape."""
    text = yaml.dump(
        {"top": {"query": [value]}},
        default_style=style,
        width=width,
        indent=indent,
        allow_unicode=is_unicode_kept,
    )
    document = read("spec.yaml", text.encode())
    root = document.root
    assume(root is not None)
    assert root is not None
    found = root["top"]["query"][0]
    assume(isinstance(found, str))
    lines = document.text.lines

    assert value == found
    for offset, character in enumerate(value):
        span = span_of(root, ("top", "query", 0), inside=(offset, offset + 1))
        raw = lines[span.start.line - 1][span.start.column - 1 :]
        if character in " \n":
            continue  # a fold or a break: there may be no such character
        assert raw.startswith((character, "\\")), (text, offset, raw)
        assert span.start.line == span.end.line
