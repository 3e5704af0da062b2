"""Redaction: a text from anywhere enters, the same leaves with `***` where a secret may stand.

Hidden are the values of declared secrets, in all the forms they may be written in; what is a
secret by its shape; and what stands behind a name that says so, in a log, a file of settings, a
command line, a header, a statement. Names stay, so that people see which secret it was. Digests,
ids and plain words stay. The time it takes grows with the text and no faster.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from runtime.contract.secret_shapes import secrets_in, united, without
from runtime.masking import Mask

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    Span = tuple[int, int, str]

_NAMES: Final = (
    r"passwords?|passwd|passphrase|passcode|(?<![a-z])pwd|(?<![a-z])pass|secret"
    r"|(?:secret|api|access|private|signing|encryption|master|account|auth|routing|service|ssh|hmac"
    r"|storage|shared|client|session|cookie)[-_. ]?(?:access[-_]?)?(?:key|secret|token)"
    r"|(?<![a-z])token|(?<=auth)token|(?<=access)token|(?<=refresh)token|(?<=id)token|credentials"
    r"|requirepass|masterauth|primaryauth|authorization|connection[-_]?string|webhook[-_]?url"
    r"|session[-_]?id|phpsessid|redis(?:cli)?_auth|(?<![a-z])psk|pre[-_]?shared[-_]?key"
)
_TAIL: Final = r"(?:[-_.]?(?:[0-9]{1,3}|value|base64|hash|new|old|current|prod|production|dev))?"
_NAMED: Final = re.compile(rf"(?i)(?:{_NAMES}){_TAIL}(?![A-Za-z0-9]|[-_][A-Za-z])")
"""What the name of a setting ends with that holds a secret."""
_CORES: Final = (
    *("pass", "pwd", "secret", "token", "key", "credentials", "eraut", "yauth", "authoriz"),
    *("string", "webhook", "sess", "redis_auth", "rediscli_auth", "psk"),
)
"""Of these each such name has one; they are looked for first, which is quicker by far."""
_BEFORE_CORE: Final = 16
_AFTER_CORE: Final = 40
"""How far a name goes before its core and after where that begins, at most."""

_ASSIGNS: Final = re.compile(
    r"(?:\\{0,3}[\"'\]])?(?:[ \t]{0,8}(?::=|=>|[:=](?!:)|%3[dD])[ \t]{0,8}|[ \t]{1,4}(?=[\"']))"
)
"""What stands between a name and its value: `=`, in an address `%3D`, `:`, or nothing, as in SQL,
before quotes."""
_QUOTED: Final = re.compile(
    r"\"((?:[^\"\\\n]|\\.)*+)|'((?:[^'\\\n]|\\.|'')*+)|\\{1,3}\"((?:[^\"\\\n]|\\(?!\\{0,2}\"))*+)"
)
_BARE: Final = re.compile(
    r"(?:[^\s\"'<>;&,)}\]]|[;&,](?!\s|\Z|[ \t]?[A-Za-z_][\w .-]{0,40}[=:])"
    r"|[)}\]](?!\Z|[\s,;)}\]\"']))++"
)
"""A value without quotes: a comma and the like belong to it where nothing new begins after them."""
_LISTED: Final = re.compile(r"\[[^\]\n]{0,4096}")
_STANDS_FOR_ONE: Final = re.compile(
    r"(?:\*{3,}|\$\{[A-Za-z_]|\$\(|\$[A-Z_][A-Z0-9_]*(?!\w)|\{\{|<[A-Za-z_ -]{1,40}>"
    r"|\{[ \t]*(?:\Z|\\?[\"']?(?:env|file|credential)\b)|(?:null|None|none|true|false|yes|no)(?!\S)"
    r"|-?[0-9]{1,3}(?![0-9A-Za-z])|\Z)"
)
"""What is written where a value is none: a reference, a placeholder, a flag, a small number."""
_STAMP: Final = (
    r"(?:[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.,+Z-]{5,40}[ \t]+"
    r"(?:[^\s:]{1,64} [^\s:]{1,64}:[ \t]+)?)?"
)
"""What a journal, or an engine, writes before each line: when, and which host and program."""
_BEFORE_SETTING: Final = re.compile(
    _STAMP + r"[ \t]*(?:-[ \t]+|export[ \t]+|set[ \t]+)?[\"']?[\w.-]*\Z"
)
_INDENT: Final = re.compile(r"[ \t]*(?:-[ \t]+)?")
_SETTING_CHARACTERS: Final = 160
"""Most that stands on a line before the last word of the name of a setting."""

_HEADER: Final = re.compile(
    r"(?i)(?:authorization|cookie2?)"
    r"\\{0,3}[\"']?[ \t]{0,4}[:=][ \t]{0,4}\\{0,3}[\"']?([^\r\n\"'\\]+)"
)
_OWN_HEADER: Final = re.compile(
    r"(?i)(?<![a-z])x-[a-z-]{0,32}(?:token|key|auth)"
    r"\\{0,3}[\"']?[ \t]{0,4}[:=][ \t]{0,4}\\{0,3}[\"']?([^\r\n\"'\\]+)"
)
_OPTION: Final = re.compile(
    r"(?i)(?<![\w-])--?(?:[a-z0-9]{1,20}-){0,4}(?:password|passwd|passphrase|pass|token|secret"
    r"|key(?![ =]/)|credential|requirepass|masterauth)(?: {1,4}(?!-)|=)"
    r"(\"[^\"\n]*+\"?|'[^'\n]*+'?|\S++)"
)
_PROGRAMS: Final = {
    "curl": re.compile(
        r"(?i)\bcurl\b[^\n|;]{0,256}?\s(?:-u|--user|--proxy-user)[ =]?[^\s:]{0,128}:(\S++)"
    ),
    "mysql": re.compile(r"(?i)\bmysql[a-z]{0,12}\b[^\n|;]{0,256}?\s-p([^\s-]\S*+)"),
    "mariadb": re.compile(r"(?i)\bmariadb[a-z-]{0,12}\b[^\n|;]{0,256}?\s-p([^\s-]\S*+)"),
    "redis-cli": re.compile(r"\bredis-cli\b[^\n|;]{0,256}?\s-a[ ]{1,4}(\S++)"),
    "valkey-cli": re.compile(r"\bvalkey-cli\b[^\n|;]{0,256}?\s-a[ ]{1,4}(\S++)"),
    "sshpass": re.compile(r"\bsshpass\b[^\n|;]{0,64}?\s-p[ ]?(\S++)"),
}
_STATEMENT: Final = re.compile(
    r"(?i)\b(?:password|identified[ \t]{1,4}by|requirepass|masterauth|auth)[ \t]{1,4}"
    r"(?:'((?:[^'\n]|'')*+)|\"([^\"\n]*+))"
)
_DIRECTIVE: Final = re.compile(
    r"(?im)^"
    + _STAMP
    + r"[ \t]*(?:requirepass|masterauth|rootpw|bindpw|r[ow]community)[ \t]+(\S[^\r\n]*)"
)
_PGPASS: Final = re.compile(
    r"(?m)^" + _STAMP + r"[^\s:#]++:(?:[0-9]{1,5}|\*):[^\s:]++:[^\s:]++:([^\s:]++)\r?$"
)
_NETRC: Final = re.compile(
    r"(?im)\blogin[ \t]{1,8}\S{1,128}[ \t]{1,8}password[ \t]{1,8}(\S++)"
    r"|^" + _STAMP + r"[ \t]*+password[ \t]{1,8}(\S++)[ \t]*+\r?$"
)
_ORACLE: Final = re.compile(r"(?i)jdbc:oracle:[a-z]{2,8}:[^\s/@]{1,128}/([^\s@]++)@")
_ELEMENT: Final = re.compile(
    rf"(?i)<[\w:.-]{{0,40}}(?:{_NAMES}){_TAIL}>[ \t]{{0,8}}([^<\s][^<]{{0,4096}})"
)
_DEFINED: Final = re.compile(
    rf"(?i)\bdefine\([ \t]{{0,4}}['\"][\w.-]{{0,40}}(?:{_NAMES}){_TAIL}['\"]"
    r"[ \t]{0,4},[ \t]{0,4}(?:'([^'\n]++)|\"([^\"\n]++))"
)
_REGISTRY: Final = re.compile(r"\"auth\"[ \t]{0,4}:[ \t]{0,4}\"([A-Za-z0-9+/]{8,}={0,2})\"")
"""What `docker login` writes down."""
_SIGNATURE: Final = re.compile(r"(?i)[?&](?:x-(?:amz|goog)-)?signature=([^\s&#'\"]++)")
_TELEGRAM: Final = re.compile(r"\b([0-9]{8,10}:AA[A-Za-z0-9_-]{33})(?![A-Za-z0-9_-])")
_BASIC: Final = re.compile(r"(?i)\bbasic +([A-Za-z0-9+/]{12,}={1,2})")
_SIMPLE: Final[tuple[tuple[str, str, re.Pattern[str]], ...]] = (
    *(("a header", sign, _HEADER) for sign in ("authorization", "cookie")),
    *(("a header", sign, _OWN_HEADER) for sign in ("-token", "-key", "-auth")),
    *(("an option", sign, _OPTION) for sign in (" -", "--")),
    *(("an option", program, shape) for program, shape in _PROGRAMS.items()),
    *(("a password", sign, _STATEMENT) for sign in ("password ", "identified by", "auth ")),
    *(
        ("a password", sign, _DIRECTIVE)
        for sign in ("requirepass", "masterauth", "rootpw", "bindpw", "community")
    ),
    ("a password", "password", _NETRC),
    ("a password", "jdbc:oracle", _ORACLE),
    ("the value of a secret's name", "</", _ELEMENT),
    ("the value of a secret's name", "define(", _DEFINED),
    ("a password", '"auth"', _REGISTRY),
    ("a token in an address", "signature=", _SIGNATURE),
    ("a Telegram token", ":aa", _TELEGRAM),
    ("a password", ":", _PGPASS),
    ("a basic authorization", "basic ", _BASIC),
)

_KEY_BEGINS: Final = re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_KEY_ENDS: Final = re.compile(r"-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_KEY_LINE: Final = re.compile(r"(?:^|(?<=\s))([A-Za-z0-9+/]{16,80}={0,2})[ \t\r]*$")
_SHORT_KEY_LINE: Final = re.compile(r"(?:^|(?<=\s))([A-Za-z0-9+/]{1,80}={0,2})[ \t\r]*$")
_KEY_RUN: Final = re.compile(
    r"(?m)^([A-Za-z0-9+/]{64}(?:\r?\n[A-Za-z0-9+/]{64}){1,400}+(?:\r?\n[A-Za-z0-9+/]{1,63}={1,2}$)?)"
)
KEY_CHARACTERS: Final = 32 * 1024
"""Longest private key that is looked for as one."""


class Redactor:
    """Hides secrets in texts and in JSON values; `counts` says how many of what it has hidden."""

    __slots__ = ("_mask", "counts")

    def __init__(self, values: Iterable[str] = ()) -> None:
        """Take the values of the secrets that are declared."""
        self._mask = Mask(values)
        self.counts: Counter[str] = Counter()

    def text(self, text: str) -> str:
        """Given a text, return it without secrets."""
        masked = self._mask.text(text)
        declared = masked.count("***") - text.count("***")
        if declared > 0:
            self.counts["a declared secret"] += declared
        # The one letter that is two in lower case would move all that follows it.
        lowered = masked.replace("\u0130", "i").lower()
        found = (_simple(masked, lowered), _named(masked, lowered), _keys(masked))
        spans = united((*secrets_in(masked), *chain.from_iterable(found)))
        spans = [span for span in spans if not _is_hidden(masked, span)]
        self.counts.update(what for _start, _end, what in spans)
        return without(masked, spans)

    def value(self, value: Any) -> Any:
        """Given a JSON value, return it with every text in it without secrets."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {self.text(str(key)): self.value(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(item) for item in value]
        return value


def _is_hidden(text: str, span: Span) -> bool:
    """Whether nothing but asterisks stands there: it has been hidden before."""
    return not text[span[0] : min(span[1], span[0] + 64)].strip("*")


def _simple(text: str, lowered: str) -> Iterator[Span]:
    """Yield what stands in the place of a secret in a header, an option, a statement."""
    looked: set[re.Pattern[str]] = set()
    for what, sign, shape in _SIMPLE:
        if shape in looked or sign not in lowered:
            continue
        looked.add(shape)
        for match in shape.finditer(text):
            group = match.lastindex or 0
            if not _STANDS_FOR_ONE.match(match[group]):
                yield (*match.span(group), what)


def _named(text: str, lowered: str) -> Iterator[Span]:
    """Yield the values that stand behind the names of secrets."""
    at = 0
    for core in sorted(set(_cores(lowered))):
        if core < at:
            continue
        start, limit = max(at, core - _BEFORE_CORE), core + _AFTER_CORE
        name = _NAMED.search(text, start, limit)
        # One that begins later has a core of its own.
        if name is None or name.start() > core:
            continue
        at = name.end()
        assigns = _ASSIGNS.match(text, at)
        if assigns is None:
            continue
        start, end = _value(text, name.start(), assigns.end())
        if start < end and not _STANDS_FOR_ONE.match(text[start : min(end, start + 64)]):
            yield start, end, "the value of a secret's name"
            at = end


def _cores(lowered: str) -> Iterator[int]:
    for core in _CORES:
        at = lowered.find(core)
        while at >= 0:
            yield at
            at = lowered.find(core, at + 1)


def _value(text: str, name_at: int, at: int) -> tuple[int, int]:
    """Given where a name and its value begin, return where the value stands, without its quotes."""
    quoted = _QUOTED.match(text, at)
    if quoted is not None:
        group = quoted.lastindex or 1
        return quoted.span(group)
    line_at = text.rfind("\n", max(0, name_at - _SETTING_CHARACTERS), name_at) + 1
    begins_text = name_at <= _SETTING_CHARACTERS
    if (line_at or begins_text) and _BEFORE_SETTING.fullmatch(text, line_at, name_at):
        return _setting(text, line_at, at)
    listed = _LISTED.match(text, at) or _BARE.match(text, at)
    return (at, listed.end()) if listed else (at, at)


def _setting(text: str, line_at: int, at: int) -> tuple[int, int]:
    """Given a line that is a setting and where its value begins, return where the value stands."""
    line_end = text.find("\n", at)
    line_end = len(text) if line_end < 0 else line_end
    if text[at : at + 1] in ("|", ">"):
        return at, _block_end(text, line_at, line_end)
    return at, at + len(text[at:line_end].split(" #", 1)[0].rstrip(" \t\r,"))


def _block_end(text: str, line_at: int, line_end: int) -> int:
    """Given a YAML setting whose value is a block, return where the deeper lines below it end."""
    indent = _INDENT.match(text, line_at)
    depth = len(indent[0]) if indent else 0
    end = line_end
    while end < len(text):
        below = _INDENT.match(text, end + 1)
        following = text.find("\n", end + 1)
        following = len(text) if following < 0 else following
        is_deeper = below is not None and len(below[0]) > depth
        if not is_deeper and text[end + 1 : following].strip():
            break
        end = following
    return end


def _keys(text: str) -> Iterator[Span]:
    """Yield private keys: whole ones, and what is left of one whose beginning or end is cut off."""
    what = "a private key"
    ends = [match.span() for match in _KEY_ENDS.finditer(text)] if "-----END" in text else []
    index, done = 0, 0
    for begin in _KEY_BEGINS.finditer(text) if "-----BEGIN" in text else ():
        while index < len(ends) and ends[index][0] < begin.end():
            yield from _lines_before(text, ends[index], done)
            done = max(done, ends[index][1])
            index += 1
        if begin.start() < done:
            continue
        if index < len(ends) and ends[index][0] - begin.end() <= KEY_CHARACTERS:
            done = ends[index][1]
            index += 1
            yield begin.start(), done, what
            continue
        for span in _lines_after(text, begin.end()):
            yield span
            done = span[1]
    for end in ends[index:]:
        yield from _lines_before(text, end, done)
        done = end[1]
    for run in _KEY_RUN.finditer(text):
        if not (run[1].islower() or run[1].isupper() or run[1].isdigit()):
            yield (*run.span(1), what)


def _lines_after(text: str, at: int) -> Iterator[Span]:
    """Yield what looks like lines of a key below its beginning, while they do."""
    limit = min(len(text), at + KEY_CHARACTERS)
    line_at = text.find("\n", at, limit)
    if line_at < 0:
        # One line, as in JSON: all that is left of it.
        yield at, limit, "a private key"
        return
    if text[at:line_at].strip("\r \t"):
        yield at, line_at, "a private key"
    while 0 <= line_at < limit:
        following = text.find("\n", line_at + 1, limit)
        line_end = limit if following < 0 else following
        line = text[line_at + 1 : line_end]
        found = _KEY_LINE.search(line)
        if found is not None:
            yield line_at + 1 + found.start(1), line_at + 1 + found.end(1), "a private key"
        elif line.strip() and ": " not in line:
            # The last line of a key may be short; headers such as `DEK-Info: …` come first.
            short = line.strip()
            if _SHORT_KEY_LINE.fullmatch(short) and not short.islower():
                yield line_at + 1, line_end, "a private key"
            return
        line_at = following


def _lines_before(text: str, end: tuple[int, int], least: int) -> Iterator[Span]:
    """Yield the end of a key, and what looks like its lines above, while they do, from `least`."""
    yield *end, "a private key"
    least = max(least, end[0] - KEY_CHARACTERS)
    line_end = text.rfind("\n", least, end[0])
    shape = _SHORT_KEY_LINE
    while line_end > least:
        line_at = max(text.rfind("\n", least, line_end) + 1, least)
        found = shape.search(text, line_at, line_end)
        if found is None:
            return
        yield *found.span(1), "a private key"
        shape, line_end = _KEY_LINE, line_at - 1
