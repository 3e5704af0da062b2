from __future__ import annotations

import pytest

from compiler.finding import Position
from compiler.source.characters import MAX_FILE_BYTES, decode
from compiler.source.reader import read


def test_a_byte_order_mark_is_dropped() -> None:
    """A UTF-8 file with a mark says the same as one without, at the same places."""
    document = read("spec.yaml", b"\xef\xbb\xbfopsc: 1\n")

    assert {"opsc": 1} == document.root
    assert ("opsc: 1", "") == document.text.lines
    assert () == document.findings


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        *(("utf-16", "UTF-16"), ("utf-16-le", "UTF-16"), ("utf-16-be", "UTF-16")),
        *(("utf-32", "UTF-32"), ("utf-32-le", "UTF-32"), ("utf-32-be", "UTF-32")),
    ],
)
def test_wide_encodings_are_refused_with_the_way_out(encoding: str, name: str) -> None:
    """UTF-16 and UTF-32 are known with and without a mark, and the help converts the file."""
    document = read("spec.yaml", "opsc: 1\n".encode(encoding))

    (finding,) = document.findings
    assert document.root is None
    assert f"the file is written in {name}, not in UTF-8" == finding.headline
    assert f"iconv -f {name} -t UTF-8" in finding.help


def test_bytes_that_are_not_utf_8_are_found_at_their_column() -> None:
    """Each stretch of them is a finding, and everything around it is read."""
    document = read("spec.yaml", b"a: caf\xe9\nb: \xc3\xa9\xff\xfe!\nc: on\n")

    assert [
        ("the byte `0xE9` is not UTF-8", Position(1, 7)),
        ("the byte `0xFF` is not UTF-8", Position(2, 5)),
        ("a bare `on` is not text to every reader of YAML", Position(3, 4)),
    ] == [(finding.headline, finding.span.start) for finding in document.findings]
    assert {"a": "caf\ufffd", "b": "é\ufffd\ufffd!", "c": "on"} == document.root


@pytest.mark.parametrize(
    ("character", "escape"),
    [
        *(("\x00", "\\x00"), ("\x07", "\\x07"), ("\x0b", "\\x0B"), ("\x1c", "\\x1C")),
        *(("\x7f", "\\x7F"), ("\x80", "\\x80"), ("\ufeff", "\\uFEFF"), ("\ufffe", "\\uFFFE")),
    ],
)
def test_control_characters_are_findings_that_show_their_escape(
    character: str, escape: str
) -> None:
    """What YAML forbids is found where it stands, and how to write it is said."""
    document = read("spec.yaml", f"a: 1\nb: x{character}y\n".encode())

    (finding,) = document.findings
    assert "spec/syntax" == finding.id
    assert Position(2, 5) == finding.span.start
    assert escape in finding.help
    assert {"a": 1, "b": "x\ufffdy"} == document.root


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r", "\x85", "\u2028", "\u2029"])
def test_lines_end_where_yaml_ends_them(line_break: str) -> None:
    """Marks of the parser and lines of the text agree for every kind of break."""
    text = f"a: 1{line_break}# é{line_break}b: on{line_break}"
    document = read("spec.yaml", text.encode())

    assert ("a: 1", "# é", "b: on", "") == document.text.lines
    assert [Position(3, 4)] == [finding.span.start for finding in document.findings]


def test_a_file_that_is_too_large_is_not_read() -> None:
    """One byte over the limit is one finding, and no text."""
    text, notes, is_readable = decode("spec.yaml", b"#" * (MAX_FILE_BYTES + 1))

    assert not is_readable
    assert "" == text.characters
    assert ["spec/too-deep"] == [finding.id for finding in notes.found]
