"""`command`: a program is run as it is said, without a shell.

The runner starts the program itself, as the step's own process, and asks `judged` what its exit
code means; `carry_out` answers for a dry run, which starts nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from runtime.contract.command import Command
    from runtime.kinds.result import Context, Result

Verdict: TypeAlias = Literal["ok", "failed", "try again"]


def carry_out(parameters: Command, context: Context) -> Result:
    """Say what would be run; a command that is to run indeed is none of this process."""
    # A runner that asks what an exit code means needs none of these.
    import shlex

    from runtime.errors import Exit
    from runtime.kinds.result import Result

    if not context.dry_run:
        return Result(exit_code=Exit.FAILED, summary="a command is started by the runner alone")
    context.say(f"would run {shlex.join(parameters.argv)}")
    for name, value in sorted(parameters.environment.items()):
        context.say(f"  with {name}={value}")
    for name in sorted(parameters.secrets):
        context.say(f"  with {name}, a secret")
    if parameters.directory != "/":
        context.say(f"  in {parameters.directory}")
    return Result(exit_code=Exit.OK, summary=f"would run {parameters.argv[0]}")


def judged(parameters: Command, code: int) -> Verdict:
    """Given the exit code of a command (negative for a signal), return what it means."""
    if code in parameters.ok_codes:
        return "ok"
    if not parameters.retry_codes or code in parameters.retry_codes:
        return "try again"
    return "failed"
