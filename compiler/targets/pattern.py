"""Regular expressions as Prometheus and Alertmanager read them, in the syntax of RE2.

They are evaluated by an engine of nearly the same syntax, that of pydantic. What the two read
differently is refused, or written in a way that both read alike.

Source: https://github.com/google/re2/wiki/Syntax and https://docs.rs/regex/latest/regex/#syntax
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from pydantic_core import SchemaError, SchemaValidator, ValidationError, core_schema

if TYPE_CHECKING:
    from collections.abc import Iterator

_ASCII: Final = {
    "\\d": "[0-9]",
    "\\D": "[^0-9]",
    "\\w": "[0-9A-Za-z_]",
    "\\W": "[^0-9A-Za-z_]",
    "\\s": "[\\t\\n\\f\\r ]",
    "\\S": "[^\\t\\n\\f\\r ]",
    "\\b": "(?-u:\\b)",
}
"""Classes that are of ASCII in RE2, and of Unicode in the engine here."""

_TOKEN = re.compile(
    r"\\[pPx]\{[^}]*\}|\\.|\[\[?:\^?[a-z]+:\]|\[\^?\]?|\(\?[^:)>\]]*[:)>]|.", re.DOTALL
)
_POSIX = re.compile(r"\[:\^?[a-z]+:\]")
_ESCAPES: Final = frozenset("afnrtvxAbBdDpPsSwWz")
"""Letters that RE2 reads behind a backslash, of those that the engine here reads too."""

_GROUPS = re.compile(r"\(\?(?:P<\w+>|[imsU]*(?:-[imsU]+)?[:)])\Z")


def problem(pattern: str) -> str | None:
    """Given a pattern, return why it is none that every target reads as it is read here, or None.

    The reason is a clause: "a class in a class means …".
    """
    reason = next(_differences(pattern), None)
    if reason is not None:
        return reason
    # A pattern that is whole only between the anchors is none by itself.
    is_read = _engine(pattern) is not None and _engine(_anchored(pattern)) is not None
    return None if is_read else "it is none in the syntax of RE2"


def fits(pattern: str, value: str) -> bool:
    """Whether the whole of a value fits a pattern; one that has a `problem` may fit nothing."""
    engine = _engine(_anchored(pattern))
    if engine is None:
        return False
    try:
        engine.validate_python(value)
    except ValidationError:
        return False
    return True


def _anchored(pattern: str) -> str:
    return f"^(?:{pattern})$"


@lru_cache(maxsize=1024)
def _engine(pattern: str) -> SchemaValidator | None:
    """Return what decides whether a text fits, or None when the pattern cannot be read."""
    written = "".join(_ASCII.get(token, token) for token in _TOKEN.findall(pattern))
    try:
        return SchemaValidator(core_schema.str_schema(pattern=written, regex_engine="rust-regex"))
    except SchemaError:
        return None


def _differences(pattern: str) -> Iterator[str]:
    """Yield what is no RE2, or means something else there."""
    is_in_class = False
    before = ""
    for token in _TOKEN.findall(pattern):
        if token.startswith("\\"):
            if len(token) > 1 and token[1].isalnum() and token[1] not in _ESCAPES:
                yield f"`{token}` is not written in every version"
            if token[1:] in ("<", ">", "B"):
                yield f"`{token}` is not read alike everywhere"
        elif is_in_class:
            if token == "]":  # noqa: S105  # a bracket, no secret
                is_in_class = False
            elif token.startswith("[") and not _POSIX.fullmatch(token):
                yield "a bracket within a class is written `\\[`"
            elif token in ("&", "-", "~") and before == token:
                yield f"`{token * 2}` within a class is not read alike everywhere"
        elif token.startswith("["):
            is_in_class = True
        elif token.startswith("(?") and not _GROUPS.fullmatch(token):
            yield f"the group `{token}` is not read everywhere"
        before = token
