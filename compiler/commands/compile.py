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

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from compiler.finding import Span
    from compiler.lower.plan import Origin, Plan
    from compiler.model.site import Site
    from compiler.pipeline import Examination
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
@click.option("--overwrite", is_flag=True, help="Replace files in the way that opsc did not write.")
@options.output_format
@options.failing_severity
def command(
    *,
    paths: tuple[str, ...],
    environments: tuple[str, ...],
    output: Path,
    is_check: bool,
    only: tuple[str, ...],
    overwrite: bool,
    output_format: str,
    fail_on: str,
) -> int:
    """Compile the specs in PATHS, files or folders; `specs` when none is given.

    Nothing is written while a spec has errors.
    """
    found = options.examine(paths, environments)
    talk = sys.stderr if output_format == "text" else sys.stdout
    options.report(found.findings, found, output_format, talk)
    has_errors = any(finding.severity is Severity.ERROR for finding in found.findings)
    if has_errors or options.fails(found.findings, fail_on):
        return 1
    if is_check:
        return _check(found, output, only)
    for site, plan in zip(found.sites, found.plans, strict=True):
        _write(site, plan, output, only, overwrite=overwrite)
    return 0


def _bundle(plan: Plan, only: tuple[str, ...]) -> Bundle:
    """Return the artifacts of a plan, of the kinds asked for."""
    artifacts = pipeline.compile_plan(plan)
    kinds = {artifact.path.partition("/")[0] for artifact in artifacts}
    for kind in only:
        if kind not in kinds:
            listed = ", ".join(sorted(kinds))
            raise click.UsageError(f"nothing of kind `{kind}` is compiled; the kinds are {listed}")
    return Bundle(
        artifacts=artifacts,
        compiler=VERSION,
        environment=plan.environment,
        spec=plan.spec_digest,
        kinds=frozenset(only),
    )


def _check(found: Examination, output: Path, only: tuple[str, ...]) -> int:
    """Show what the folders hold otherwise than they should; return the exit code."""
    count = 0
    for plan in found.plans:
        folder = output / plan.environment
        for change in write.differences(folder, _bundle(plan, only)):
            count += 1
            sys.stdout.writelines(_diff(folder, change))
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


def _write(site: Site, plan: Plan, output: Path, only: tuple[str, ...], *, overwrite: bool) -> None:
    """Write one environment's folder, and say on standard error what was done."""
    folder = output / site.environment
    bundle = _bundle(plan, only)
    roots = {member.document: member.root for member in site.members}

    def span_of_origin(origin: Origin) -> Span:
        return span_of(roots[origin.document], origin.path, "key")

    with _progress(folder, len(bundle.artifacts)) as on_step:
        outcome = write.write(
            folder,
            bundle,
            source_map=source_map.render(bundle.artifacts, span_of_origin),
            may_overwrite=overwrite,
            on_step=on_step,
        )
    told = f"{folder.as_posix()}: {len(outcome.written)} written"
    if outcome.removed:
        told += f", {len(outcome.removed)} removed"
    click.echo(f"{told}, {len(bundle.artifacts)} artifacts", err=True)
    for path in outcome.kept:
        click.echo(
            f"{folder.as_posix()}/{path}: no longer made, kept since it was edited", err=True
        )


@contextmanager
def _progress(folder: Path, length: int) -> Iterator[Callable[[str], None]]:
    """Give what is called for each file: a bar on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _path: None
        return
    with click.progressbar(length=length, label=folder.as_posix(), file=sys.stderr) as bar:
        yield lambda _path: bar.update(1)
