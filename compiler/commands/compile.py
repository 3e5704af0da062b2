"""``opsc compile``: artifacts written to their folders, or what differs from them."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from compiler import VERSION, pipeline, write
from compiler.artifact import source_map
from compiler.commands import options
from compiler.finding import Severity
from compiler.source.span import span_of
from compiler.write import Bundle
from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from compiler.finding import Finding, Span
    from compiler.lower.plan import Origin, Plan
    from compiler.pipeline import Examination
    from compiler.source.tree import Map
    from compiler.write import Change

EXIT_DRIFT = 3
CONTEXT_LINES = 3


@click.command("compile")
@options.paths
@options.environments
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("generated"),
    show_default=True,
    help="Folder that gets one folder per environment.",
)
@click.option(
    "--check",
    "is_check",
    is_flag=True,
    help="Write nothing; show what differs, and exit with 3 when anything does.",
)
@click.option(
    "--only",
    multiple=True,
    metavar="KIND",
    help="Look at this kind of artifact alone, such as `prometheus`; may be given again.",
)
@click.option(
    "--verify",
    is_flag=True,
    help="Ask promtool, amtool and systemd-analyze, and kubectl where it is, about what was"
    " written; the tests of alerts are run by `opsc test`.",
)
@click.option("--overwrite", is_flag=True, help="Replace files in the way that opsc did not write.")
@click.option(
    "--drop-services",
    is_flag=True,
    help="Remove what services compiled to whose specs are not in PATHS.",
)
@options.output_format
@options.failing_severity
def command(  # noqa: PLR0913  # one parameter an option
    *,
    paths: tuple[str, ...],
    environments: tuple[str, ...],
    output: Path,
    is_check: bool,
    only: tuple[str, ...],
    verify: bool,
    overwrite: bool,
    drop_services: bool,
    output_format: str,
    fail_on: str,
) -> int:
    """Compile the specs in PATHS, files or folders; `specs` when none is given.

    Nothing is written while a spec has errors.
    """
    found = options.examine(paths, environments)
    has_errors = any(finding.severity is Severity.ERROR for finding in found.findings)
    if has_errors or options.fails(found.findings, fail_on):
        _report(found.findings, found, output_format)
        return 1
    targets = [_target(found, plan, output, only) for plan in found.plans]
    findings = found.findings
    drift = _check(targets) if is_check else 0
    if not is_check:
        for target in targets:
            _write(target, may_overwrite=overwrite, may_drop_services=drop_services)
    if verify:
        findings += tuple(finding for target in targets for finding in _verdict(target))
    _report(findings, found, output_format)
    return drift or int(options.fails(findings, fail_on))


@frozen
class Target(Frozen):
    """One environment that is compiled: its folder, what belongs in it, and where that is from."""

    folder: Path
    bundle: Bundle
    roots: Mapping[int, Map]

    def span_of_origin(self, origin: Origin) -> Span:
        """Return where an entry that an artifact comes from stands."""
        return span_of(self.roots[origin.document], origin.path, "key")


def _target(found: Examination, plan: Plan, output: Path, only: tuple[str, ...]) -> Target:
    """Return what a plan compiles to, of the kinds asked for."""
    artifacts = pipeline.compile_plan(plan)
    kinds = {artifact.path.partition("/")[0] for artifact in artifacts}
    for kind in only:
        if kind not in kinds:
            listed = ", ".join(sorted(kinds))
            raise click.UsageError(f"nothing of kind `{kind}` is compiled; the kinds are {listed}")
    site = next(site for site in found.sites if site.environment == plan.environment)
    return Target(
        folder=output / plan.environment,
        bundle=Bundle(
            artifacts=artifacts,
            compiler=VERSION,
            environment=plan.environment,
            spec=found.spec_digest,
            services=tuple(sorted(plan.services)),
            kinds=frozenset(only),
        ),
        roots={member.document: member.root for member in site.members},
    )


def _report(findings: Sequence[Finding], found: Examination, output_format: str) -> None:
    """Write findings: as talk when they are text, as the product when they are data."""
    talk = sys.stderr if output_format == "text" else sys.stdout
    options.report(findings, found, output_format, talk)


def _check(targets: Sequence[Target]) -> int:
    """Show what the folders hold otherwise than they should; return the exit code."""
    count = 0
    for target in targets:
        for change in write.differences(target.folder, target.bundle):
            count += 1
            sys.stdout.writelines(_diff(target.folder, change))
    if count:
        verb = "file differs" if count == 1 else "files differ"
        click.echo(f"{count} {verb}: run opsc compile", err=True)
    return EXIT_DRIFT if count else 0


def _diff(folder: Path, change: Change) -> Iterator[str]:
    """Yield the lines of a unified diff of one file."""
    import difflib

    name = (folder / change.path).as_posix()
    before, after = (change.before or "").splitlines(), (change.after or "").splitlines()
    old = "/dev/null" if change.before is None else name
    new = "/dev/null" if change.after is None else name
    for line in difflib.unified_diff(before, after, old, new, n=CONTEXT_LINES, lineterm=""):
        yield f"{line}\n"


def _write(target: Target, *, may_overwrite: bool, may_drop_services: bool) -> None:
    """Write one environment's folder, and say on standard error what was done."""
    folder, bundle = target.folder, target.bundle
    with _progress(folder, len(bundle.covered)) as on_step:
        outcome = write.write(
            folder,
            bundle,
            source_map=source_map.render(bundle.artifacts, target.span_of_origin),
            may_overwrite=may_overwrite,
            may_drop_services=may_drop_services,
            on_step=on_step,
        )
    told = f"{folder.as_posix()}: {len(outcome.written)} written"
    if outcome.removed:
        told += f", {len(outcome.removed)} removed"
    click.echo(f"{told}, {len(bundle.covered)} artifacts", err=True)
    for path in outcome.kept:
        click.echo(f"{folder.as_posix()}/{path}: kept since it was edited, not made now", err=True)


def _verdict(target: Target) -> Iterator[Finding]:
    """Yield what the targets' own tools say against a folder, at the lines of the spec."""
    from compiler.authority.blame import findings
    from compiler.authority.judge import judge

    return findings(
        judge(target.folder), target.folder, target.bundle.artifacts, target.span_of_origin
    )


@contextmanager
def _progress(folder: Path, length: int) -> Iterator[Callable[[str], None]]:
    """Give what is called for each file: a bar on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _path: None
        return
    with click.progressbar(length=length, label=folder.as_posix(), file=sys.stderr) as bar:
        yield lambda _path: bar.update(1)
