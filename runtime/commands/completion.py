"""``opsrun completion``: the script that teaches a shell to complete opsrun's words."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the completion script of SHELL.

    For bash: `source <(opsrun completion bash)`. Names of jobs are completed from the plan.
    """
    script = get_completion_class(shell)
    if script is None:
        raise click.UsageError(f"nothing completes in {shell}")
    click.echo(script(context.find_root().command, {}, "opsrun", "_OPSRUN_COMPLETE").source())
