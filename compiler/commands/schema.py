"""``opsc schema``: the JSON Schema of a spec."""

from __future__ import annotations

import click


@click.command("schema")
def command() -> int:
    """Print the JSON Schema (2020-12) of a spec, for editors that complete and document."""
    from compiler.model.json_schema import render

    click.echo(render(), nl=False)
    return 0
