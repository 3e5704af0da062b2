"""The child process of one step: a request on standard input, a result in a file.

The request is a JSON object: `kind`, `parameters` (plan form), `dry_run`, `result` (path of the
file to write), `parent` (pid of the runner), `state` and `plan` (their paths). The result is a JSON
object: `exit_code`, `summary`, `facts`, `is_final`. Lines for people go to standard output. Started
by its path under ``python -I``, so that neither the environment nor the working folder decides
which code runs.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping


def main() -> int:
    """Carry out the step that standard input asks for; return its exit code."""
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    if root not in sys.path:
        sys.path.insert(0, root)
    from runtime.process import die_with_parent

    request = json.load(sys.stdin)
    die_with_parent()
    if os.getppid() != request["parent"]:
        return 1
    return _carry_out(request)


def _carry_out(request: dict[str, object]) -> int:
    from runtime.clock import SystemClock
    from runtime.kinds.registry import carry_out_of
    from runtime.kinds.result import Context
    from runtime.validation import parameters_of

    kind = str(request["kind"])
    context = Context(
        clock=SystemClock(),
        say=_say,
        dry_run=bool(request["dry_run"]),
        state=str(request.get("state", "")),
        plan=str(request.get("plan", "")),
    )
    result = carry_out_of(kind)(parameters_of(kind, request["parameters"]), context)
    written = {
        "exit_code": int(result.exit_code),
        "summary": result.summary,
        "facts": result.facts,
        "is_final": result.is_final,
    }
    with open(str(request["result"]), "w", encoding="utf-8") as file:
        json.dump(_printable(written), file)
    return int(result.exit_code)


def _say(line: str) -> None:
    # Names of files may hold line breaks.
    sys.stdout.write(_printable_text(line).replace("\n", "\\n") + "\n")
    # Somebody may be following.
    sys.stdout.flush()


def _printable(value: object) -> object:
    """Return a JSON value with all its texts printable, whatever a kind put in."""
    if isinstance(value, str):
        return _printable_text(value)
    if isinstance(value, Mapping):
        return {_printable_text(str(key)): _printable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(item) for item in value]
    return value


def _printable_text(text: str) -> str:
    """Return text in which each byte that is no UTF-8, of a file's name, is written as its code."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


if __name__ == "__main__":
    sys.exit(main())
