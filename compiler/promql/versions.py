"""Parts of a query that a version of Prometheus cannot read; a parsed query's tokens decide."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from compiler.promql.functions import AGGREGATIONS, FORMS, FUNCTIONS
from compiler.promql.tokens import Token, tokenize
from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from compiler.promql.functions import Versions

_NUMBER: Final = re.compile(r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|0[xX][0-9a-fA-F]+")


@frozen
class NewerPart(Frozen):
    """Characters of a query, 0-indexed, end exclusive, that a version cannot read.

    `is_flag_only` says that the version has it, behind a feature flag.
    """

    start: int
    end: int
    headline: str
    label: str
    help: str
    is_flag_only: bool = False


@lru_cache(maxsize=4096)
def newer_parts(text: str, version: str) -> tuple[NewerPart, ...]:
    """Given a query that parses and a version, return what that version has not, in order."""
    found = (_newer(token, shown, versions, version) for token, shown, versions in _parts(text))
    return tuple(part for part in found if part is not None)


def _newer(token: Token, shown: str, versions: Versions, version: str) -> NewerPart | None:
    if not versions.cover(version):
        return NewerPart(
            start=token.start,
            end=token.end,
            headline=f"Prometheus {version} has no {shown}",
            label=_since(versions),
            help=versions.instead or "write it another way, or raise `stack.prometheus.version`",
        )
    if versions.flag:
        return NewerPart(
            start=token.start,
            end=token.end,
            headline=f"{shown} is experimental in Prometheus {version}",
            label="refused without a feature flag",
            help=f"start the server with `--enable-feature={versions.flag}`",
            is_flag_only=True,
        )
    return None


def _since(versions: Versions) -> str:
    if versions.until is not None:
        return f"gone since {versions.until[0]}.{versions.until[1]}"
    return f"new in {versions.since[0]}.{versions.since[1]}"


def _parts(text: str) -> Iterator[tuple[Token, str, Versions]]:
    """Yield each token that not every version knows, what people call it, and its versions."""
    tokens = tokenize(text)
    brackets: list[str] = []
    for index, token in enumerate(tokens):
        before = tokens[index - 1] if index else None
        if token.kind == "open":
            brackets.append(token.text)
        elif token.kind == "close" and brackets:
            brackets.pop()
        elif token.kind == "word" and _is_called(tokens, index):
            versions = FUNCTIONS.get(token.text) or AGGREGATIONS.get(token.text.lower())
            if versions is not None:
                yield token, f"`{token.text}`", versions
        else:
            form = _form(token, before, brackets[-1] if brackets else "")
            if form:
                yield token, form[0], FORMS[form[1]]


def _is_called(tokens: Sequence[Token], index: int) -> bool:
    """Whether a name is followed by arguments, or by the labels of an aggregation."""
    following = tokens[index + 1].text.lower() if index + 1 < len(tokens) else ""
    return following == "(" or (
        tokens[index].text.lower() in AGGREGATIONS and following in ("by", "without")
    )


def _form(token: Token, before: Token | None, bracket: str) -> tuple[str, str] | None:
    """Return what people call a form that is newer than 2.42, and its key, or None."""
    is_first_in_braces = before is not None and before.text in ("{", ",") and bracket == "{"
    if token.kind == "text" and is_first_in_braces:
        return "names in quotes", "utf8_name"
    if token.kind != "number":
        return None
    is_plain = _NUMBER.fullmatch(token.text) is not None
    wants_unit = bracket == "[" or (before is not None and before.text.lower() == "offset")
    if before is not None and before.text in ("-", "+") and bracket != "[":
        wants_unit = False
    if wants_unit and is_plain:
        return f"duration without a unit, `{token.text}`", "unitless_duration"
    if not wants_unit and not is_plain and bracket != "[" and not _is_after_offset(before):
        return f"duration as a number, `{token.text}`", "duration_as_number"
    return None


def _is_after_offset(before: Token | None) -> bool:
    return before is not None and before.text in ("-", "+")
