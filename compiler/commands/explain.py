"""``opsc explain``: the page of a rule, or where a line of an artifact comes from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


def _complete(
    _ctx: click.Context, _param: click.Parameter, incomplete: str
) -> list[str | CompletionItem]:
    """Return the ids of rules that begin like what was typed."""
    from compiler.check.registry import RULES

    return [rule for rule in RULES if rule.startswith(incomplete)]


@click.command("explain")
@click.argument("subject", required=False, shell_complete=_complete)
def command(subject: str | None) -> int:
    """Explain SUBJECT: a rule, `query/syntax`, or a line of an artifact, `generated/…/x.yml:12`.

    Without SUBJECT, list the rules.
    """
    from compiler.check.pages import index, page

    if subject is None:
        click.echo(index(), nl=False)
        return 0
    file, colon, line = subject.rpartition(":")
    if colon and line.isdecimal():
        return _explain_line(Path(file), int(line))
    text = page(subject)
    if text is None:
        from compiler.check.registry import RULES
        from compiler.source.suggest import nearest

        close = nearest(subject, list(RULES))
        hint = f"; did you mean `{close}`?" if close else ""
        raise click.UsageError(f"there is no rule `{subject}`{hint}")
    click.echo(text, nl=False)
    return 0


def _explain_line(artifact: Path, line: int) -> int:
    """Say where a line of an artifact comes from, by the source map of its folder."""
    from compiler.artifact import source_map
    from compiler.write import SOURCE_MAP

    if not artifact.is_file():
        raise click.UsageError(f"there is no file `{artifact}`")
    folder = next((each for each in artifact.parents if (each / SOURCE_MAP).is_file()), None)
    if folder is None:
        raise click.UsageError(
            f"no {SOURCE_MAP} lies above `{artifact}`: run opsc compile, it is not committed"
        )
    text = (folder / SOURCE_MAP).read_text(encoding="utf-8")
    try:
        source = source_map.find(text, artifact.relative_to(folder).as_posix(), line)
    except (ValueError, TypeError, LookupError, AttributeError):
        raise click.UsageError(
            f"`{folder / SOURCE_MAP}` cannot be read: run opsc compile"
        ) from None
    if source is None:
        click.echo(f"{artifact}:{line} comes from no single entry")
        return 0
    click.echo(f"{source.file}:{source.line}: {source.entry}")
    return 0
