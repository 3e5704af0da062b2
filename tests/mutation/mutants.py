"""One rule enters, as a rule file has it; rules that differ from it in one thing leave."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from compiler.promql.parse import parse
from compiler.promql.tokens import tokenize
from compiler.promql.tree import Query
from runtime.contract.units import format_duration, parse_duration

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from compiler.promql.tokens import Token

COMPARISONS: Final = (">", "<", ">=", "<=", "==", "!=")
AGGREGATIONS: Final = ("sum", "avg", "min", "max")
OPPOSITES: Final = {"=": "!=", "!=": "=", "=~": "!~", "!~": "=~"}
GROUPING: Final = re.compile(r"\b(?:by|without)\s*\([^()]*\)\s*")


@dataclass(frozen=True, slots=True)
class Mutant:
    """A rule with one thing changed. `kind` is the sort of change, `change` what was done.

    `alert` is what the rule fires, or records.
    """

    alert: str
    kind: str
    change: str
    rule: Mapping[str, Any]


def mutants(rule: Mapping[str, Any]) -> Iterator[Mutant]:
    """Given a rule that alerts or records, yield it with one thing changed at a time."""
    text = str(rule["expr"])
    name = str(rule["alert"] if "alert" in rule else rule["record"])
    seen = {text}
    for kind, change, expression in _expressions(text):
        if expression not in seen and isinstance(parse(expression), Query):
            seen.add(expression)
            yield Mutant(name, kind, change, {**rule, "expr": expression})
    for change, seconds in _waits(rule):
        changed = {**rule, "for": format_duration(seconds)}
        yield Mutant(name, "for", change, changed)


def _waits(rule: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    if "for" in rule:
        seconds = parse_duration(str(rule["for"])) or 0
        yield "halved", seconds / 2
        yield "doubled", seconds * 2
        yield "removed", 0


def _expressions(text: str) -> Iterator[tuple[str, str, str]]:
    tokens = tokenize(text)
    depth = 0
    for index, token in enumerate(tokens):
        before = tokens[index - 1] if index else None
        depth += {"{": 1, "}": -1}.get(token.text, 0) if token.kind in ("open", "close") else 0
        if token.kind == "operator" and depth:
            yield from _matcher(text, tokens, index)
        elif token.text in COMPARISONS:
            yield from _comparison(text, tokens, index)
        elif before is not None and before.text == "[":
            yield from _range(text, token)
        elif token.text in AGGREGATIONS:
            yield from _aggregation(text, token)


def _put(text: str, token: Token, other: str) -> str:
    return f"{text[: token.start]}{other}{text[token.end :]}"


def _comparison(text: str, tokens: Sequence[Token], index: int) -> Iterator[tuple[str, str, str]]:
    operator, rest = tokens[index], tokens[index + 1 :]
    numbers = [token for token in rest[:2] if token.kind == "number"]
    than = numbers[0].text if numbers else "…"
    for other in COMPARISONS:
        change = f"{operator.text} {than} to {other} {than}"
        yield "operator", change, _put(text, operator, other)
    if not numbers:
        return
    number = numbers[0]
    value = Decimal(number.text)
    for factor in ("0.9", "1.1"):
        other = f"{value * Decimal(factor):f}" if value else f"{Decimal(factor) - 1:f}"
        change = f"{operator.text} {number.text} to {operator.text} {other}"
        yield "threshold", change, _put(text, number, other)


def _range(text: str, token: Token) -> Iterator[tuple[str, str, str]]:
    seconds = parse_duration(token.text) or 0
    for other in (seconds / 2, seconds * 2):
        written = format_duration(other)
        yield "window", f"{token.text} to {written}", _put(text, token, written)


def _matcher(text: str, tokens: Sequence[Token], index: int) -> Iterator[tuple[str, str, str]]:
    label, operator, value = tokens[index - 1 : index + 2]
    said = text[label.start : value.end]
    yield "matcher", f"{said} negated", _put(text, operator, OPPOSITES[operator.text])
    # Wherever it stands: where one side of an operator has it, what is joined to it has it too.
    without = re.sub(rf"{re.escape(said)},?\s*", "", text)
    yield "matcher", f"{said} dropped", without


def _aggregation(text: str, token: Token) -> Iterator[tuple[str, str, str]]:
    for other in AGGREGATIONS:
        yield "aggregation", f"{token.text} to {other}", _put(text, token, other)
    grouping = GROUPING.match(text, token.end + 1)
    if grouping is not None:
        ungrouped = text[: grouping.start()] + text[grouping.end() :]
        yield "aggregation", f"{token.text} {grouping[0].strip()} ungrouped", ungrouped
