"""The messages of promql-parser, and who knows what to say instead of each."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from compiler.promql.fault import SyntaxFault
from compiler.promql.functions import AGGREGATIONS, FUNCTIONS
from compiler.promql.refused import Refused, at
from compiler.promql.tokens import Token, partners
from compiler.promql.tree import read
from compiler.source.suggest import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_KINDS: Final = {
    "vector": "an instant vector",
    "matrix": "a range vector",
    "scalar": "a number",
    "string": "a text",
}


def by_message(refused: Refused) -> SyntaxFault | None:
    """Given a refused query, return the fault of its message, or None when nobody knows it."""
    for pattern, handler in _HANDLERS:
        match = pattern.fullmatch(refused.message)
        if match is not None:
            return handler(refused, match)
    return None


def _unknown_function(refused: Refused, match: re.Match[str]) -> SyntaxFault | None:
    name = match[1]
    token = _word(refused.tokens, name)
    if token is None:
        return None
    close = nearest(name, [*FUNCTIONS, *AGGREGATIONS])
    return at(
        token,
        f"PromQL has no function `{name}`",
        f"did you mean `{close}`?" if close else "",
    )


def _word(tokens: Sequence[Token], name: str) -> Token | None:
    """Return the token of a name that a bracket follows, or any token of the name."""
    named = [index for index, token in enumerate(tokens) if token.text == name]
    called = [index for index in named if index + 1 < len(tokens) and tokens[index + 1].text == "("]
    return tokens[(called or named)[0]] if named else None


def _wrong_kind(refused: Refused, match: re.Match[str]) -> SyntaxFault | None:
    wanted, name, given = match["wanted"], match["name"] or "", match["given"]
    token = refused.culprit(name)
    if token is None:
        return None
    wanted_kind = _KINDS.get(wanted, wanted)
    help_line = ""
    if wanted == "matrix" and given == "vector":
        help_line = f"give it a range: `{token.text}(metric[5m])`"
    elif wanted == "vector" and given == "matrix":
        help_line = "take the range away, or put a function such as `rate` around it"
    return at(
        token,
        f"`{token.text}` takes {wanted_kind}, and is given {_KINDS.get(given, given)}",
        f"expected {wanted_kind}",
        help_line,
    )


def _wrong_count(refused: Refused, match: re.Match[str]) -> SyntaxFault | None:
    groups = match.groupdict()
    token = refused.culprit(groups.get("name") or "")
    if token is None:
        return None
    wanted, given = groups.get("wanted") or "1", groups.get("given") or "0"
    plural = "" if wanted == "1" else "s"
    return at(token, f"`{token.text}` takes {wanted} argument{plural}, and is given {given}")


def _bad_number(refused: Refused, match: re.Match[str]) -> SyntaxFault | None:
    token = next(
        (t for t in refused.tokens if t.kind == "number" and t.text.startswith(match[1])), None
    )
    if token is None:
        return None
    return at(
        token,
        f"`{token.text}` is neither a number nor a duration",
        "",
        "units are `ms`, `s`, `m`, `h`, `d`, `w`, `y`, the largest first: `1h30m`",
    )


def _bad_pattern(refused: Refused, _match: re.Match[str]) -> SyntaxFault | None:
    for before, token in pairwise(refused.tokens):
        is_pattern = token.kind == "text" and before.text in ("=~", "!~")
        if is_pattern and isinstance(read(f"{{a{before.text}{token.text},b='c'}}"), str):
            return at(
                token,
                f"{token.text} is not a regular expression",
                "",
                "the syntax is RE2's: no look-ahead, no back references, brackets in pairs",
            )
    return None


def _bad_range(refused: Refused, _match: re.Match[str]) -> SyntaxFault | None:
    closing = partners(refused.tokens)
    for index, token in enumerate(refused.tokens):
        if token.text != "[" or index not in closing:
            continue
        inside = refused.tokens[index + 1 : closing[index]]
        for position, part in enumerate(inside):
            if part.text == ":" and any(other.text == ":" for other in inside[:position]):
                return at(part, "a range has one step", "", "write `[5m:1m]`")
            if part.kind != "number" and part.text != ":":
                headline = f"`{part.text}` cannot stand in a range"
                return at(part, headline, "", "write a duration, `[5m]`, with a step `[5m:1m]`")
        if not inside or inside[0].text == ":":
            last = refused.tokens[closing[index]]
            return SyntaxFault(
                headline="a range without a duration",
                start=token.start,
                end=last.end,
                help="write `[5m]`",
            )
        if "greater than 0" in refused.message and set(inside[0].text) <= set("0.smhdwy"):
            return at(inside[0], "a range of no length selects nothing", "", "write `[5m]`")
    return None


def _range_of_result(refused: Refused, _match: re.Match[str]) -> SyntaxFault | None:
    for before, token in pairwise(refused.tokens):
        if token.text == "[" and before.text == ")":
            headline = "a range can only be taken of a selector"
            help_line = "put the range at the metric, or write a subquery with a step: `(…)[5m:1m]`"
            return at(token, headline, "this follows a result", help_line)
    return None


def _no_matcher(refused: Refused, _match: re.Match[str]) -> SyntaxFault | None:
    closing = partners(refused.tokens)
    for index, token in enumerate(refused.tokens):
        is_alone = index == 0 or refused.tokens[index - 1].kind != "word"
        if token.text != "{" or index not in closing or not is_alone:
            continue
        end = refused.tokens[closing[index]].end
        if read(refused.text[token.start : end]) == refused.message:
            return SyntaxFault(
                headline="a selector without a name needs a matcher that is not empty",
                start=token.start,
                end=end,
                label="this would select every series",
                help='name the metric, or match a label: `{job="api"}`',
            )
    return None


def _at_word(
    headline: str, words: tuple[str, ...], help_line: str
) -> Callable[..., SyntaxFault | None]:
    """Return a handler that points at the first of some words."""

    def handle(refused: Refused, match: re.Match[str]) -> SyntaxFault | None:
        wanted = (*words, *(group.lower() for group in match.groups() if group))
        token = next((token for token in refused.tokens if token.text.lower() in wanted), None)
        if token is None:
            return None
        return at(token, headline.format(token=token.text), "", help_line)

    return handle


def _wrong_operand(refused: Refused, _match: re.Match[str]) -> SyntaxFault | None:
    closing = {last: first for first, last in partners(refused.tokens).items()}
    for index, token in enumerate(refused.tokens):
        if token.text == "]" and index in closing:
            start = refused.tokens[closing[index]].start
            headline = "an operator joins numbers and instant vectors, this is a range"
            help_line = "take the range away, or put a function such as `rate` around it"
            return SyntaxFault(headline=headline, start=start, end=token.end, help=help_line)
        if token.kind == "text" and not (index and refused.tokens[index - 1].text in _MATCHING):
            return at(token, "an operator joins numbers and instant vectors, this is a text")
    return None


def _bad_escape(refused: Refused, match: re.Match[str]) -> SyntaxFault | None:
    for token in refused.tokens:
        inside = token.text.find("\\" + match[1])
        if token.kind == "text" and inside >= 0 and token.text[0] != "`":
            start = token.start + inside
            return SyntaxFault(
                headline=f"`\\{match[1]}` is no escape of a PromQL text",
                start=start,
                end=start + 2,
                help=f"double the backslash, `\\\\{match[1]}`, or write the text in backticks",
            )
    return None


_MATCHING: Final = ("=", "!=", "=~", "!~")
_COMPARISONS: Final = ("==", "!=", ">", "<", ">=", "<=")
_HANDLERS: Final[tuple[tuple[re.Pattern[str], Callable[..., SyntaxFault | None]], ...]] = (
    (re.compile(r"unknown function with name '(.*)'"), _unknown_function),
    (
        re.compile(
            r"expected type (?P<wanted>\w+) in "
            r"(?:call to function '(?P<name>\w+)'|aggregation expression), got (?P<given>\w+)"
        ),
        _wrong_kind,
    ),
    (
        re.compile(
            r"expected (?P<wanted>.+) argument\(s\) in call to '(?P<name>\w+)', got (?P<given>\d+)"
        ),
        _wrong_count,
    ),
    (
        re.compile(
            r"wrong number of arguments for aggregate expression provided, "
            r"expected (?P<wanted>\d+), got (?P<given>\d+)"
        ),
        _wrong_count,
    ),
    (
        re.compile(r"no arguments for aggregate expression '(?P<name>\w+)' provided"),
        _wrong_count,
    ),
    (re.compile(r"bad number or duration syntax: (.+)"), _bad_number),
    (re.compile(r"unknown escape sequence '(.)'"), _bad_escape),
    (
        re.compile(
            r"binary expression must contain only scalar and instant vector types"
            r"|unary expression only allowed on .*"
        ),
        _wrong_operand,
    ),
    (re.compile(r"illegal regex for .*", re.DOTALL), _bad_pattern),
    (
        re.compile(
            r"(?s)(?:.* in(?:side)? brackets.*|duration must be greater than 0"
            r"|missing unit character in duration)"
        ),
        _bad_range,
    ),
    (
        re.compile(r"ranges only allowed for vector selectors|subquery is only allowed .*"),
        _range_of_result,
    ),
    (re.compile(r"vector selector must contain .*"), _no_matcher),
    (
        re.compile(r"comparisons between scalars must use BOOL modifier"),
        _at_word(
            "two numbers are compared with `{token}`",
            _COMPARISONS,
            "write `bool` behind the operator, or compare a metric",
        ),
    ),
    (
        re.compile(r"set operator '(\w+)' not allowed in binary scalar expression"),
        _at_word(
            "`{token}` joins sets of series, and one side is a number",
            (),
            "make a series of the number with `vector(…)`",
        ),
    ),
    (
        re.compile(r"vector matching only allowed between vectors"),
        _at_word("`{token}` needs series on both sides", ("on", "ignoring"), ""),
    ),
    (
        re.compile(r"no grouping allowed for '\w+' operation"),
        _at_word("a set operator takes no `{token}`", ("group_left", "group_right"), ""),
    ),
    (
        re.compile(r"bool modifier can only be used on comparison operators"),
        _at_word("`{token}` can only follow a comparison", ("bool",), ""),
    ),
    (
        re.compile(r"(offset) modifier must be preceded by .*"),
        _at_word("`{token}` can only follow a selector", (), "put it behind the metric"),
    ),
    (
        re.compile(r"(?s)metric name must not be set twice: .*"),
        _at_word(
            "the metric's name is said twice", ("__name__",), "say it before the braces or in them"
        ),
    ),
    (
        re.compile(r"label '(.+)' must not occur in ON and GROUP clause at once"),
        _at_word("`{token}` is matched on and copied at once", (), "name it in one of them"),
    ),
)
