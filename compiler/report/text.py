"""Findings as people read them: headline, place, source line, caret, help, page.

Findings and the texts of their files enter, one text leaves; nothing is printed here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.finding import Severity
from compiler.report.cells import printable
from compiler.report.masking import Hider
from compiler.report.paint import BOLD, COLOURS, GUTTER, Paint
from compiler.report.snippet import Sources, gutter_width, snippet

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from compiler.finding import Finding, Span
    from compiler.source.tree import Text

MASKED = frozenset({"secret/literal"})
"""Ids of findings whose spans are never shown in clear."""


def render(findings: Sequence[Finding], texts: Mapping[str, Text], *, colour: bool) -> str:
    """Given findings in the order in which they are told and texts by file, return the report.

    It ends with a line that counts them; without findings it is empty.
    """
    if not findings:
        return ""
    paint = Paint(colour=colour)
    hide = Hider(texts)
    sources = Sources(texts, [finding.span for finding in findings if finding.id in MASKED])
    parts = ["\n".join(_finding(finding, sources, paint, hide)) + "\n" for finding in findings]
    return "\n".join([*parts, summary(findings) + "\n"])


def summary(findings: Sequence[Finding]) -> str:
    """Return how many findings of each severity there are: ``2 errors, 1 warning``."""
    words = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFORMATION: "note"}
    counts = []
    for severity, word in words.items():
        count = sum(finding.severity is severity for finding in findings)
        if count:
            counts.append(f"{count} {word}{'' if count == 1 else 's'}")
    return ", ".join(counts) or "no findings"


def _finding(finding: Finding, sources: Sources, paint: Paint, hide: Hider) -> list[str]:
    """Return the lines of one finding."""
    colour = COLOURS[finding.severity]
    width = gutter_width([finding.span, *(related.span for related in finding.related)])
    head = paint(f"{finding.severity.word}[{finding.id}]", colour)
    lines = [head + paint(f": {_said(finding.headline, hide)}", BOLD)]
    lines.append(_arrow("-->", finding.span, width, paint))
    label = _said(finding.label, hide)
    lines += snippet(
        finding.span, label, sources, width=width, mark="^", sgr=colour, paint=paint
    ) or ([_note("label", label, width, paint)] if label else [])
    for related in finding.related:
        said = _said(related.label, hide)
        lines.append(_arrow(":::", related.span, width, paint))
        shown = snippet(related.span, said, sources, width=width, mark="-", sgr=GUTTER, paint=paint)
        lines += shown or [_note("note", said, width, paint)]
    lines.append(paint(" " * width + " |", GUTTER))
    if finding.help:
        lines += _wrapped_note("help", _said(finding.help, hide), width, paint)
    if finding.environments:
        lines.append(_note("note", "only in " + ", ".join(finding.environments), width, paint))
    lines.append(_note("page", f"opsc explain {finding.id}", width, paint))
    return lines


def _arrow(arrow: str, span: Span, width: int, paint: Paint) -> str:
    place = f"{printable(span.file)}:{span.start.line}:{span.start.column}"
    return " " * width + paint(arrow, GUTTER) + f" {place}"


def _note(word: str, text: str, width: int, paint: Paint) -> str:
    return " " * width + paint(" = ", GUTTER) + paint(f"{word}:", BOLD) + f" {text}"


def _wrapped_note(word: str, text: str, width: int, paint: Paint) -> list[str]:
    first, *rest = text.split("\n")
    indent = " " * (width + len(word) + 5)
    return [_note(word, first, width, paint), *(indent + line for line in rest)]


def _said(text: str, hide: Hider) -> str:
    """Return text of a finding, without secrets and without what a terminal would obey."""
    return "\n".join(printable(line) for line in hide(text).split("\n"))
