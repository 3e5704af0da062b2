"""What looks like a secret in a text: where it stands, and the text without it. Pure.

Shapes are those that their makers document; a value is found without knowing what it is for.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_ASSIGNED: Final = r"(?i){}\s*=\s*(?![\s$&{{<'\"*~=])([^\s&;,'\"]+)"
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
_KEYS: Final = tuple(re.compile(rf"{name}[\"']?[ \t]*:") for name in _NAMES)
"""Keys for secrets. Each begins with a word of its own, which is quick to look for."""

SHAPES: Final = (
    ("a password in an address", "://", re.compile(r"://[^\s/?#:@]*:([^\s/?#@]+)@")),
    (
        "a password in an address",
        "@",
        re.compile(r"(?<![^\s\"'\[,])[^\s/?#:@\"',{}\[\]]+:([^\s/?#@\"',]+)@[A-Za-z0-9.-]+:[0-9]"),
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
    ("an AWS access key", "A", re.compile(r"\b((?:AKIA|ASIA)[0-9A-Z]{16})\b")),
    ("a GitHub token", "gh", re.compile(r"\b(gh[pousr]_[A-Za-z0-9]{36,255})\b")),
    ("a GitHub token", "github_pat_", re.compile(r"\b(github_pat_[A-Za-z0-9_]{22,255})\b")),
    ("a GitLab token", "glpat-", re.compile(r"\b(glpat-[A-Za-z0-9_-]{20,})")),
    ("a Slack token", "xox", re.compile(r"\b(xox[abeoprs]-[A-Za-z0-9-]{10,})")),
    (
        "a Slack webhook",
        "hooks.slack.com/",
        re.compile(r"hooks\.slack\.com/(?:services|workflows|triggers)/([A-Za-z0-9_/-]{12,})"),
    ),
    ("a private key", "-----BEGIN", re.compile(r"(-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----)")),
    ("a bearer token", "earer ", re.compile(r"\b[Bb]earer +([A-Za-z0-9_~+/-]{20,}={0,2})")),
    (
        "a signed web token",
        "eyJ",
        re.compile(r"\b(eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+)"),
    ),
)
"""What is found, what its text holds (looked for first), and the pattern: group 1 is the value."""


def secrets_in(text: str) -> list[tuple[int, int, str]]:
    """Given a text, return start and end (0-indexed, exclusive) of each secret, and what it is."""
    found: list[tuple[int, int, str]] = []
    for what, sign, shape in SHAPES:
        for first, last in _around(sign, text):
            for match in shape.finditer(text, first, last):
                start, end = match.span(1)
                if all(end <= other[0] or start >= other[1] for other in found):
                    found.append((start, end, what))
    return sorted(found)


def _around(sign: str, text: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of each line of a text that holds a sign.

    A value may stand in the line behind its equals sign: then it is the whole text.
    """
    place = text.find(sign)
    while place >= 0:
        end = -1 if sign == "=" else text.find("\n", place)
        yield (0 if sign == "=" else text.rfind("\n", 0, place) + 1), end if end >= 0 else len(text)
        place = text.find(sign, end) if end >= 0 else -1


def may_name_secrets(text: str) -> bool:
    """Given a text, return whether it may hold a key for a secret."""
    lowered = text.lower()
    return "slack" in lowered or any(key.search(lowered) for key in _KEYS)


def is_secret_name(name: str) -> bool:
    """Given a key, or a path of keys joined by dots, return whether it names a secret."""
    return _SECRET_NAME.fullmatch(name) is not None or name.endswith("slack.url")


def redacted(text: str) -> str:
    """Given a text, return it with `***` in the place of each secret."""
    for start, end, _what in reversed(secrets_in(text)):
        text = text[:start] + "***" + text[end:]
    return text
