"""``opsc explain``: a rule, where a line of an artifact comes from, or what an SLO means."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from compiler.commands import options

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from compiler.lower.plan import Plan
    from compiler.lower.slo.plan import SloPlan
    from compiler.pipeline import Examination


def _complete(incomplete: str) -> list[str]:
    """Return the ids of rules that begin like what was typed."""
    from compiler.check.registry import RULES

    return [rule for rule in RULES if rule.startswith(incomplete)]


class _Subjects(click.Group):
    """A group whose first word is the name of a command, or else a rule or a line of a file."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return what explains the words."""
        if args and args[0] in self.commands:
            return super().resolve_command(ctx, args)
        return "subject", _subject, args

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write both ways of calling it."""
        formatter.write_usage(ctx.command_path, "[SUBJECT]")
        formatter.write_usage(ctx.command_path, "slo NAME [PATHS]...", prefix="   or: ")

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Return commands and ids of rules that begin like what was typed."""
        from click.shell_completion import CompletionItem

        rules = (CompletionItem(rule) for rule in _complete(incomplete))
        return [*super().shell_complete(ctx, incomplete), *rules]


@click.group("explain", cls=_Subjects, invoke_without_command=True)
@click.pass_context
def command(context: click.Context) -> int:
    """Explain SUBJECT: a rule, `query/syntax`, or a line of an artifact, `generated/…/x.yml:12`.

    Without SUBJECT, list the rules.
    """
    if context.invoked_subcommand is None:
        from compiler.check.pages import index

        click.echo(index(), nl=False)
    return 0


@click.command("subject")
@click.argument("subject")
def _subject(subject: str) -> int:
    """Explain a rule or a line."""
    from compiler.check.pages import page

    file, colon, line = subject.rpartition(":")
    if colon and line.isdecimal():
        return _explain_line(Path(file), int(line))
    text = page(subject)
    if text is None:
        from compiler.check.registry import RULES
        from compiler.source.suggest import nearest

        close = nearest(subject, list(RULES))
        hint = f"; did you mean `{close}`?" if close else ""
        raise _misused(f"there is no rule `{subject}`{hint}")
    click.echo(text, nl=False)
    return 0


def _misused(message: str) -> click.UsageError:
    """Return an error that shows how `opsc explain` is used."""
    return click.UsageError(message, click.get_current_context().parent)


@command.command("slo", short_help="Say how soon the alerts of an SLO fire, and what it costs.")
@click.argument("name")
@options.paths
@click.option(
    "--env", "environment", metavar="NAME", help="The environment; the first one if none."
)
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["text", "json", "svg"]),
    default="text",
    show_default=True,
    help="A table, numbers for programs, or a chart.",
)
def _slo(*, name: str, paths: tuple[str, ...], environment: str | None, output_format: str) -> int:
    """Say how soon the alerts of the SLO NAME fire, in PATHS; `specs` when none is given.

    For error rates from 0.1% to 100%: which alert is first, after how long, how much of the budget
    is spent by then; the least traffic at which one error fires none; what it costs to record.
    """
    from compiler.lower.slo.explanation import explain
    from compiler.report import slo as pages
    from compiler.report.slo_chart import svg

    plan, slo = _named(name, options.examine(paths, [environment] if environment else []))
    if not all(0 < stratum.budget < 1 for stratum in slo.strata):
        raise click.UsageError(f"`{slo.name}` has no error budget; see opsc check")
    explained = explain(plan, slo)
    render = {"text": pages.text, "json": pages.as_json, "svg": svg}[output_format]
    click.echo(render(explained, plan.environment), nl=False)
    return 0


def _named(name: str, found: Examination) -> tuple[Plan, SloPlan]:
    """Return the SLO of a name, alone, or with its service before a `/`; and its plan."""
    plan = next(iter(found.plans), None)
    if plan is None:
        raise click.UsageError("the specs describe no service; see opsc check")
    said = [slo for slo in plan.slos if name in (slo.name, f"{slo.service}/{slo.name}", slo.id)]
    if len(said) == 1:
        return plan, said[0]
    if said:
        named = ", ".join(f"`{slo.service}/{slo.name}`" for slo in said)
        raise click.UsageError(f"several services have an SLO `{name}`: {named}")
    from compiler.source.suggest import nearest

    close = nearest(name, [slo.name for slo in plan.slos])
    hint = f"; did you mean `{close}`?" if close else "; see opsc check"
    raise click.UsageError(f"there is no SLO `{name}` in `{plan.environment}`{hint}")


def _explain_line(artifact: Path, line: int) -> int:
    """Say where a line of an artifact comes from, by the source map of its folder."""
    from compiler.artifact import source_map
    from compiler.write import SOURCE_MAP

    if not artifact.is_file():
        raise _misused(f"there is no file `{artifact}`")
    folder = next((each for each in artifact.parents if (each / SOURCE_MAP).is_file()), None)
    if folder is None:
        raise _misused(
            f"no {SOURCE_MAP} lies above `{artifact}`: run opsc compile, it is not committed"
        )
    text = (folder / SOURCE_MAP).read_text(encoding="utf-8")
    try:
        source = source_map.find(text, artifact.relative_to(folder).as_posix(), line)
    except (ValueError, TypeError, LookupError, AttributeError):
        raise _misused(f"`{folder / SOURCE_MAP}` cannot be read: run opsc compile") from None
    if source is None:
        click.echo(f"{artifact}:{line} comes from no single entry")
        return 0
    click.echo(f"{source.file}:{source.line}: {source.entry}")
    return 0
