"""``opsc import``: SLOs of Sloth and OpenSLO become specs."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from compiler.commands import options

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from compiler.adopt.adopt import Adopted
    from compiler.finding import Finding
    from compiler.source.tree import Text


@click.command("import")
@click.argument("source", type=click.Choice(["sloth", "openslo"]), metavar="sloth|openslo")
@click.argument("files", nargs=-1, required=True, type=click.Path())
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="File that is written; a folder, which gets a file per service. Standard output if none.",
)
@click.option(
    "--owner",
    "--team",
    "owner",
    metavar="TEAM",
    help="Team that answers; what a label `owner` says, or one named for the service, if none.",
)
@click.option(
    "--window",
    metavar="TIME",
    default="30d",
    show_default=True,
    help="Window of Sloth's SLOs, which Sloth is told as --default-slo-period.",
)
def command(
    *, source: str, files: tuple[str, ...], output: Path | None, owner: str | None, window: str
) -> int:
    """Make specs of the SLOs in FILES, documents of Sloth or OpenSLO.

    Sloth: `prometheus/v1` and the Kubernetes resource `sloth.slok.dev/v1`. OpenSLO: `openslo/v1`.
    What a spec cannot say is refused at its line, and nothing is written. Files there are kept.
    """
    from compiler.adopt.adopt import adopt
    from compiler.adopt.documents import load
    from compiler.adopt.promise import Asked
    from compiler.finding import Severity

    loaded = load(files)
    adoption = adopt(source, loaded, Asked(owner=_owner(owner), window=_window(window)))
    specs = _named(adoption.specs, output)
    found, texts = judged(specs)
    findings = [*adoption.findings, *found]
    _report(findings, {**loaded.texts, **texts})
    if any(finding.severity is Severity.ERROR for finding in findings):
        return 1
    _deliver(specs, output)
    return 0


def _named(specs: Sequence[Adopted], output: Path | None) -> tuple[Adopted, ...]:
    """Return the specs under the names of the files that are written, as findings show them."""
    if output is None:
        return tuple(specs)
    if len(specs) == 1 and not output.is_dir():
        return (replace(specs[0], file=output.as_posix()),)
    return tuple(replace(spec, file=(output / spec.file).as_posix()) for spec in specs)


def _owner(owner: str | None) -> str | None:
    from compiler.adopt.promise import is_name

    if owner is not None and not is_name(owner):
        raise click.UsageError(f"--owner: `{owner}` is not a name: lower-case words joined by `-`")
    return owner


def _window(window: str) -> str:
    from runtime.contract.units import parse_duration

    if not parse_duration(window):
        raise click.UsageError(f"--window: `{window}` is not a duration; write `28d` or `30d`")
    return window


def judged(specs: Sequence[Adopted]) -> tuple[list[Finding], Mapping[str, Text]]:
    """Return what `opsc check` says of the specs, and their texts by their names.

    An error stands where its SLO comes from: the spec is not written then.
    """
    from datetime import UTC, datetime

    from compiler.finding import Severity
    from compiler.pipeline import examine_documents
    from compiler.source.reader import read

    if not specs:
        return [], {}
    documents = tuple(read(spec.file, spec.text.encode()) for spec in specs)
    found = examine_documents(documents, today=datetime.now(UTC).date())
    findings = []
    for finding in found.findings:
        if finding.severity is Severity.ERROR:
            finding = _at_its_source(finding, specs)  # noqa: PLW2901  # the same, elsewhere
        findings.append(finding)
    return findings, found.texts


def _at_its_source(finding: Finding, specs: Sequence[Adopted]) -> Finding:
    """Return a finding at the name of the SLO that it is about, in the foreign document."""
    spec = next((spec for spec in specs if spec.file == finding.span.file), None)
    if spec is None:
        return finding
    lines = spec.text.splitlines()[: finding.span.start.line]
    for line in reversed(lines):
        name = line.strip().rstrip(":").strip('"')
        if line.startswith("  ") and line[2:3] not in (" ", "#") and name in spec.places:
            return replace(finding, span=spec.places[name], related=(), fix=None)
    return finding


def _report(findings: Sequence[Finding], texts: Mapping[str, Text]) -> None:
    from compiler.report import text

    sys.stderr.write(text.render(findings, texts, colour=options.wants_colour(sys.stderr)))


def _deliver(specs: Sequence[Adopted], output: Path | None) -> None:
    """Print the spec, or write the specs."""
    from compiler.errors import WriteError

    if len(specs) > 1 and (output is None or output.is_file()):
        raise click.UsageError(
            f"the documents are about {len(specs) - 1} services, and a spec describes one: give"
            " `-o FOLDER`"
        )
    for spec in specs:
        if output is None:
            click.echo(spec.text, nl=False)
            continue
        file = Path(spec.file)
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("x", encoding="utf-8") as stream:
                stream.write(spec.text)
        except FileExistsError:
            raise WriteError(f"`{file}` exists already, and is kept as it is") from None
        except OSError as error:
            raise WriteError(f"cannot write `{file}`: {error.strerror}") from None
        click.echo(f"wrote {file}", err=True)
