"""Where a query stops being one: operands and operators take turns. Reads tokens alone.

Only asked about queries that promql-parser has refused, to say where; so it may be rough, and
returns None when it finds nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compiler.promql.fault import SyntaxFault
from compiler.promql.functions import AGGREGATIONS, KEYWORDS
from compiler.promql.tokens import PAIRS, Token, partners

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


_SET_WORDS: Final = frozenset(("and", "or", "unless", "atan2"))
_SLIPS: Final = {"=": "==", "=~": "==", "!~": "!=", "&&": "and", "||": "or"}


def bracket_fault(tokens: Sequence[Token]) -> SyntaxFault | None:
    """Given tokens, return the first bracket that nothing closes or opens, or None."""
    stack: list[Token] = []
    for token in tokens:
        if token.kind == "open":
            stack.append(token)
        elif token.kind == "close":
            if not stack:
                return _at(token, f"`{token.text}` closes nothing", "no bracket is open here")
            opened = stack.pop()
            wanted = PAIRS[opened.text]
            if wanted != token.text:
                return _at(
                    token,
                    f"`{token.text}` cannot close `{opened.text}`",
                    f"expected `{wanted}`",
                )
    if stack:
        return _at(stack[-1], f"`{stack[-1].text}` is never closed", "opened here")
    return None


def first_fault(tokens: Sequence[Token]) -> SyntaxFault | None:
    """Given tokens whose brackets fit, return where operand and operator do not take turns."""
    return _Walk(tokens).run()


class _Walk:
    """One pass over the tokens; `wants_operand` says what may come next."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        self.partners: Mapping[int, int] = partners(tokens)
        self.index = 0
        self.wants_operand = True
        # What each open parenthesis belongs to: "call", "group" or "clause".
        self.open: list[bool] = []

    def run(self) -> SyntaxFault | None:
        while self.index < len(self.tokens):
            token = self.tokens[self.index]
            found = self._operand(token) if self.wants_operand else self._operator(token)
            if found is not None:
                return found
        if self.wants_operand and self.tokens:
            last = self.tokens[-1]
            return _at(
                last,
                f"the query ends after `{last.text}`",
                "something must follow",
                "name a metric, a number or a call",
            )
        return None

    def _peek(self, ahead: int = 1) -> Token | None:
        index = self.index + ahead
        return self.tokens[index] if index < len(self.tokens) else None

    def _operand(self, token: Token) -> SyntaxFault | None:
        word = token.text.lower()
        following = self._peek()
        if token.kind == "operator" and token.text in "+-":
            self.index += 1
        elif token.kind == "word" and word not in KEYWORDS:
            self._name(word, following)
        elif token.kind in ("number", "text"):
            self._take_operand(1)
        elif token.text == "{":
            self._take_operand(self.partners[self.index] + 1 - self.index)
        elif token.text == "(":
            self.open.append(False)
            self.index += 1
        elif token.text == ")" and self.open and self.open[-1] and self._is_after("("):
            self.open.pop()
            self._take_operand(1)
        else:
            return self._no_operand(token)
        return None

    def _no_operand(self, token: Token) -> SyntaxFault:
        before = self.tokens[self.index - 1].text if self.index else ""
        where = f"after `{before}`" if before else "at the start"
        if token.text == "[":
            return _at(
                token, "a range without a selector", "what is selected?", "write `metric[5m]`"
            )
        return _at(
            token, f"something is missing {where}", f"expected a value before `{token.text}`"
        )

    def _name(self, word: str, following: Token | None) -> None:
        """Take a metric's name, or the beginning of a call."""
        if word in AGGREGATIONS and following and following.text.lower() in ("by", "without"):
            clause = self._peek(2)
            if clause is not None and clause.text == "(":
                self.index = self.partners[self.index + 2]
                following = self._peek()
        if following is not None and following.text == "(":
            self.open.append(True)
            self.index += 2
        else:
            self._take_operand(1)

    def _take_operand(self, count: int) -> None:
        self.index += count
        self.wants_operand = False

    def _is_after(self, text: str) -> bool:
        return self.index > 0 and self.tokens[self.index - 1].text == text

    def _operator(self, token: Token) -> SyntaxFault | None:
        word = token.text.lower()
        if (token.kind == "operator" and token.text not in _SLIPS) or word in _SET_WORDS:
            self._binary()
        elif token.text == "[" or (
            token.text == "{" and self.tokens[self.index - 1].kind == "word"
        ):
            self.index = self.partners[self.index] + 1
        elif word == "offset" or token.text == "@":
            return self._modifier(token)
        elif word in ("by", "without") and self._is_after(")"):
            return self._clause(token)
        elif token.text == ")" and self.open:
            self.open.pop()
            self.index += 1
        elif token.text == "," and self.open and self.open[-1]:
            self.index += 1
            self.wants_operand = True
        else:
            return self._no_operator(token)
        return None

    def _binary(self) -> None:
        """Take an operator with its `bool`, `on (…)` and `group_left (…)`."""
        self.index += 1
        while self.index < len(self.tokens):
            word = self.tokens[self.index].text.lower()
            if word not in ("bool", "on", "ignoring", "group_left", "group_right"):
                break
            following = self._peek()
            if word != "bool" and following is not None and following.text == "(":
                self.index = self.partners[self.index + 1]
            self.index += 1
        self.wants_operand = True

    def _modifier(self, token: Token) -> SyntaxFault | None:
        self.index += 1
        if self.index < len(self.tokens) and self.tokens[self.index].text in "+-":
            self.index += 1
        value = self.tokens[self.index] if self.index < len(self.tokens) else None
        if value is None or value.kind not in ("number", "word"):
            wanted = "a duration, `5m`" if token.text != "@" else "a time in seconds"
            return _at(token, f"`{token.text}` without a value", f"expected {wanted}")
        self.index += 1
        if self.index in self.partners and value.kind == "word":
            self.index = self.partners[self.index] + 1
        return None

    def _clause(self, token: Token) -> SyntaxFault | None:
        following = self._peek()
        if following is None or following.text != "(":
            return _at(token, f"`{token.text}` without labels", "expected `(` and labels")
        self.index = self.partners[self.index + 1] + 1
        return None

    def _no_operator(self, token: Token) -> SyntaxFault:
        meant = _SLIPS.get(token.text)
        if meant is not None:
            return _at(token, f"`{token.text}` compares nothing here", f"did you mean `{meant}`?")
        before = self.tokens[self.index - 1].text
        return _at(
            token,
            f"`{token.text}` cannot follow `{before}`",
            "expected an operator or the end",
        )


def _at(token: Token, headline: str, label: str = "", help_line: str = "") -> SyntaxFault:
    return SyntaxFault(
        headline=headline, start=token.start, end=token.end, label=label, help=help_line
    )
