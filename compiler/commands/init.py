"""``opsc init``: a small commented spec to start from."""

from __future__ import annotations

import re
from pathlib import Path

import click

from compiler.errors import WriteError
from compiler.model.types import NAME_PATTERN


@click.command("init")
@click.argument("name")
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File that is written.  [default: specs/NAME.yaml]",
)
def command(name: str, output: Path | None) -> int:
    """Write a small, commented spec of a service called NAME. A file that exists is kept.

    Where other specs stand in the folder, what they would say twice is named.
    """
    if not re.fullmatch(NAME_PATTERN, name):
        raise click.UsageError(f"`{name}` is not a name: lower-case words joined by `-` or `_`")
    from compiler.model.starter import SHARED, starter

    file = output or Path("specs") / f"{name}.yaml"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8") as stream:
            stream.write(starter(name))
    except FileExistsError:
        raise WriteError(f"`{file}` exists already, and is kept as it is") from None
    except OSError as error:
        raise WriteError(f"cannot write `{file}`: {error.strerror}") from None
    click.echo(f"wrote {file}; next: opsc check {file}", err=True)
    if _others(file):
        listed = f"{', '.join(SHARED[:-1])} and {SHARED[-1]}"
        click.echo(
            f"`{file.parent}` holds other specs; to compile with them, keep {listed} in one file:"
            " another's, or one without `service`",
            err=True,
        )
    return 0


def _others(file: Path) -> bool:
    """Whether other specs stand in the folder of a file."""
    specs = {each for suffix in (".yaml", ".yml") for each in file.parent.glob(f"*{suffix}")}
    return bool(specs - {file})
