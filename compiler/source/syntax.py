"""What the YAML parser says when it gives up → what a person needs to hear.

The parser's own texts (libyaml's, and those of PyYAML's parser) are matched by their characteristic
parts; one that is not known is shown as it is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from compiler.source.notes import shown

if TYPE_CHECKING:
    from compiler.source.notes import Notes

_QUOTE: Final = "put the whole text in quotes when the character belongs to it"


class _Saying(NamedTuple):
    """A known text of the parser: its parts, our headline and help, and which mark to show.

    In headline and help, ``{here}`` is the character at the mark, ``{line}`` the text from there.
    """

    context: str
    problem: str
    headline: str
    help: str
    at_context: bool = False


_SAYINGS: Final = tuple(
    _Saying(*row)
    for row in (
        (
            "quoted scalar|double-quoted|single-quoted",
            "unexpected end of stream|unexpected document",
            "a quoted text that does not end",
            "close it with the quote it began with: {here}",
            True,
        ),
        (
            "",
            "unknown escape|hexdecimal|hexadecimal|Unicode character escape",
            "the escape {escape} is unknown in double quotes",
            "write `\\\\` for a backslash, or take single quotes, where it needs no escape",
        ),
        (
            "",
            "mapping values are not allowed",
            "a `:` where no value can begin",
            "indent the line like the entries beside it; quote a text that holds `: `",
        ),
        (
            "",
            "sequence entries are not allowed",
            "a list item where none can begin",
            "begin the list on a line of its own: `- item`; quote a text that begins with `- `",
        ),
        (
            "",
            "mapping keys are not allowed",
            "a `?` where no key can begin",
            "quote a text that begins with `? `",
        ),
        (
            "simple key",
            "could not find expected ':'",
            "{line} is no entry: it has no `:`",
            "write `name: value`; indent it when it continues the text above",
            True,
        ),
        (
            "flow sequence",
            "',' or '\\]'",
            "a list in brackets that is not closed",
            "close it with `]`, and put `,` between its items",
            True,
        ),
        (
            "flow mapping",
            "',' or '}'",
            "a mapping in braces that is not closed",
            "close it with `}}`, and put `,` between its entries",
            True,
        ),
        (
            "block collection|block sequence",
            "'-' indicator|<block end>",
            "{line} is no item of the list it stands in",
            "begin each item with `- `, all in one column",
        ),
        (
            "block mapping",
            "expected key|<block end>",
            "{line} does not fit the mapping it stands in",
            "put its entries in one column; nothing follows a closing quote or bracket",
        ),
        (
            "",
            "node content",
            "a value is missing before {line}",
            "write a value, or put {here} in quotes when it is one",
        ),
        ("tag", "", "a tag that is not complete", "quote a text that begins with `!`", True),
        (
            "",
            "tag handle",
            "a tag that nothing declares",
            "take it out; quote a text that begins with `!`",
        ),
        (
            "anchor|alias",
            "alphabetic or numeric",
            "{line} needs the name of an anchor",
            "quote a text that begins with `&` or `*`",
            True,
        ),
        (
            "block scalar",
            "",
            "{line} cannot begin a block text",
            "write `|` or `>` alone, or with `-` or `+`; its text follows on indented lines",
            True,
        ),
        (
            "plain scalar",
            "tab",
            "a tab indents this line",
            "indent with spaces: YAML knows no tabs there",
        ),
        (
            "directive|",
            "directive|incompatible YAML|version number|digit or '.'",
            "a `%` line that YAML does not know",
            "take it out: a spec needs none",
        ),
        (
            "",
            "<document start>",
            "{line} stands after the end of the document",
            "a spec is one mapping of entries `name: value`, the outermost ones in column 1",
        ),
    )
)


def report(error: Any, notes: Notes, first: int, end: int) -> None:
    """Given a ``yaml.YAMLError`` of the lines from `first` to `end`, 0-indexed, write it down."""
    problem, context = (
        getattr(error, "problem", None) or str(error),
        getattr(error, "context", None),
    )
    context = context or ""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    place = _place(mark, notes, first, end)
    if "cannot start any token" in problem:
        _write(notes, place, *_bad_start(place, notes))
        return
    if "flow node" in context and not notes.text.lines[place[0]][place[1] :].strip():
        _write(notes, place, "a bracket or brace that is not closed", "close it with `]` or `}`")
        return
    for saying in _SAYINGS:
        if re.search(saying.context, context) and re.search(saying.problem, problem):
            if saying.at_context:
                mark = getattr(error, "context_mark", None) or mark
                place = _place(mark, notes, first, end)
            if "{escape}" in saying.headline:  # the mark lies behind the backslash
                line, column = place
                place = line, max(notes.text.lines[line].rfind("\\", 0, column + 1), 0)
            tokens = _tokens(place, notes)
            _write(notes, place, saying.headline.format(**tokens), saying.help.format(**tokens))
            return
    _write(notes, place, "this is not YAML", f"the YAML parser says: {problem}")


def _place(mark: Any, notes: Notes, first: int, end: int) -> tuple[int, int]:
    """Return the 0-indexed line and column of a mark in the lines from `first` to `end`.

    A mark behind them, or on a blank line, goes back to the end of the last line that says
    something.
    """
    texts = notes.text.lines
    line, column = (mark.line + first, mark.column) if mark is not None else (first, 0)
    if line >= end:
        line, column = end - 1, len(texts[end - 1])
    while line > first and not texts[line].strip():
        line -= 1
        column = len(texts[line])
    return line, min(column, len(texts[line]))


def _tokens(place: tuple[int, int], notes: Notes) -> dict[str, str]:
    """Return the user's own characters at a place, in backticks."""
    text = notes.text.lines[place[0]]
    rest = text[place[1] :].strip()
    escape = re.match(r"\\(?:x.{0,2}|u.{0,4}|U.{0,8}|.)?", rest)
    return {
        "here": f"`{rest[:1]}`" if rest else "the last text",
        "line": shown(rest) if rest else "the end of the text",
        "escape": f"`{escape[0]}`" if escape else "at the end of the line",
    }


def _bad_start(place: tuple[int, int], notes: Notes) -> tuple[str, str]:
    """Return headline and help for a character that can begin nothing."""
    text = notes.text.lines[place[0]]
    character = text[place[1] : place[1] + 1]
    if character == "\t" or text[: place[1]].strip(" ") == "\t":
        return "a tab indents this line", "indent with spaces: YAML knows no tabs there"
    name = "a backtick" if character == "`" else f"`{character}`"
    return f"no value begins with {name}", _QUOTE


def _write(notes: Notes, place: tuple[int, int], headline: str, help_line: str) -> None:
    line, column = place
    width = len(notes.text.lines[line][column:].split("#", 1)[0].rstrip()) or 1
    span = notes.span(line, column, line, column + min(width, 80))
    notes.add("spec/syntax", headline, span, help_line=help_line)
