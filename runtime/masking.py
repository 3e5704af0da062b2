"""Masking: text or a stream of bytes enters, the same leaves with `***` where secrets stood.

Hidden are a secret's value, what is secret within it (the password of a connection string, the
path of an address, each line of a key), and all of these as JSON, as part of a URL and in base64,
wherever in a longer text that begins. A value of fewer than `SHORTEST` characters is not hidden:
every `1` of an output would be. One of fewer than `SHORTEST_BARE` is hidden as a whole word only.
"""

from __future__ import annotations

import json
import re
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final

from runtime.contract.entry import Entry
from runtime.contract.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SHORTEST: Final = 4
"""Characters from which a secret is hidden, as a whole word."""
SHORTEST_BARE: Final = 6
"""Characters from which a secret is hidden wherever it stands."""
HIDDEN: Final = b"***"

_SHORTEST_PATH: Final = 16
_SHORTEST_LINE: Final = 8
_PASSWORD: Final = re.compile(
    r"\b(?:ssl)?password\s*=\s*('(?:[^'\\]|\\.)*'|[^\s']+)", re.IGNORECASE
)
_SECRET_QUERY: Final = ("pass", "token", "secret", "key", "sig")
_WORD: Final = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")


def references_in(value: Any) -> tuple[Secret, ...]:
    """Given validated entries, or what holds such, return the references to secrets in them.

    Each is there once, in order. What is not validated is not looked at: a mapping that only
    looks like a reference, such as a command's environment, is none.
    """
    return tuple(dict.fromkeys(_references(value)))


def _references(value: Any) -> Iterator[Secret]:
    if isinstance(value, Secret):
        yield value
    elif isinstance(value, Entry):
        for part in fields(value):
            yield from _references(getattr(value, part.name))
    elif isinstance(value, dict):
        for item in value.values():
            yield from _references(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _references(item)


class Mask:
    """Hides secrets: in a text at once, or in a stream, chunk by chunk.

    A stream's end is held back only as far as it may be the beginning of a secret, at most the
    length of the longest one's longest form.
    """

    __slots__ = ("_bare", "_before", "_covered", "_held", "_words")

    def __init__(self, values: Iterable[str]) -> None:
        """Take the values of the secrets."""
        bare: set[bytes] = set()
        words: set[bytes] = set()
        for value in values:
            for secret in _parts(value):
                if len(secret) >= SHORTEST_BARE:
                    bare.update(_forms(secret))
                elif len(secret) >= SHORTEST:
                    words.add(_bytes(secret))
        self._bare = tuple(sorted(bare))
        self._words = tuple(sorted(words))
        self._held = b""
        self._before = b""
        self._covered = 0

    def text(self, text: str) -> str:
        """Given a whole text, return it with its secrets hidden; the stream is not touched."""
        raw = _bytes(text)
        masked, _ = self._masked(raw, len(raw), b"", covered=0)
        return masked.decode("utf-8", "surrogateescape")

    def feed(self, chunk: bytes) -> bytes:
        """Given the next bytes of the stream, return those that can be shown by now."""
        buffer = self._held + chunk
        return self._release(buffer, self._sure(buffer))

    def flush(self) -> bytes:
        """Return what is left at the stream's end; the next byte begins a new stream."""
        shown = self._release(self._held, len(self._held))
        self._before = b""
        return shown

    def _release(self, buffer: bytes, end: int) -> bytes:
        shown, self._covered = self._masked(buffer, end, self._before, covered=self._covered)
        self._before = buffer[end - 1 : end] or self._before
        self._held = buffer[end:]
        return shown

    def _masked(self, buffer: bytes, end: int, before: bytes, *, covered: int) -> tuple[bytes, int]:
        """Return the buffer up to `end`, masked, and how many bytes after it are hidden already.

        The first `covered` bytes belong to a secret for which a mask has been shown.
        """
        shown, at = bytearray(), 0
        spans = _united(self._spans(buffer, before), covered)
        for start, stop in spans:
            is_shown_already = bool(covered) and start == 0
            if start >= end and not is_shown_already:
                break
            if not is_shown_already:
                shown += buffer[at:start] + HIDDEN
            at = stop
        shown += buffer[at:end]
        return bytes(shown), max(0, at - end)

    def _spans(self, buffer: bytes, before: bytes) -> Iterator[tuple[int, int]]:
        """Yield where secrets stand, in no order; they may overlap."""
        for secret in self._bare:
            yield from _found(secret, buffer)
        for secret in self._words:
            for start, stop in _found(secret, buffer):
                left = buffer[start - 1 : start] if start else before
                if not (_is_word(left) or _is_word(buffer[stop : stop + 1])):
                    yield start, stop

    def _sure(self, buffer: bytes) -> int:
        """Return up to where the buffer is sure: from there on a secret may have begun."""
        sure = len(buffer)
        for secret in self._bare:
            sure = min(sure, _beginning(secret, buffer, len(secret) - 1))
        for secret in self._words:
            # Whether it is a whole word is not known before its next byte is.
            sure = min(sure, _beginning(secret, buffer, len(secret)))
        return sure


def _found(secret: bytes, buffer: bytes) -> Iterator[tuple[int, int]]:
    at = buffer.find(secret)
    while at >= 0:
        yield at, at + len(secret)
        at = buffer.find(secret, at + 1)


def _beginning(secret: bytes, buffer: bytes, longest: int) -> int:
    """Return where, in the last `longest` bytes, a secret begins that is cut off, or the end."""
    at = buffer.find(secret[:1], max(0, len(buffer) - longest))
    while at >= 0:
        if secret.startswith(buffer[at:]):
            return at
        at = buffer.find(secret[:1], at + 1)
    return len(buffer)


def _united(spans: Iterator[tuple[int, int]], covered: int) -> list[tuple[int, int]]:
    """Return spans in order, those that overlap as one; what is covered already comes first."""
    united = [(0, covered)] if covered else []
    for start, stop in sorted(spans):
        if united and start < united[-1][1]:
            united[-1] = (united[-1][0], max(united[-1][1], stop))
        else:
            united.append((start, stop))
    return united


def _is_word(byte: bytes) -> bool:
    return bool(byte) and byte[0] in _WORD


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _parts(value: str) -> set[str]:
    """Given a secret, return it and what is secret in it by itself."""
    parts = {value, value.strip()}
    lines = [line.strip() for line in value.splitlines()]
    if len(lines) > 1:
        # What stands between dashes is the name of a kind of key.
        parts.update(x for x in lines if len(x) >= _SHORTEST_LINE and not x.startswith("-----"))
    for match in _PASSWORD.finditer(value):
        written = match[1]
        parts.add(written)
        if written.startswith("'"):
            parts.add(re.sub(r"\\(.)", r"\1", written[1:-1]))
    if "://" in value:
        parts.update(_parts_of_address(value))
    return parts


def _parts_of_address(value: str) -> Iterator[str]:
    """Yield what is secret in an address: its password, secrets in its query, the path of http."""
    from urllib.parse import parse_qsl, unquote, urlsplit

    try:
        address = urlsplit(value.strip())
        password = address.password
    except ValueError:
        return
    if password:
        yield password
        yield unquote(password)
    for name, said in parse_qsl(address.query):
        if any(word in name.lower() for word in _SECRET_QUERY):
            yield said
    path = value.strip().partition("://")[2].partition("/")[2]
    if address.scheme in ("http", "https") and len(path) >= _SHORTEST_PATH:
        yield path


def _forms(secret: str) -> Iterator[bytes]:
    """Yield the forms in which a secret may be written."""
    import base64
    from urllib.parse import quote, quote_plus

    raw = _bytes(secret)
    yield raw
    yield json.dumps(secret)[1:-1].encode()
    yield _bytes(json.dumps(secret, ensure_ascii=False)[1:-1])
    for safe in ("", "/", "/:?&=@"):
        quoted = quote(raw, safe=safe)
        yield quoted.encode()
        yield re.sub("%..", lambda match: match[0].lower(), quoted).encode()
    yield quote_plus(raw).encode()
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        for offset in range(3):
            # What stands before and after shares the first and the last character.
            whole = encode(b"\0" * offset + raw)
            yield whole[(0, 2, 3)[offset] : (offset + len(raw)) * 8 // 6]
