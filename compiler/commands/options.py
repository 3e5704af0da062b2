"""Options that several verbs have, and how they write what they found."""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, TextIO

import click

from compiler.finding import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from compiler.finding import Finding
    from compiler.pipeline import Examination

FORMATS: Final = ("text", "json", "github")
SEVERITIES: Final = tuple(severity.word for severity in Severity)
DEFAULT_PATH: Final = "specs"
"""What is read when no path is given."""


def paths(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the argument PATHS."""
    return click.argument("paths", nargs=-1, type=click.Path())(function)


def environments(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the option ``--env``."""
    return click.option(
        "--env",
        "environments",
        multiple=True,
        metavar="NAME",
        help="Look at this environment alone; may be given again.",
    )(function)


def output_format(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the option ``--format``."""
    return click.option(
        "--format",
        "output_format",
        type=click.Choice(FORMATS),
        default="text",
        show_default=True,
        help="How findings are written.",
    )(function)


def failing_severity(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the option ``--fail-on``."""
    return click.option(
        "--fail-on",
        type=click.Choice(SEVERITIES),
        default="error",
        show_default=True,
        help="Least severity that makes the command exit with 1.",
    )(function)


def paths_or_default(given: Sequence[str]) -> list[str]:
    """Given the paths of a command line, return them, or the usual folder when there are none."""
    if not given and not os.path.isdir(DEFAULT_PATH):
        raise click.UsageError(f"no PATHS given, and there is no folder `{DEFAULT_PATH}` here")
    return list(given) or [DEFAULT_PATH]


_KEPT: Final[list[Examination]] = []
"""What was examined last: it stays until the process leaves, which does not take it apart."""


def examine(given: Sequence[str], environments: Sequence[str]) -> Examination:
    """Given paths and names of environments, return what is found, with today's date.

    Raise `click.UsageError` when an environment is not declared.
    """
    from datetime import UTC, datetime

    from compiler.pipeline import examine as examine_files
    from compiler.source.suggest import nearest

    found = examine_files(
        paths_or_default(given), today=datetime.now(UTC).date(), environments=environments
    )
    for name in environments:
        if name not in found.declared:
            close = nearest(name, list(found.declared))
            hint = f"; did you mean `{close}`?" if close else ""
            raise click.UsageError(f"no environment `{name}` is declared{hint}")
    _KEPT[:] = [found]
    return found


def wants_colour(stream: TextIO) -> bool:
    """Whether a stream is a terminal and nobody asked for plain text."""
    is_plain = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
    return stream.isatty() and not is_plain


def report(
    findings: Sequence[Finding], found: Examination, output_format: str, stream: TextIO
) -> None:
    """Write findings in a format to a stream."""
    renderer = import_module(f"compiler.report.{output_format}")
    stream.write(renderer.render(findings, found.texts, colour=wants_colour(stream)))


def fails(findings: Sequence[Finding], fail_on: str) -> bool:
    """Whether a finding is at least as grave as the word says."""
    least = next(severity for severity in Severity if severity.word == fail_on)
    return any(finding.severity >= least for finding in findings)
