"""How a collector's process tells what it found: frames, through a pipe.

A frame is a line of JSON, `{"kind", "text", "bytes"}`, and as many bytes after it. A file comes in
pieces, each a frame, so that what was sent before a collector is stopped is whole.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

Kind: TypeAlias = Literal["file", "cut", "fault", "striking", "absent"]
"""A piece of a file; that a file is cut; what could not be had; what to look at; that there is
nothing of the kind."""

PIECE_BYTES: Final = 64 * 2**10
"""Most that one frame of a file carries."""


class Frame(NamedTuple):
    """One thing that a collector says; `text` is a file's name, or the words."""

    kind: Kind
    text: str
    content: bytes = b""


def packed(frame: Frame) -> bytes:
    """Given a frame, return its bytes."""
    text = frame.text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    head = {"kind": frame.kind, "text": text, "bytes": len(frame.content)}
    return json.dumps(head).encode() + b"\n" + frame.content


def unpacked(buffer: bytearray) -> Iterator[Frame]:
    """Given what came so far, yield its whole frames and take them out of it."""
    while (end := buffer.find(b"\n")) >= 0:
        head = json.loads(buffer[:end])
        following = end + 1 + head["bytes"]
        if len(buffer) < following:
            return
        content = bytes(buffer[end + 1 : following])
        del buffer[:following]
        yield Frame(head["kind"], head["text"], content)
