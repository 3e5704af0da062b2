"""``opsc import``: SLOs of Sloth and OpenSLO become specs."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from compiler.commands import options

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from compiler.adopt.adopt import Adopted
    from compiler.finding import Finding
    from compiler.source.tree import Text

_KEPT: Final = "exists already, and is kept as it is"


@click.command("import")
@click.argument("source", type=click.Choice(["sloth", "openslo"]), metavar="sloth|openslo")
@click.argument("files", nargs=-1, required=True, type=click.Path())
@click.option(
    "-o",
    "--output",
    type=click.Path(),
    help="File that is written; a folder (`specs/`), which gets a file per service. Standard output"
    " if none.",
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
    *, source: str, files: tuple[str, ...], output: str | None, owner: str | None, window: str
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
    found, texts = judged(specs, are_written=output is not None)
    findings = [*adoption.findings, *found]
    _report(findings, {**loaded.texts, **texts})
    if any(finding.severity is Severity.ERROR for finding in findings):
        return 1
    _deliver(specs, output)
    return 0


def _named(specs: Sequence[Adopted], output: str | None) -> tuple[Adopted, ...]:
    """Return the specs under the names of the files that are written, as findings show them."""
    if output is None:
        return tuple(specs)
    folder = Path(output)
    if len(specs) == 1 and not (folder.is_dir() or output.endswith("/")):
        return (replace(specs[0], file=folder.as_posix()),)
    return tuple(replace(spec, file=(folder / spec.file).as_posix()) for spec in specs)


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


def judged(
    specs: Sequence[Adopted], *, are_written: bool
) -> tuple[list[Finding], Mapping[str, Text]]:
    """Return what `opsc check` says of the specs, and their texts by their names.

    Where no file of a spec will be, as with an error, all stands where its SLO comes from.
    """
    from datetime import UTC, datetime

    from compiler.finding import Severity
    from compiler.pipeline import examine_documents
    from compiler.source.reader import read

    if not specs:
        return [], {}
    documents = tuple(read(spec.file, spec.text.encode()) for spec in specs)
    found = examine_documents(documents, today=datetime.now(UTC).date())
    has_errors = any(finding.severity is Severity.ERROR for finding in found.findings)
    if are_written and not has_errors:
        return list(found.findings), found.texts
    moved = dict.fromkeys(_at_its_source(finding, specs) for finding in found.findings)
    return list(moved), found.texts


def _at_its_source(finding: Finding, specs: Sequence[Adopted]) -> Finding:
    """Return a finding at the name of the SLO that it is about, in the foreign document.

    What is about none of them, but the service, stands at its first one.
    """
    spec = next((spec for spec in specs if spec.file == finding.span.file), specs[0])
    places = spec.places or next(each.places for each in specs if each.places)
    span = next(iter(places.values()))
    for line in reversed(spec.text.splitlines()[: finding.span.start.line]):
        name = line.strip().rstrip(":").strip('"')
        if line.startswith("  ") and line[2:3] not in (" ", "#") and name in places:
            span = places[name]
            break
    return replace(finding, span=span, related=(), fix=None)


def _report(findings: Sequence[Finding], texts: Mapping[str, Text]) -> None:
    from compiler.report import text

    sys.stderr.write(text.render(findings, texts, colour=options.wants_colour(sys.stderr)))


def _deliver(specs: Sequence[Adopted], output: str | None) -> None:
    """Print the spec, or write the specs: all of them, or none when one cannot be."""
    from compiler.errors import WriteError

    services = sum(bool(spec.places) for spec in specs)
    if services > 1 and (output is None or Path(output).is_file()):
        raise click.UsageError(
            f"the documents are about {services} services, and a spec describes one: give"
            " `-o FOLDER`"
        )
    if output is None:
        for spec in specs:
            click.echo(spec.text, nl=False)
        return
    existing = [f"`{spec.file}`" for spec in specs if os.path.lexists(spec.file)]
    if existing:
        are = "exist already, and are kept as they are" if len(existing) > 1 else _KEPT
        raise WriteError(f"{', '.join(existing)} {are}; nothing is written")
    for spec in specs:
        _write(Path(spec.file), spec.text)
        click.echo(f"wrote {spec.file}", err=True)


def _write(file: Path, text: str) -> None:
    """Write a file that is not there yet; raise `WriteError`."""
    from compiler.errors import WriteError

    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError as error:
        raise WriteError(f"`{error.filename}` {_KEPT}") from None
    except OSError as error:
        raise WriteError(f"cannot write `{file}`: {error.strerror}") from None
