"""The process of one collector: a request on standard input, frames on standard output.

The request is a JSON object: `module` (the collector's), `parameters` (plan form), `state`, `plan`,
`parent` (pid of the step). Started by its path under ``python -I``, as a step is. A process of its
own, so that one that hangs, floods or crashes harms no other.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from importlib import import_module
from typing import Any, Final

MEMORY_BYTES: Final = 512 * 2**20
"""Most memory that a collector may have of its own."""


def main() -> int:
    """Carry out what standard input asks for."""
    root = os.path.abspath(__file__)
    for _ in range(4):
        root = os.path.dirname(root)
    if root not in sys.path:
        sys.path.insert(0, root)
    from runtime.process import die_with_parent

    request = json.load(sys.stdin)
    die_with_parent()
    if os.getppid() != request["parent"]:
        return 1
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
    # What else is printed, by a library, is no frame.
    output = os.dup(1)
    os.dup2(2, 1)
    return _collect(request, output)


def _collect(request: dict[str, Any], output: int) -> int:
    from runtime.contract.diagnostics_collect import DiagnosticsCollect
    from runtime.kinds.diagnostics.desk import Desk
    from runtime.restore import restored

    desk = Desk(
        asked=restored(DiagnosticsCollect, request["parameters"]),
        output=output,
        state=request["state"],
        plan=request["plan"],
    )
    try:
        import_module(request["module"]).collect(desk)
    except BrokenPipeError:
        # Enough was found: nobody reads on.
        return 0
    except Exception as error:  # noqa: BLE001 - a collector's fault is its own, and told
        desk.fault(f"the collector broke off: {type(error).__name__}: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
