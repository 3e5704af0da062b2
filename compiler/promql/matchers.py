"""Where a selector's braces stop holding matchers, ``label="value"``. Reads tokens alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.promql.fault import SyntaxFault

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
        if token.kind not in ("word", "text"):
            return _fault(token, f"`{token.text}` is not a label's name", "expected a label")
    elif before.kind == "word":
        return _operator(token)
    elif before.text in _OPERATORS:
        if token.kind != "text":
            headline = f"a label's value is written in quotes, `{token.text}` is not"
            is_bare = token.kind in ("word", "number")
            return _fault(token, headline, f'did you mean `"{token.text}"`?' if is_bare else "")
    elif token.text != "," and not (before.kind == "text" and token.text in _OPERATORS):
        return _fault(token, f"`{token.text}` follows a matcher", "expected `,` or `}`")
    return None


def _operator(token: Token) -> SyntaxFault | None:
    """Return what is wrong with the token behind a label's name."""
    if token.text in _OPERATORS:
        return None
    if token.text in ("==", "~"):
        meant = "=" if token.text == "==" else "=~"
        return _fault(token, f"`{token.text}` matches nothing", f"did you mean `{meant}`?")
    return _fault(token, f"`{token.text}` follows a label's name", "expected `=` or `=~`")


def _fault(token: Token, headline: str, label: str) -> SyntaxFault:
    return SyntaxFault(
        headline=headline,
        start=token.start,
        end=token.end,
        label=label,
        help='a matcher is `label="value"`, with `=`, `!=`, `=~` or `!~`; commas part them',
    )
