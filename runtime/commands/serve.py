"""``opsrun serve``: stay, start what is due, and answer who asks."""

from __future__ import annotations

import os
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

import click

from runtime.commands.options import plan_option, state_option
from runtime.errors import RunError
from runtime.order import refuse_to_take_over

if TYPE_CHECKING:
    import socket

    from runtime.contract.serve import Serve
    from runtime.serve.dials import Dials
    from runtime.serve.station import Station

NEEDED: Final = ("psutil", "starlette", "uvicorn")
"""What the extra `serve` brings, and no other verb needs."""


@click.command()
@plan_option
@state_option
@click.option(
    "--listen", metavar="HOST:PORT", help="Listen there, and not where the plan says: port 0 picks."
)
@click.option("--host", metavar="NAME", help="The host whose jobs are meant; else the system's.")
@click.option(
    "--all", "takes_all", is_flag=True, help="Start the jobs of timers and crontabs as well."
)
def serve(
    *, plan_path: str, state: str, listen: str | None, host: str | None, takes_all: bool
) -> int:
    """Start the host's jobs, and answer on HTTP.

    Those of host groups with `scheduler: serve`. HUP reads the plan again; TERM lets what runs come
    to its end, and a second one stops it.
    """
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise RunError(
            f"`opsrun serve` needs {', '.join(missing)}: install opsc with its extra,"
            " `pip install 'opsc[serve]'`"
        )
    from runtime.serve.steward import serve as carry_out
    from runtime.serve.terms import Terms

    refuse_to_take_over(state)
    terms = Terms(
        plan_path=plan_path,
        state=state,
        host=host or os.uname().nodename,
        listen=listen,
        takes_all=takes_all,
        web=_web,
    )
    return carry_out(terms)


def _web(station: Station, settings: Serve, dials: Dials, opened: socket.socket, ready: int) -> int:
    """Carry out the web, in its own process: what it imports is in no other."""
    from runtime.serve.web.serving import serve as answer

    return answer(station, settings, dials, opened, ready)
