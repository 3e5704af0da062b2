"""What tools write becomes complaints with lines, where the tools say lines."""

from __future__ import annotations

from compiler.authority.complaint import Complaint, complaints_of


def _complaint(message: str, line: int | None = None) -> Complaint:
    return Complaint(tool="t", path="a/x.yml", message=message, line=line)


def test_lines_of_a_yaml_reader_are_read() -> None:
    """Each line of Go's YAML errors is a complaint of its own."""
    output = "yaml: unmarshal errors:\n  line 5: field x not found\n  line 7: field y not found\n"
    found = list(complaints_of("t", "a/x.yml", "a/x.yml", output))

    assert found == [_complaint("field x not found", 5), _complaint("field y not found", 7)]


def test_a_place_before_the_message_is_read() -> None:
    """``<place>:<line>:<column>: message`` and ``<place>:<line>: message`` carry the line."""
    found = list(complaints_of("t", "a/x.yml", "/tmp/x.yml", "/tmp/x.yml: 9:15: bad\n"))
    found += complaints_of("t", "a/x.yml", "/tmp/x.yml", "/tmp/x.yml:12: Unknown key: a\n")

    assert found == [_complaint("bad", 9), _complaint("Unknown key: a", 12)]


def test_output_without_a_line_is_one_complaint() -> None:
    """The artifact is called by its own path, not by where it was looked at."""
    found = list(complaints_of("t", "a/x.yml", "/tmp/x.yml", "cannot\nread /tmp/x.yml\n"))

    assert found == [_complaint("cannot; read a/x.yml")]


def test_silence_is_no_complaint() -> None:
    """Nothing said, nothing held against the artifact."""
    assert not list(complaints_of("t", "a", "a", "\n"))
