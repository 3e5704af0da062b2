from __future__ import annotations

import os
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from runtime.kinds.diagnostics.tail import BLOCK_BYTES, Tail, tail, tail_of

if TYPE_CHECKING:
    from pathlib import Path

CHUNKS = st.sampled_from([b"a", b"bb\n", b"\n", b"\r\n", b"c" * 10 + b"\n", b"d" * 70_000 + b"\n"])


def end_of(content: bytes, lines: int, limit_bytes: int = 10**9) -> Tail:
    """Return the end of a file of such a content."""
    descriptor = os.memfd_create("log")
    try:
        with open(descriptor, "wb", closefd=False) as file:
            file.write(content)
        return tail(descriptor, lines, limit_bytes)
    finally:
        os.close(descriptor)


@given(st.lists(CHUNKS, max_size=12), st.integers(1, 8))
def test_the_last_lines_are_what_splitting_gives(chunks: list[bytes], lines: int) -> None:
    """Over blocks of any number, with and without a break at the end."""
    content = b"".join(chunks)
    expected = b"".join(content.split(b"\n")[-1:])
    parts = content.split(b"\n")
    whole = [part + b"\n" for part in parts[:-1]] + ([expected] if expected else [])

    assert b"".join(whole[-lines:]) == end_of(content, lines).content


@given(st.lists(CHUNKS, max_size=12), st.integers(1, 8), st.integers(1, 150_000))
def test_within_a_limit_only_whole_lines_are_there(
    chunks: list[bytes], lines: int, limit_bytes: int
) -> None:
    """What is left out is counted."""
    content = b"".join(chunks)
    found = end_of(content, lines, limit_bytes)

    assert len(found.content) <= limit_bytes
    assert len(content) == found.left_out_bytes + len(found.content)
    assert content[: found.left_out_bytes][-1:] in (b"", b"\n") or not found.content


@given(st.lists(CHUNKS, max_size=12), st.integers(1, 150_000))
def test_of_what_streams_the_end_is_that_of_a_file(chunks: list[bytes], limit_bytes: int) -> None:
    """However it is cut into pieces, the last whole lines that have room are kept."""
    content = b"".join(chunks)

    assert end_of(content, 10**6, limit_bytes) == tail_of(chunks, limit_bytes)


def test_of_a_stream_without_an_end_no_more_is_held_than_is_kept() -> None:
    """A gigabyte goes by."""
    pieces = (b"%d %s\n" % (number, b"x" * 2**20) for number in range(1024))
    found = tail_of(pieces, 2 * 2**20 + 2**10)

    assert [b"1022", b"1023"] == [line.split()[0] for line in found.content.splitlines()]
    assert found.is_limited


def test_of_a_long_file_the_end_alone_is_read(tmp_path: Path) -> None:
    """Three sparse GiB in front of the last lines cost no more than these."""
    path = tmp_path / "long.log"
    with path.open("wb") as file:
        file.seek(3 * 2**30)
        file.write(b"\nlast but one\nlast\n")
    descriptor = os.open(path, os.O_RDONLY)
    try:
        found = tail(descriptor, 2, 2**20)
        flood = tail(descriptor, 1000, 2**20)
    finally:
        os.close(descriptor)

    assert b"last but one\nlast\n" == found.content
    assert flood == Tail(b"last but one\nlast\n", 3 * 2**30 + 1, is_limited=True)
    assert BLOCK_BYTES < 2**20
