"""Findings as one JSON document, for programs.

```
{"version": 1,
 "findings": [{"id", "severity": "error|warning|information", "headline", "label", "help",
               "span": {"file", "start": {"line", "column"}, "end": {"line", "column"}},
               "related": [{"label", "span"}], "environments": [...],
               "fix": null | {"title", "replacement", "is_safe", "span"}}],
 "counts": {"error", "warning", "information"}}
```

Lines and columns are 1-indexed and count code points, ends are exclusive. Keys are only ever added.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from compiler.finding import Severity
from compiler.report.masking import Hider

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from compiler.finding import Finding, Fix, Position, Span
    from compiler.source.tree import Text

VERSION: Final = 1
"""Version of the document's shape."""


def render(
    findings: Sequence[Finding],
    texts: Mapping[str, Text],
    *,
    colour: bool,  # noqa: ARG001  # every format has the one signature
) -> str:
    """Given findings, return the document, LF-ended; also when there are none."""
    counts = {
        severity.word: sum(finding.severity is severity for finding in findings)
        for severity in reversed(Severity)
    }
    hide = Hider(texts)
    document = {
        "version": VERSION,
        "findings": [_finding(finding, hide) for finding in findings],
        "counts": counts,
    }
    return json.dumps(document, indent=2, ensure_ascii=True) + "\n"


def _finding(finding: Finding, hide: Hider) -> dict[str, Any]:
    return {
        "id": finding.id,
        "severity": finding.severity.word,
        "headline": hide(finding.headline),
        "label": hide(finding.label),
        "help": hide(finding.help),
        "span": _span(finding.span),
        "related": [
            {"label": hide(related.label), "span": _span(related.span)}
            for related in finding.related
        ],
        "environments": list(finding.environments),
        "fix": None if finding.fix is None else _fix(finding.fix, hide),
    }


def _fix(fix: Fix, hide: Hider) -> dict[str, Any]:
    return {
        "title": hide(fix.title),
        "replacement": hide(fix.replacement),
        "is_safe": fix.is_safe,
        "span": _span(fix.span),
    }


def _span(span: Span) -> dict[str, Any]:
    return {"file": span.file, "start": _position(span.start), "end": _position(span.end)}


def _position(position: Position) -> dict[str, int]:
    return {"line": position.line, "column": position.column}
