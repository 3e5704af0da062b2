"""The end of a file, read from the end, however long the file is; and of what only streams."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

BLOCK_BYTES: Final = 64 * 2**10


class Tail(NamedTuple):
    """Last lines of a file, and how many bytes stand before them."""

    content: bytes
    left_out_bytes: int
    is_limited: bool
    """Whether fewer lines are there than were asked for, for want of room."""


def tail(descriptor: int, lines: int, limit_bytes: int) -> Tail:
    """Given an open file, return its last lines, whole, at most so many bytes of them.

    A last line that is longer than the limit is left out: nobody knows what in it belongs together.
    """
    size = os.fstat(descriptor).st_size
    blocks: list[bytes] = []
    at, breaks, held = size, 0, 0
    # The break at the very end ends the last line; one more begins the first of them.
    while at > 0 and breaks <= lines and held <= limit_bytes:
        length = min(BLOCK_BYTES, at)
        at -= length
        block = os.pread(descriptor, length, at)
        breaks += block.count(b"\n")
        held += len(block)
        blocks.append(block)
    content = b"".join(reversed(blocks))
    first = _start_of_last(content, lines)
    limited = len(content) - first > limit_bytes
    if limited:
        first = max(first, len(content) - limit_bytes)
    if limited or (first == 0 and at > 0):
        # It is not known to begin a line, unless a break stands before it.
        first = content.find(b"\n", max(first - 1, 0)) + 1 or len(content)
    return Tail(content[first:], at + first, limited)


def tail_of(pieces: Iterable[bytes], limit_bytes: int) -> Tail:
    """Given all of something, piece by piece, return its last lines, whole, at most so many bytes.

    No more than twice the limit, and one piece, is held at a time.
    """
    held, left_out = bytearray(), 0
    for piece in pieces:
        held += piece
        # One byte more than fits: whether it is a break says whether what fits begins a line.
        spare = len(held) - limit_bytes - 1
        if spare > limit_bytes:
            del held[:spare]
            left_out += spare
    limited = len(held) > limit_bytes
    if limited:
        first = held.find(b"\n", len(held) - limit_bytes - 1) + 1 or len(held)
        del held[:first]
        left_out += first
    return Tail(bytes(held), left_out, limited)


def _start_of_last(content: bytes, lines: int) -> int:
    """Return where the last lines begin; 0 when there are no more than these."""
    at = len(content) - 1 if content.endswith(b"\n") else len(content)
    for _ in range(lines):
        at = content.rfind(b"\n", 0, at)
        if at < 0:
            return 0
    return at + 1
