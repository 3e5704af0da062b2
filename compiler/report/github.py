"""Findings as workflow commands of GitHub Actions, which shows them beside the lines.

One command a finding: ``::error file=…,line=…,col=…,endLine=…,endColumn=…,title=…::message``.
What would end a property or the command is escaped, so that no text of a spec makes a command of
its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compiler.finding import Severity
from compiler.report.masking import Hider

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from compiler.finding import Finding
    from compiler.source.tree import Text

COMMANDS: Final = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFORMATION: "notice",
}
"""The command of each severity."""


def render(
    findings: Sequence[Finding],
    texts: Mapping[str, Text],
    *,
    colour: bool,  # noqa: ARG001  # every format has the one signature
) -> str:
    """Given findings, return one command a line, LF-ended; nothing without findings."""
    hide = Hider(texts)
    return "".join(_command(finding, hide) + "\n" for finding in findings)


def _command(finding: Finding, hide: Hider) -> str:
    span = finding.span
    properties: dict[str, str] = {"file": span.file, "line": str(span.start.line)}
    properties["col"] = str(span.start.column)
    properties["endLine"] = str(span.end.line)
    if span.end.line == span.start.line:
        # GitHub's columns include the end, and it knows them only within one line.
        properties["endColumn"] = str(max(span.end.column - 1, span.start.column))
    properties["title"] = finding.id
    said = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{COMMANDS[finding.severity]} {said}::{_message(hide(_text(finding)))}"


def _text(finding: Finding) -> str:
    """Return everything that is said about a finding, as lines."""
    headline = finding.headline + (f": {finding.label}" if finding.label else "")
    lines = [headline]
    lines += [
        f"{related.span.file}:{related.span.start.line}: {related.label}"
        for related in finding.related
    ]
    if finding.help:
        lines.append(f"help: {finding.help}")
    if finding.environments:
        lines.append("only in " + ", ".join(finding.environments))
    lines.append(f"page: opsc explain {finding.id}")
    return "\n".join(lines)


def _message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")
