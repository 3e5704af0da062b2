"""Findings less those that a comment of their file allows, and what is wrong with such comments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.check.registry import RULES, module
from compiler.finding import Finding, Position, Severity, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from compiler.source.tree import Document, Suppression


def suppress(
    findings: Iterable[Finding], documents: Sequence[Document], today: date
) -> list[Finding]:
    """Given findings with lines, return those that stay, and findings about the suppressions.

    A suppression takes away findings of its rule that begin on its target line, until the day
    after `until`. An error goes only when its rule is one that may be allowed.
    """
    index: dict[tuple[str, int, str], list[Suppression]] = {}
    for document in documents:
        for each in document.suppressions:
            index.setdefault((document.text.file, each.target_line, each.rule), []).append(each)
    used: set[int] = set()
    refused: set[int] = set()
    kept = []
    for finding in findings:
        key = (finding.span.file, finding.span.start.line, finding.id)
        meant = index.get(key, ())
        if meant and not _is_allowable(finding):
            refused.update(id(each) for each in meant)
            meant = ()
        used.update(id(each) for each in meant)
        if not any(not _is_expired(each, today) for each in meant):
            kept.append(finding)
    for document in documents:
        for each in document.suppressions:
            if id(each) in refused:
                kept.append(_refusal(each, _span(document, each)))
            else:
                kept.extend(_faults(document, each, today, is_used=id(each) in used))
    return kept


def _is_allowable(finding: Finding) -> bool:
    """Whether a comment may take a finding away."""
    if finding.severity is not Severity.ERROR:
        return True
    return finding.id in RULES and bool(module(finding.id).RULE.is_allowable)


def _span(document: Document, each: Suppression) -> Span:
    line = document.text.lines[each.line - 1]
    start = Position(each.line, each.column)
    return Span(document.text.file, start, Position(each.line, max(len(line), each.column) + 1))


def _refusal(each: Suppression, span: Span) -> Finding:
    return Finding(
        id="spec/bad-suppression",
        severity=Severity.ERROR,
        headline=f"`{each.rule}` is an error that cannot be allowed",
        span=span,
        label="something compiled would be broken, or missing",
        help="mend what it finds, and take this comment out",
    )


def _faults(
    document: Document, each: Suppression, today: date, *, is_used: bool
) -> Iterable[Finding]:
    span = _span(document, each)
    if _is_expired(each, today):
        yield Finding(
            id="spec/expired-suppression",
            severity=Severity.WARNING,
            headline=f"the suppression of `{each.rule}` ended on {each.until}",
            span=span,
            label="its finding is told again" if is_used else "and there is nothing left to allow",
            help="mend what it allows and take it out, or give it a later day and a fresh reason",
        )
    elif not is_used:
        known = each.rule in RULES
        yield Finding(
            id="spec/unused-suppression",
            severity=Severity.WARNING,
            headline=f"the suppression of `{each.rule}` allows nothing",
            span=span,
            label="" if known else _meant(each.rule),
            help="take it out; a suppression stands on the line of its finding, or right above it",
        )


def _meant(rule: str) -> str:
    from compiler.source.suggest import nearest

    close = nearest(rule, RULES)
    return f"no such rule; did you mean `{close}`?" if close else "there is no such rule"


def _is_expired(each: Suppression, today: date) -> bool:
    return each.until is not None and each.until < today.isoformat()
