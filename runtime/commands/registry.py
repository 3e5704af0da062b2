"""All verbs under one command, and what becomes of their errors."""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper
from typing import Final

import click

import runtime
from runtime.commands.history import history
from runtime.commands.jobs import list_jobs
from runtime.commands.logs import logs
from runtime.commands.run import run
from runtime.commands.status import status
from runtime.commands.validate import validate
from runtime.errors import Exit, RunError, reason_of

EXIT_CODES: Final = """\b
Exit codes:
  0    ok
  1    failed
  2    bad plan or usage
  3    partly done
  4    a foreign package stands in the place of opsrun's
  10   another run of the job holds its lock
  75   try again later
  124  timed out"""


@click.group(
    epilog=EXIT_CODES,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(runtime.VERSION, prog_name="opsrun", message="%(prog)s %(version)s")
def opsrun() -> None:
    """Run the jobs of a compiled plan, and say how they went."""


for command in (run, list_jobs, status, history, logs, validate):
    opsrun.add_command(command)


def carry_out(arguments: list[str]) -> int:
    """Given the arguments after the program's name, carry out the verb; return the exit code."""
    if isinstance(sys.stdout, TextIOWrapper):
        # A terminal that cannot show a character shows its number.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        code = opsrun.main(arguments, prog_name="opsrun", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return Exit.FAILED
    except RunError as error:
        for line in str(error).splitlines():
            sys.stderr.write(f"opsrun: {line}\n")
        return error.exit_code
    except BrokenPipeError:
        # The reader has gone, as `head` does; what the last flush still holds goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.OK
    except OSError as error:
        sys.stderr.write(f"opsrun: {reason_of(error)}\n")
        return Exit.FAILED
    return code if isinstance(code, int) else Exit.OK
