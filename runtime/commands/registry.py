"""All verbs under one command, and what becomes of their errors."""

from __future__ import annotations

import sys
from typing import Final

import click

import runtime
from runtime.commands.alerts import alerts
from runtime.commands.completion import completion
from runtime.commands.deliver import deliver
from runtime.commands.diagnose import diagnose
from runtime.commands.history import history
from runtime.commands.hold import hold, release
from runtime.commands.install import install
from runtime.commands.jobs import list_jobs
from runtime.commands.logs import logs
from runtime.commands.next import next_runs
from runtime.commands.notify import notify
from runtime.commands.outbox import outbox
from runtime.commands.retry import retry
from runtime.commands.run import run
from runtime.commands.serve import serve
from runtime.commands.status import status
from runtime.commands.validate import validate
from runtime.errors import Exit, RunError
from runtime.order import exit_of
from runtime.page import make_printable

EXIT_CODES: Final = """\b
Exit codes:
  0    ok
  1    failed
  2    bad plan or usage
  3    partly done
  4    a foreign package stands in the place of opsrun's
  10   not now: another run, a lock, a hold or a window
  75   try again later
  124  timed out"""


@click.group(
    epilog=EXIT_CODES,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(runtime.VERSION, prog_name="opsrun", message="%(prog)s %(version)s")
def opsrun() -> None:
    """Run the jobs of a compiled plan, and say how they went."""


for command in (
    run,
    list_jobs,
    next_runs,
    status,
    history,
    logs,
    diagnose,
    hold,
    release,
    retry,
    validate,
    install,
    completion,
    deliver,
    outbox,
    notify,
    serve,
    alerts,
):
    opsrun.add_command(command)


def carry_out(arguments: list[str]) -> int:
    """Given the arguments after the program's name, carry out the verb; return the exit code."""
    make_printable(sys.stdout)
    try:
        code = opsrun.main(arguments, prog_name="opsrun", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return Exit.FAILED
    except (RunError, OSError) as error:
        return exit_of(error)
    return code if isinstance(code, int) else Exit.OK
