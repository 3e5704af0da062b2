"""What of a file must not be shown: found in its lines, so that it is hidden in broken text too.

Hidden is what stands below a key, or an override's path, whose name says that it is a secret, and
is no sound reference such as ``{file: /run/secrets/x}``; and what is a secret by its shape.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from runtime.contract.secret_shapes import is_secret_name, may_name_secrets, redacted, secrets_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from compiler.source.tree import Text

_KEY: Final = re.compile(r"""["']?(?P<name>[A-Za-z_][A-Za-z0-9_.-]*)["']?[ \t]*:(?:[ \t]+|\Z)""")
_REFERENCE: Final = re.compile(
    r"[ \t]*(?:file:[ \t]+[\"']?/[^\s\"',{}]*|env:[ \t]+[\"']?[A-Za-z_][A-Za-z0-9_]*"
    r"|credential:[ \t]+[\"']?[A-Za-z0-9_.-]+)[\"']?[ \t]*(?:#.*)?"
)
_PLAIN_IN_FLOW: Final = re.compile(r"[^,}\]]*")
_PLAIN: Final = re.compile(r"(?:(?![ \t]#).)*")
_QUOTED: Final = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'")
_WORDS: Final = re.compile(r"[^\s\"'{}\[\],:]+")
_CLOSING: Final = {"{": "}", "[": "]"}
_OWN_WORDS: Final = frozenset(
    ("file", "env", "credential", "password", "token", "url", "null", "true", "false")
)
MIN_BARE: Final = 6
"""Characters from which a secret is hidden wherever it stands; a shorter one only in quotes."""
MAX_QUOTED: Final = 36
"""Characters of a secret that a cut headline may still hold."""


class Mask(NamedTuple):
    """Columns hidden by 0-indexed line (start, end), and the texts hidden in what is said."""

    columns: Mapping[int, tuple[tuple[int, int], ...]]
    values: frozenset[str]


@lru_cache(maxsize=64)
def mask_of(text: Text) -> Mask:
    """Given a file, return what is hidden of it."""
    columns: dict[int, list[tuple[int, int]]] = {}
    values: set[str] = set()
    if may_name_secrets(text.characters):
        for number, line in enumerate(text.lines):
            for match in _KEY.finditer(line) if may_name_secrets(line) else ():
                name = match["name"]
                if is_secret_name(name) or (name == "url" and _is_slack(text.lines, number, match)):
                    _hide(text.lines, number, match, columns)
        for number, hidden in columns.items():
            for start, end in hidden:
                values.update(_values(text.lines[number][start:end]))
    return Mask({line: tuple(each) for line, each in columns.items()}, frozenset(values))


def _is_slack(lines: tuple[str, ...], number: int, match: re.Match[str]) -> bool:
    """Whether a key `url` is that of a Slack receiver, which is a secret."""
    before = lines[number][: match.start()]
    if before.strip():
        return "slack:" in before and before.rfind("slack:") > before.rfind("webhook:")
    return number > 0 and lines[number - 1].strip() == "slack:"


def _hide(
    lines: tuple[str, ...],
    number: int,
    match: re.Match[str],
    columns: dict[int, list[tuple[int, int]]],
) -> None:
    """Take note of the columns of a secret's value, on its line and on the deeper ones below."""
    line, start = lines[number], match.end()
    end, goes_on = _end(line, start)
    below = []
    if goes_on:
        indent = len(line) - len(line.lstrip(" -"))
        for other in range(number + 1, len(lines)):
            if lines[other].strip() and len(lines[other]) - len(lines[other].lstrip()) <= indent:
                break
            if lines[other].strip():
                below.append(other)
    value = line[start:end].strip()
    inner = value[1:-1] if value[:1] == "{" and value.endswith("}") else None
    if inner is not None and _REFERENCE.fullmatch(inner):
        return
    is_empty = not value or value.startswith("#")
    if is_empty and len(below) == 1 and _REFERENCE.fullmatch(lines[below[0]]):
        return
    if not is_empty and not value.startswith("*"):
        columns.setdefault(number, []).append((start, end))
    for other in below:
        text = lines[other]
        columns.setdefault(other, []).append((len(text) - len(text.lstrip()), len(text)))


def _end(line: str, start: int) -> tuple[int, bool]:
    """Return the column where a value ends, and whether it may go on in the lines below."""
    first = line[start : start + 1]
    if first in ("'", '"'):
        match = _QUOTED.match(line, start)
        return (match.end(), False) if match else (len(line), True)
    if first in _CLOSING:
        depth = 0
        for column in range(start, len(line)):
            depth += (line[column] in "{[") - (line[column] in "}]")
            if depth == 0:
                return column + 1, False
        return len(line), True
    before = line[:start]
    is_flow = sum(map(before.count, "{[")) > sum(map(before.count, "}]"))
    match = (_PLAIN_IN_FLOW if is_flow else _PLAIN).match(line, start)
    end = match.end() if match else len(line)
    return start + len(line[start:end].rstrip()), not is_flow or end == len(line)


def _values(hidden: str) -> Iterable[str]:
    """Yield the texts of a hidden stretch: the whole of it, and its words."""
    whole = hidden.strip().strip("\"'")
    if whole and whole[0] not in "{[":
        yield whole
    for word in _WORDS.findall(hidden):
        if word not in _OWN_WORDS and (len(word) >= MIN_BARE or whole == word):
            yield word


def masked_line(text: Text, number: int) -> str:
    """Given a file and a 0-indexed line of it, return the line with its secrets as asterisks."""
    line = text.lines[number]
    hidden = [(start, end) for start, end, _what in secrets_in(line)]
    for start, end in (*hidden, *mask_of(text).columns.get(number, ())):
        line = line[:start] + "*" * (end - start) + line[end:]
    return line


class Hider:
    """Takes the secrets of some files out of what is said about them."""

    __slots__ = ("_pattern",)

    def __init__(self, texts: Mapping[str, Text]) -> None:
        values = {value for text in texts.values() for value in mask_of(text).values}
        forms = [_form(value) for value in sorted(values, key=lambda each: (-len(each), each))]
        self._pattern = re.compile("|".join(forms)) if forms else None

    def __call__(self, said: str) -> str:
        """Given a text of a finding, return it with `***` in the place of each secret."""
        said = redacted(said)
        return said if self._pattern is None else self._pattern.sub("***", said)


def _form(value: str) -> str:
    if len(value) > MAX_QUOTED:
        return re.escape(value[:MAX_QUOTED]) + r"[^`\"]*"
    if len(value) >= MIN_BARE:
        return re.escape(value)
    return rf"(?<=[`\"']){re.escape(value)}(?=[`\"'])"
