"""Alert templates, the part of Go's text/template that Prometheus' alerts are written in.

Text with ``{{ … }}`` enters; the labels it reads and what is wrong with it leave, with places.
Total: any text gives a result.
"""

from __future__ import annotations

import re
from typing import Final

from compiler.promql.fault import SyntaxFault
from runtime.contract.frozen import Frozen, frozen

FUNCTIONS: Final = frozenset(
    (
        # Prometheus' own, as 2.42 has them.
        *("args", "externalURL", "first", "graphLink", "humanize", "humanize1024"),
        *("humanizeDuration", "humanizePercentage", "humanizeTimestamp", "label", "match"),
        *("parseDuration", "pathPrefix", "query", "reReplaceAll", "safeHtml", "sortByLabel"),
        *("stripDomain", "stripPort", "strvalue", "tableLink", "title", "toLower"),
        *("toTime", "toUpper", "value"),
        # Those of text/template.
        *("and", "call", "eq", "ge", "gt", "html", "index", "js", "le", "len", "lt", "ne", "not"),
        *("or", "print", "printf", "println", "slice", "urlquery"),
    )
)
"""Functions that a template can call."""

VARIABLES: Final = ("$externalLabels", "$externalURL", "$labels", "$value")
"""What Prometheus gives to the template of an alert."""

_KEYWORDS: Final = frozenset(
    ("block", "break", "continue", "define", "else", "end", "if", "range", "template", "with")
)
_OPENING: Final = frozenset(("block", "define", "if", "range", "with"))
_CONSTANTS: Final = frozenset(("true", "false", "nil"))
_PART: Final = re.compile(
    r"""
    (?P<space>[ \t\r\n]+)
  | (?P<comment>/\*.*?\*/)
  | (?P<text>"(?:[^"\\\n]|\\.)*" | `[^`]*` | '(?:[^'\\\n]|\\.)+')
  | (?P<variable>\$[a-zA-Z0-9_]*)
  | (?P<field>\.[a-zA-Z_][a-zA-Z0-9_]*)
  | (?P<number>[-+]?(?:0[xX][0-9a-fA-F]+|[0-9]+\.?[0-9]*(?:[eE][-+]?[0-9]+)?|\.[0-9]+))
  | (?P<word>[a-zA-Z_][a-zA-Z0-9_]*)
  | (?P<mark>:=|[=|(),.])
  | (?P<unknown>.)
    """,
    re.VERBOSE | re.DOTALL,
)


@frozen(kw_only=False)
class LabelUse(Frozen):
    """A label that the template reads, ``$labels.instance``, and where; the end is exclusive."""

    label: str
    start: int
    end: int


@frozen(kw_only=False)
class Template(Frozen):
    """What a template reads, and what is wrong with it, both in the order of the text."""

    labels: tuple[LabelUse, ...]
    faults: tuple[SyntaxFault, ...]


class _Part:
    """One part of an action; a plain class, as a cold start pays for each dataclass."""

    __slots__ = ("end", "kind", "start", "text")

    def __init__(self, kind: str, text: str, start: int, end: int) -> None:
        self.kind = kind
        self.text = text
        self.start = start
        self.end = end


def read(text: str) -> Template:
    """Given the text of an annotation or a label, return what it reads and its faults."""
    if "{{" not in text and "}}" not in text:
        return Template((), ())
    reader = _Reader(text)
    reader.run()
    return Template(tuple(reader.labels), tuple(reader.faults))


class _Reader:
    """One pass over a template; blocks and declared variables are kept as they open."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.labels: list[LabelUse] = []
        self.faults: list[SyntaxFault] = []
        self.blocks: list[_Part] = []
        self.declared: set[str] = {"$"}

    def fault(
        self, start: int, end: int, headline: str, label: str = "", help_line: str = ""
    ) -> None:
        self.faults.append(
            SyntaxFault(headline=headline, start=start, end=end, label=label, help=help_line)
        )

    def run(self) -> None:
        position = 0
        while True:
            start = self.text.find("{{", position)
            stray = self.text.find("}}", position, start if start >= 0 else len(self.text))
            if stray >= 0:
                self.fault(stray, stray + 2, "`}}` closes nothing", "no `{{` is open here")
            if start < 0:
                break
            parts, end = self._parts(start + 2)
            if end is None:
                headline = "an action of the template is never closed"
                self.fault(start, start + 2, headline, "opened here", "close it with `}}`")
                break
            self._action(parts, start, end)
            position = end
        for block in self.blocks:
            self.fault(
                block.start, block.end, f"`{block.text}` is never ended", "", "write `{{ end }}`"
            )

    def _parts(self, position: int) -> tuple[list[_Part], int | None]:
        """Given where an action begins, return its parts and its end, None when nothing ends it."""
        found: list[_Part] = []
        if self.text[position : position + 1] == "-" and self.text[position + 1 : position + 2] in (
            *" \t\r\n",
        ):
            position += 1
        while position < len(self.text):
            if self.text.startswith("}}", position):
                return found, position + 2
            if self.text.startswith("-}}", position):
                return found, position + 3
            if self.text.startswith("{{", position):
                return found, None
            match = _PART.match(self.text, position)
            if match is None:  # cannot be: `unknown` takes any character
                return found, None
            if match.lastgroup not in ("space", "comment"):
                found.append(_Part(str(match.lastgroup), match[0], *match.span()))
            position = match.end()
        return found, None

    def _action(self, parts: list[_Part], start: int, end: int) -> None:
        if not parts:
            if "/*" not in self.text[start:end]:
                self.fault(
                    start, end, "an action of the template is empty", "", "say a value in it"
                )
            return
        unknown = next((part for part in parts if part.kind == "unknown"), None)
        if unknown is not None:
            self._unknown(unknown)
            return
        parts = self._block(parts)
        for index, part in enumerate(parts):
            before = parts[index - 1] if index else None
            if part.kind == "variable":
                self._variable(part, parts[index + 1 : index + 3])
            elif part.kind == "word":
                self._function(part)
            elif part.kind == "field" and (before is None or before.end != part.start):
                self._field(part, parts[index + 1 : index + 2])
        self._pipes(parts, start, end)

    def _unknown(self, part: _Part) -> None:
        if part.text in "\"'`":
            headline, label = "a text in the template is never closed", "opened here"
            self.fault(part.start, part.end, headline, label)
        else:
            self.fault(part.start, part.end, f"`{part.text}` cannot stand in a template")

    def _block(self, parts: list[_Part]) -> list[_Part]:
        """Take the keywords off the front of an action; return the pipeline that is left."""
        first = parts[0]
        if first.kind != "word" or first.text not in _KEYWORDS:
            return parts
        if first.text in ("end", "else") and not self.blocks:
            self.fault(first.start, first.end, f"`{first.text}` without a block", "nothing is open")
        elif first.text == "end":
            self.blocks.pop()
        elif first.text in _OPENING:
            self.blocks.append(first)
        rest = parts[1:]
        if first.text in ("if", "range", "with") and not rest:
            self.fault(first.start, first.end, f"`{first.text}` without a value", "of what?")
        if first.text == "else" and rest and rest[0].text in ("if", "with"):
            rest = rest[1:]
        return rest

    def _variable(self, part: _Part, following: list[_Part]) -> None:
        name = part.text
        if following and following[0].text in (":=", ","):
            self.declared.add(name)
            return
        if name not in VARIABLES and name not in self.declared:
            from compiler.source.suggest import nearest

            close = nearest(name, [*VARIABLES, *sorted(self.declared)])
            self.fault(
                part.start,
                part.end,
                f"the template has no variable `{name}`",
                f"did you mean `{close}`?" if close else "",
                "there are " + ", ".join(f"`{each}`" for each in VARIABLES),
            )
        elif name == "$labels":
            self._label(part, following)

    def _label(self, part: _Part, following: list[_Part]) -> None:
        """Take down which label is read when one is named directly behind `part`."""
        if following and following[0].kind == "field" and following[0].start == part.end:
            field = following[0]
            self.labels.append(LabelUse(field.text[1:], part.start, field.end))

    def _field(self, part: _Part, following: list[_Part]) -> None:
        if part.text == ".Labels" and not self.blocks:
            self._label(part, following)

    def _function(self, part: _Part) -> None:
        if part.text in FUNCTIONS or part.text in _CONSTANTS or part.text in _KEYWORDS:
            return
        from compiler.source.suggest import nearest

        variable = f"${part.text}"
        close = variable if variable in VARIABLES else nearest(part.text, sorted(FUNCTIONS))
        self.fault(
            part.start,
            part.end,
            f"templates have no function `{part.text}`",
            f"did you mean `{close}`?" if close else "",
        )

    def _pipes(self, parts: list[_Part], start: int, end: int) -> None:
        """Find a pipe that nothing goes into or comes out of, and brackets that do not fit."""
        depth = 0
        for index, part in enumerate(parts):
            depth += {"(": 1, ")": -1}.get(part.text, 0) if part.kind == "mark" else 0
            if depth < 0:
                self.fault(part.start, part.end, "`)` closes nothing", "no `(` is open here")
                return
            is_last = index == len(parts) - 1 or parts[index + 1].text == "|"
            if part.text == "|" and (is_last or index == 0):
                headline = "a pipe needs a value before it and a function behind it"
                self.fault(part.start, part.end, headline)
                return
        if depth:
            opened = next(part for part in parts if part.text == "(")
            self.fault(opened.start, opened.end, "`(` is never closed", "opened here")
