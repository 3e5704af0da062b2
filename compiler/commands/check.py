"""``opsc check``: every fault of specs, and nothing written."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from compiler.commands import options

if TYPE_CHECKING:
    from compiler.finding import Finding


@click.command("check")
@options.paths
@options.environments
@click.option(
    "--only",
    multiple=True,
    metavar="RULE",
    help="Tell only of this rule or family, `query` or `query/syntax`; may be given again.",
)
@options.output_format
@options.failing_severity
def command(
    *,
    paths: tuple[str, ...],
    environments: tuple[str, ...],
    only: tuple[str, ...],
    output_format: str,
    fail_on: str,
) -> int:
    """Find every fault of the specs in PATHS, files or folders; `specs` when none is given."""
    _refuse_unknown_rules(only)
    found = options.examine(paths, environments)
    findings = [finding for finding in found.findings if not only or _is_of(finding, only)]
    options.report(findings, found, output_format, sys.stdout)
    if not findings and output_format == "text":
        count = len(found.documents)
        click.echo(f"no faults in {count} file{'' if count == 1 else 's'}", err=True)
    return int(options.fails(findings, fail_on))


def _is_of(finding: Finding, only: tuple[str, ...]) -> bool:
    """Whether a finding is of one of the rules or families."""
    return finding.id in only or finding.id.partition("/")[0] in only


def _refuse_unknown_rules(only: tuple[str, ...]) -> None:
    if not only:
        return
    from compiler.check.registry import RULES
    from compiler.source.suggest import nearest

    known = {*RULES, *(rule.partition("/")[0] for rule in RULES)}
    for name in only:
        if name not in known:
            close = nearest(name, sorted(known))
            hint = f"; did you mean `{close}`?" if close else ""
            raise click.UsageError(f"there is no rule or family `{name}`{hint}")
