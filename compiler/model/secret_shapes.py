"""What looks like a secret in a text: where it stands, and the text without it. Pure.

Shapes are those that their makers document; a value is found without knowing what it is for.
"""

from __future__ import annotations

import re
from typing import Final

_ASSIGNED: Final = r"(?i){}\s*=\s*(?![\s$&{{<'\"*~=])([^\s&;,'\"]+)"
"""A value behind an equals sign, unless it stands for one: ``${{…}}``, ``<…>``, ``***``."""

_NAMES: Final = (
    r"(?:passw(?:or)?d|passphrase|pwd|pw|token|secret|api[-_]?key|routing[-_]?key|service[-_]?key"
    r"|private[-_]?key|access[-_]?key|secret[-_]?key|authorization|bearer|credentials|url_from)"
)
NAME_IN_TEXT: Final = re.compile(rf"(?i){_NAMES}[\"']?[ \t]*:|slack")
"""What a text holds that may have a key for a secret in it."""
_SECRET_NAME: Final = re.compile(rf"(?i)(?:.*[-_.]|.*(?=password|token|secret)){_NAMES}|{_NAMES}")

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
        if sign not in text:
            continue
        for match in shape.finditer(text):
            start, end = match.span(1)
            if all(end <= other[0] or start >= other[1] for other in found):
                found.append((start, end, what))
    return sorted(found)


def is_secret_name(name: str) -> bool:
    """Given a key, or a path of keys joined by dots, return whether it names a secret."""
    return _SECRET_NAME.fullmatch(name) is not None or name.endswith("slack.url")


def redacted(text: str) -> str:
    """Given a text, return it with `***` in the place of each secret."""
    for start, end, _what in reversed(secrets_in(text)):
        text = text[:start] + "***" + text[end:]
    return text
