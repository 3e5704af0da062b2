"""``opsc completion``: the script that teaches a shell to complete opsc's words."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(context: click.Context, shell: str) -> int:
    """Print the completion script of SHELL; for bash: `source <(opsc completion bash)`."""
    root = context.find_root()
    completion = get_completion_class(shell)
    if completion is None:
        raise click.UsageError(f"nothing completes in {shell}")
    click.echo(completion(root.command, {}, "opsc", "_OPSC_COMPLETE").source())
    return 0
