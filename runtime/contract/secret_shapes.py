"""What looks like a secret in a text: where it stands, and the text without it. Pure.

Shapes are those that their makers document; a value is found without knowing what it is for. The
compiler refuses such a value in a spec, the runtime hides it in what it gathers. No pattern looks
at a character more than a few times, so that the time it takes grows with the text and no faster.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_ASSIGNED: Final = r"(?i){}\s{{0,8}}=\s{{0,8}}(?![\s$&{{<'\"*~=])([^\s&;,'\"]+)"
"""A value behind an equals sign, unless it stands for one: ``${{…}}``, ``<…>``, ``***``."""

_NAMES: Final = (
    "passw(?:or)?d",
    "passphrase",
    "pwd",
    "pw",
    "token",
    "secret",
    "secret[-_]?key",
    "api[-_]?key",
    "routing[-_]?key",
    "service[-_]?key",
    "private[-_]?key",
    "access[-_]?key",
    "authorization",
    "bearer",
    "credentials",
    "url_from",
)
_NAME: Final = f"(?:{'|'.join(_NAMES)})"
_SECRET_NAME: Final = re.compile(rf"(?i)(?:.*[-_.]|.*(?=password|token|secret)){_NAME}|{_NAME}")
_KEYS: Final = tuple(
    (re.split(r"[^a-z_]", name)[0], re.compile(rf"{name}[\"']?[ \t]*:")) for name in _NAMES
)
"""Keys for secrets, each with the word that it begins with, which is quick to look for."""

_HASH: Final = r"[./A-Za-z0-9]"
"""A character of a hash as crypt(3) writes it."""

LONG: Final = 65_536
"""Characters from which letters are looked for first: words take thirty times as long to find."""

SHAPES: Final = (
    ("a password in an address", "://", re.compile(r"://[^\s/?#:@]*+:([^\s/?#@]++)@")),
    (
        "a password in an address",
        "@",
        re.compile(
            r"(?<![^\s\"'\[,])[^\s/?#:@\"',{}\[\]]++:([^\s/?#@\"',\[]++)@[A-Za-z0-9.-]++:[0-9]"
        ),
    ),
    ("a password", "=", re.compile(_ASSIGNED.format("passw(?:or)?d"))),
    ("a password", "=", re.compile(_ASSIGNED.format(r"\bpwd"))),
    (
        "a token in an address",
        "=",
        re.compile(
            r"(?i)[?&](?:access_token|api_?key|auth_token|client_secret|private_token|secret|sig"
            r"|token)=(?![{<$*])([^\s&#'\"]+)"
        ),
    ),
    ("an AWS access key", "AKIA", re.compile(r"\b(AKIA[0-9A-Z]{16})\b")),
    ("an AWS access key", "ASIA", re.compile(r"\b(ASIA[0-9A-Z]{16})\b")),
    ("a GitHub token", "gh", re.compile(r"\b(gh[pousr]_[A-Za-z0-9]{36,})")),
    ("a GitHub token", "github_pat_", re.compile(r"\b(github_pat_[A-Za-z0-9_]{22,})")),
    ("a GitLab token", "gl", re.compile(r"\b(gl(?:pat|ptt|dt|rt|cbt|soat)-[A-Za-z0-9_-]{20,})")),
    ("a Slack token", "xox", re.compile(r"\b(xox[abeoprs]-[A-Za-z0-9-]{10,})")),
    ("a Slack token", "xapp-", re.compile(r"\b(xapp-[0-9]-[A-Za-z0-9-]{10,})")),
    (
        "a Slack webhook",
        "hooks.slack.com/",
        re.compile(r"hooks\.slack\.com/(?:services|workflows|triggers)/([A-Za-z0-9_/-]{12,})"),
    ),
    (
        "a Discord webhook",
        "/api/webhooks/",
        re.compile(r"/api/webhooks/[0-9]{8,25}/([A-Za-z0-9_-]{40,})"),
    ),
    ("a Stripe key", "k_", re.compile(r"\b([sr]k_(?:live|test)_[A-Za-z0-9]{16,})")),
    ("a Stripe key", "whsec_", re.compile(r"\b(whsec_[A-Za-z0-9+/]{16,})")),
    ("a Google key", "AIza", re.compile(r"\b(AIza[A-Za-z0-9_-]{35})(?![A-Za-z0-9_-])")),
    ("a Google token", "ya29.", re.compile(r"\b(ya29\.[A-Za-z0-9_-]{20,})")),
    ("a Google secret", "GOCSPX-", re.compile(r"\b(GOCSPX-[A-Za-z0-9_-]{20,})")),
    (
        "an Azure key",
        "Key=",
        re.compile(r"\b(?:Account|SharedAccess)Key=([A-Za-z0-9+/]{40,}={0,2})"),
    ),
    (
        "an Azure secret",
        "Q~",
        re.compile(r"(?<![A-Za-z0-9_~.-])([A-Za-z0-9_~.]{3}[0-9]Q~[A-Za-z0-9_~.-]{31,34})"),
    ),
    ("an npm token", "npm_", re.compile(r"\b(npm_[A-Za-z0-9]{36})\b")),
    ("a PyPI token", "pypi-", re.compile(r"\b(pypi-[A-Za-z0-9_-]{50,})")),
    (
        "a SendGrid key",
        "SG.",
        re.compile(r"\b(SG\.[A-Za-z0-9_-]{16,64}\.[A-Za-z0-9_-]{16,})"),
    ),
    ("a DigitalOcean token", "_v1_", re.compile(r"\b(do[opr]_v1_[0-9a-f]{64})\b")),
    ("a Vault token", "hv", re.compile(r"\b(hv[sbr]\.[A-Za-z0-9_-]{24,})")),
    ("a Docker Hub token", "dckr_pat_", re.compile(r"\b(dckr_pat_[A-Za-z0-9_-]{20,})")),
    ("a Grafana token", "gl", re.compile(r"\b(gl(?:sa|c)_[A-Za-z0-9+/_]{20,}={0,2})")),
    ("a Hugging Face token", "hf_", re.compile(r"\b(hf_[A-Za-z]{34})\b")),
    ("an API key", "sk-", re.compile(r"\b(sk-(?=[A-Za-z_-]{0,64}[0-9])[A-Za-z0-9_-]{20,})")),
    ("a private key", "-----BEGIN", re.compile(r"(-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----)")),
    ("a private key", "AGE-SECRET-KEY-", re.compile(r"\b(AGE-SECRET-KEY-1[0-9A-Z]{58})\b")),
    ("a bearer token", "earer ", re.compile(r"\b[Bb]earer +([A-Za-z0-9._~+/-]{20,}={0,2})")),
    (
        "a signed web token",
        "eyJ",
        re.compile(
            r"(?<![A-Za-z0-9_-])(eyJ[A-Za-z0-9_-]{8,}+\.eyJ[A-Za-z0-9_-]{8,}+\.[A-Za-z0-9_-]+)"
        ),
    ),
    ("a password's hash", "$2", re.compile(rf"(\$2[abxy]?\$[0-9]{{2}}\${_HASH}{{53}})")),
    (
        "a password's hash",
        "$",
        re.compile(
            rf"(\$(?:1|5|6|7|y|gy|apr1)\$(?:[./A-Za-z0-9=]{{1,64}}\$){{1,3}}{_HASH}{{22,}})"
        ),
    ),
    ("a password's hash", "$argon2", re.compile(r"(\$argon2(?:id|i|d)\$[^\s\"']{20,})")),
    ("a password's hash", "pbkdf2", re.compile(r"(pbkdf2[_:-]sha[0-9]{1,3}[$:][^\s\"',]{20,})")),
    ("a password's hash", "SCRAM-", re.compile(r"(SCRAM-SHA-256\$[0-9]{1,8}:[^\s\"',]{20,})")),
    ("a password's hash", "md5", re.compile(r"\b(md5[0-9a-f]{32})\b")),
    ("a password's hash", "SHA}", re.compile(r"(\{S?SHA\}[A-Za-z0-9+/]{20,}={0,2})")),
)
"""What is found, what its text holds (looked for first), and the pattern: group 1 is the value."""


def secrets_in(text: str) -> list[tuple[int, int, str]]:
    """Given a text, return start and end (0-indexed, exclusive) of each secret, and what it is.

    They are in order; those that overlap are one, named as the first of them.
    """
    return united(
        (*match.span(1), what)
        for what, sign, shape in SHAPES
        for first, last in _around(sign, text)
        for match in shape.finditer(text, first, last)
    )


def _around(sign: str, text: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of each line of a text that holds a sign.

    A value may stand in the line behind its equals sign: then it is the whole text.
    """
    if len(text) > LONG and not all(letter in text for letter in sign):
        return
    place = text.find(sign)
    while place >= 0:
        if sign == "=":
            yield 0, len(text)
            return
        end = text.find("\n", place)
        yield text.rfind("\n", 0, place) + 1, end if end >= 0 else len(text)
        place = text.find(sign, end) if end >= 0 else -1


def may_name_secrets(text: str) -> bool:
    """Given a text, return whether it may hold a key for a secret."""
    lowered = text.lower()
    return "slack" in lowered or any(word in lowered and key.search(lowered) for word, key in _KEYS)


def united(spans: Iterable[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Given spans of a text in any order, return them in order, those that overlap as one."""
    found: list[tuple[int, int, str]] = []
    for start, end, what in sorted(spans):
        if found and start < found[-1][1]:
            first = found[-1]
            found[-1] = (first[0], max(first[1], end), first[2])
        else:
            found.append((start, end, what))
    return found


def without(text: str, spans: Iterable[tuple[int, int, str]]) -> str:
    """Given a text and spans of it that are `united`, return it with `***` in their places."""
    parts, at = [], 0
    for start, end, _what in spans:
        parts.append(text[at:start])
        at = end
    return "***".join([*parts, text[at:]])


def is_secret_name(name: str) -> bool:
    """Given a key, or a path of keys joined by dots, return whether it names a secret."""
    return _SECRET_NAME.fullmatch(name) is not None or name.endswith("slack.url")


def redacted(text: str) -> str:
    """Given a text, return it with `***` in the place of each secret."""
    return without(text, secrets_in(text))
