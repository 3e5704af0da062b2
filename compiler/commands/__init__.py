"""The commands of ``opsc``, one verb a module; a module is imported when its verb is called."""

from __future__ import annotations

import sys
from importlib import import_module
from keyword import iskeyword
from typing import Final

import click

from compiler import VERSION
from compiler.errors import OpscError

VERBS: Final = {
    "check": "Find every fault of specs.",
    "compile": "Write what specs compile to, or show what differs.",
    "test": "Run the tests of alerts and SLOs with promtool.",
    "explain": "Explain a rule, an SLO, or where a line of an artifact comes from.",
    "timeline": "Show what runs when, as a table and a picture.",
    "schema": "Print the JSON Schema of a spec.",
    "init": "Write a small spec to start from.",
    "import": "Make specs of SLOs of Sloth or OpenSLO.",
    "completion": "Print the completion script of a shell.",
}
"""The verbs and what each does, in the order in which help lists them."""

EXIT_CODES: Final = """\b
Exit codes:
  0  clean
  1  findings at or above the failing severity
  2  usage
  3  drift (compile --check)
  4  internal error"""


class LazyGroup(click.Group):
    """A group that imports a verb's module when the verb is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the verbs in their order."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a verb's command, or None when there is no such verb."""
        if cmd_name not in VERBS:
            return None
        # `import` is a word of Python: its module has an underscore behind it.
        module = cmd_name + "_" * iskeyword(cmd_name)
        command: click.Command = import_module(f"compiler.commands.{module}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of verbs without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(VERBS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the verb that is called; a wrong one gets a suggestion."""
        if args and args[0] not in VERBS and not args[0].startswith("-"):
            from compiler.source.suggest import nearest

            close = nearest(args[0], list(VERBS))
            hint = f"\nDid you mean '{close}'?" if close else ""
            ctx.fail(f"No such command '{args[0]}'.{hint}")
        return super().resolve_command(ctx, args)


@click.group(
    cls=LazyGroup,
    epilog=EXIT_CODES,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(VERSION, message="opsc %(version)s")
def group() -> None:
    """The operations compiler: one spec of a service becomes all that operates it."""


def main() -> int:
    """Run the command line in ``sys.argv``; return its exit code."""
    try:
        code = group.main(prog_name="opsc", standalone_mode=False)
    except click.exceptions.Exit as asked:
        return asked.exit_code
    except click.exceptions.Abort:
        raise KeyboardInterrupt from None
    except click.ClickException as misused:
        misused.show()
        return misused.exit_code
    except OpscError as error:
        sys.stderr.write(f"opsc: {error}\n")
        return 2
    return code if isinstance(code, int) else 0
