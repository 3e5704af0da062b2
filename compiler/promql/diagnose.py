"""What promql-parser says of a query, said to people, at the place it speaks of.

Its messages have no positions. Those that name a word are looked for among the tokens; of the
others the smallest call that draws the same message by itself is the place.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from compiler.promql.functions import AGGREGATIONS, FUNCTIONS
from compiler.promql.grammar import SyntaxFault, bracket_fault, first_fault
from compiler.promql.matchers import matcher_fault
from compiler.promql.tokens import Token, partners

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MAX_CALLS: Final = 40
"""Calls of a query that are tried by themselves."""

_CURLY: Final = "“”„‟‘’‚«»"
_KINDS: Final = {
    "vector": "an instant vector",
    "matrix": "a range vector",
    "scalar": "a number",
    "string": "a text",
}


def diagnose(text: str, tokens: Sequence[Token], message: str) -> SyntaxFault:
    """Given a query that was refused, its tokens and the message, return the fault."""
    if not tokens:
        return SyntaxFault(headline="the query is empty", start=0, end=len(text))
    return (
        _unknown_character(tokens)
        or bracket_fault(tokens)
        or matcher_fault(tokens)
        or _by_message(text, tokens, message)
        or first_fault(tokens)
        or _whole(text, message)
    )


def _whole(text: str, message: str) -> SyntaxFault:
    """Return the fault in its own words, at the query without the space around it."""
    start = len(text) - len(text.lstrip())
    headline = message if message != "invalid promql query" else "this is not a PromQL query"
    return SyntaxFault(headline=headline, start=start, end=len(text.rstrip()))


def _at(token: Token, headline: str, label: str = "", help_line: str = "") -> SyntaxFault:
    return SyntaxFault(
        headline=headline, start=token.start, end=token.end, label=label, help=help_line
    )


def _unknown_character(tokens: Sequence[Token]) -> SyntaxFault | None:
    """Return the fault of the first token that no query can have."""
    index = next((i for i, token in enumerate(tokens) if token.kind == "unknown"), None)
    if index is None or tokens[index].text == "~":
        return None
    token = tokens[index]
    if token.text[0] in "\"'`":
        quote = token.text[0]
        return SyntaxFault(
            headline="a text is never closed",
            start=token.start,
            end=token.start + 1,
            label="opened here",
            help=f"close it with `{quote}` on the same line" if quote != "`" else "",
        )
    if token.text in _CURLY:
        return _at(token, f"`{token.text}` is not a quote of PromQL", 'did you mean `"`?')
    if token.text == "$":
        return _at(
            token,
            "a query knows no variables",
            "",
            "variables are Grafana's; write the value, such as a range of `[5m]`",
        )
    if token.text in "&|!":
        words = {"&": "and", "|": "or", "!": "unless"}
        return _at(token, f"`{token.text}` is no operator", f"did you mean `{words[token.text]}`?")
    if token.text == ".":
        return _at(
            token, "a name here has no dots", "", "metric names are letters, digits, `_`, `:`"
        )
    return _at(token, f"`{token.text}` cannot stand in a query")


def _by_message(text: str, tokens: Sequence[Token], message: str) -> SyntaxFault | None:
    """Return the fault of a message that one of the patterns below knows."""
    for pattern, handler in _HANDLERS:
        match = pattern.fullmatch(message)
        if match is not None:
            return handler(text, tokens, message, match)
    return None


def calls(text: str, tokens: Sequence[Token]) -> list[tuple[int, int]]:
    """Return the token indexes of each call's name and closing bracket, innermost first."""
    closing = partners(tokens)
    found = []
    for index, token in enumerate(tokens[:-1]):
        if token.kind != "word":
            continue
        opening = index + 1
        if tokens[opening].text.lower() in ("by", "without") and opening + 1 in closing:
            opening = closing[opening + 1] + 1
        if opening in closing and tokens[opening].text == "(":
            found.append((index, closing[opening]))
    return sorted(found, key=lambda pair: pair[1] - pair[0])


def _culprit(text: str, tokens: Sequence[Token], message: str, name: str = "") -> Token | None:
    """Return the name of the smallest call that draws the message by itself."""
    from compiler.promql.parse import parse_small

    for first, last in calls(text, tokens)[:MAX_CALLS]:
        if name and tokens[first].text.lower() != name.lower():
            continue
        if parse_small(text[tokens[first].start : tokens[last].end]) == message:
            return tokens[first]
    return None


def _unknown_function(
    text: str, tokens: Sequence[Token], message: str, match: re.Match[str]
) -> SyntaxFault | None:
    from compiler.source.suggest import nearest

    name = match[1]
    token = _word(tokens, name)
    if token is None:
        return None
    close = nearest(name, [*FUNCTIONS, *AGGREGATIONS])
    return _at(
        token,
        f"PromQL has no function `{name}`",
        f"did you mean `{close}`?" if close else "",
    )


def _word(tokens: Sequence[Token], name: str) -> Token | None:
    """Return the token of a name that a bracket follows, or any token of the name."""
    named = [index for index, token in enumerate(tokens) if token.text == name]
    called = [index for index in named if index + 1 < len(tokens) and tokens[index + 1].text == "("]
    return tokens[(called or named)[0]] if named else None


def _wrong_kind(
    text: str, tokens: Sequence[Token], message: str, match: re.Match[str]
) -> SyntaxFault | None:
    wanted, name, given = match["wanted"], match["name"] or "", match["given"]
    token = _culprit(text, tokens, message, name)
    if token is None:
        return None
    help_line = ""
    if wanted == "matrix" and given == "vector":
        help_line = f"give it a range: `{token.text}(metric[5m])`"
    elif wanted == "vector" and given == "matrix":
        help_line = "take the range away, or put a function such as `rate` around it"
    return _at(
        token,
        f"`{token.text}` takes {_KINDS.get(wanted, wanted)}, and is given {_KINDS.get(given, given)}",
        f"expected {_KINDS.get(wanted, wanted)}",
        help_line,
    )


def _wrong_count(
    text: str, tokens: Sequence[Token], message: str, match: re.Match[str]
) -> SyntaxFault | None:
    groups = match.groupdict()
    token = _culprit(text, tokens, message, groups.get("name") or "")
    if token is None:
        return None
    wanted, given = groups.get("wanted") or "1", groups.get("given") or "0"
    plural = "" if wanted == "1" else "s"
    return _at(token, f"`{token.text}` takes {wanted} argument{plural}, and is given {given}")


def _bad_number(
    text: str, tokens: Sequence[Token], message: str, match: re.Match[str]
) -> SyntaxFault | None:
    token = next((t for t in tokens if t.kind == "number" and t.text.startswith(match[1])), None)
    if token is None:
        return None
    return _at(
        token,
        f"`{token.text}` is neither a number nor a duration",
        "",
        "units are `ms`, `s`, `m`, `h`, `d`, `w`, `y`, the largest first: `1h30m`",
    )


def _bad_pattern(
    text: str, tokens: Sequence[Token], message: str, match: re.Match[str]
) -> SyntaxFault | None:
    from compiler.promql.parse import parse_small

    for before, token in zip(tokens, tokens[1:], strict=False):
        is_pattern = token.kind == "text" and before.text in ("=~", "!~")
        if is_pattern and isinstance(parse_small(f"{{a{before.text}{token.text},b='c'}}"), str):
            return _at(
                token,
                f"{token.text} is not a regular expression",
                "",
                "the syntax is RE2's: no look-ahead, no back references, brackets in pairs",
            )
    return None


def _bad_range(
    text: str, tokens: Sequence[Token], message: str, match: re.Match[str]
) -> SyntaxFault | None:
    closing = partners(tokens)
    for index, token in enumerate(tokens):
        if token.text != "[" or index not in closing:
            continue
        inside = tokens[index + 1 : closing[index]]
        for position, part in enumerate(inside):
            if part.text == ":" and any(other.text == ":" for other in inside[:position]):
                return _at(part, "a range has one step", "", "write `[5m:1m]`")
            if part.kind != "number" and part.text != ":":
                headline = f"`{part.text}` cannot stand in a range"
                return _at(part, headline, "", "write a duration, `[5m]`, with a step `[5m:1m]`")
        if not inside or inside[0].text == ":":
            last = tokens[closing[index]]
            return SyntaxFault(
                headline="a range without a duration",
                start=token.start,
                end=last.end,
                help="write `[5m]`",
            )
        if "greater than 0" in message and set(inside[0].text) <= set("0.smhdwy"):
            return _at(inside[0], "a range of no length selects nothing", "", "write `[5m]`")
    return None


def _range_of_result(
    text: str, tokens: Sequence[Token], message: str, match: re.Match[str]
) -> SyntaxFault | None:
    for before, token in zip(tokens, tokens[1:], strict=False):
        if token.text == "[" and before.text == ")":
            headline = "a range can only be taken of a selector"
            help_line = "put the range at the metric, or write a subquery with a step: `(…)[5m:1m]`"
            return _at(token, headline, "this follows a result", help_line)
    return None


def _no_matcher(
    text: str, tokens: Sequence[Token], message: str, match: re.Match[str]
) -> SyntaxFault | None:
    from compiler.promql.parse import parse_small

    closing = partners(tokens)
    for index, token in enumerate(tokens):
        is_alone = index == 0 or tokens[index - 1].kind != "word"
        if token.text != "{" or index not in closing or not is_alone:
            continue
        end = tokens[closing[index]].end
        if parse_small(text[token.start : end]) == message:
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

    def handle(
        text: str, tokens: Sequence[Token], message: str, match: re.Match[str]
    ) -> SyntaxFault | None:
        wanted = (*words, *(group.lower() for group in match.groups() if group))
        token = next((token for token in tokens if token.text.lower() in wanted), None)
        if token is None:
            return None
        return _at(token, headline.format(token=token.text), "", help_line)

    return handle


def _wrong_operand(
    text: str, tokens: Sequence[Token], message: str, match: re.Match[str]
) -> SyntaxFault | None:
    closing = {last: first for first, last in partners(tokens).items()}
    for index, token in enumerate(tokens):
        if token.text == "]" and index in closing:
            start = tokens[closing[index]].start
            headline = "an operator joins numbers and instant vectors, this is a range"
            help_line = "take the range away, or put a function such as `rate` around it"
            return SyntaxFault(headline=headline, start=start, end=token.end, help=help_line)
        if token.kind == "text" and not (index and tokens[index - 1].text in _MATCHING):
            return _at(token, "an operator joins numbers and instant vectors, this is a text")
    return None


def _bad_escape(
    text: str, tokens: Sequence[Token], message: str, match: re.Match[str]
) -> SyntaxFault | None:
    for token in tokens:
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
