from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from runtime.output import CappedOutput, read_end

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_output_below_the_cap_is_kept_as_it_is(tmp_path: Path) -> None:
    """A short output is not touched."""
    path = str(tmp_path / "log")
    with CappedOutput(path, cap_bytes=100) as output:
        output.feed(b"hello\n")

    assert read_end(path) == "hello\n"


@given(chunks=st.lists(st.integers(1, 50), max_size=30))
def test_beginning_and_end_are_kept_and_the_rest_is_counted(
    tmp_path_factory: pytest.TempPathFactory, chunks: list[int]
) -> None:
    """Whatever the chunks, both ends are there, the size is bounded and the count is exact."""
    path = str(tmp_path_factory.mktemp("output") / "log")
    written = b""
    with CappedOutput(path, cap_bytes=64) as output:
        for number, size in enumerate(chunks):
            chunk = bytes([ord("a") + number % 26]) * size
            written += chunk
            output.feed(chunk)

    kept = read_end(path).encode()
    if len(written) <= 64:
        assert written == kept
    else:
        left_out = len(written) - 64
        note = f"\n[{left_out} bytes left out]\n".encode()
        assert written[:32] + note + written[-32:] == kept


def test_reading_takes_the_end_and_survives_a_missing_file(tmp_path: Path) -> None:
    """At most the asked number of bytes is read."""
    path = tmp_path / "log"
    path.write_text("beginning and end")

    assert read_end(str(path), 3) == "end"
    assert read_end(str(tmp_path / "missing")) == ""
