"""Where a selector's braces stop holding matchers, `label="value"` with commas. Reads tokens alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.promql.grammar import SyntaxFault

if TYPE_CHECKING:
    from collections.abc import Sequence

    from compiler.promql.tokens import Token

_OPERATORS = ("=", "!=", "=~", "!~")


def matcher_fault(tokens: Sequence[Token]) -> SyntaxFault | None:
    """Given tokens, return the first thing in braces that is no matcher, or None."""
    inside: list[Token] | None = None
    for token in tokens:
        if token.text == "{" and token.kind == "open":
            inside = []
        elif token.text == "}" and inside is not None:
            found = _in_braces([*inside, token])
            if found is not None:
                return found
            inside = None
        elif inside is not None:
            inside.append(token)
    return _in_braces(inside) if inside else None


def _in_braces(tokens: Sequence[Token]) -> SyntaxFault | None:
    """Given the tokens after an opening brace, with the closing one, return the first fault."""
    for position, token in enumerate(tokens):
        before = tokens[position - 1] if position else None
        if (
            token.text == "}"
            and before is not None
            and before.text != ","
            and before.kind != "text"
        ):
            return _fault(token, f"a matcher ends after `{before.text}`", 'expected `"value"`')
        if token.text == "}":
            break
        found = _one(token, before)
        if found is not None:
            return found
    return None


def _one(token: Token, before: Token | None) -> SyntaxFault | None:
    """Return what is wrong with one token of a matcher, given the one before it."""
    if before is None or before.text == ",":
        if token.kind in ("word", "text"):
            return None
        return _fault(token, f"`{token.text}` is not a label's name", "expected a label")
    if before.kind == "word":
        if token.text in _OPERATORS:
            return None
        if token.text in ("==", "~"):
            meant = "=" if token.text == "==" else "=~"
            return _fault(token, f"`{token.text}` matches nothing", f"did you mean `{meant}`?")
        return _fault(token, f"`{token.text}` follows a label's name", "expected `=` or `=~`")
    if before.text in _OPERATORS:
        if token.kind == "text":
            return None
        return _fault(
            token,
            f"a label's value is written in quotes, `{token.text}` is not",
            f'did you mean `"{token.text}"`?' if token.kind in ("word", "number") else "",
        )
    if token.text == "," or (before.kind == "text" and token.text in _OPERATORS):
        return None
    return _fault(token, f"`{token.text}` follows a matcher", "expected `,` or `}`")


def _fault(token: Token, headline: str, label: str) -> SyntaxFault:
    return SyntaxFault(
        headline=headline,
        start=token.start,
        end=token.end,
        label=label,
        help='a matcher is `label="value"`, with `=`, `!=`, `=~` or `!~`; commas stand between them',
    )
