"""The entry of opsrun: answers ``--version`` from a constant, then hands over; no logic."""

from __future__ import annotations

import sys

import runtime
from runtime.origin import foreign_package


def main() -> int:
    """Run opsrun with the process's arguments; return its exit code."""
    fault = foreign_package(runtime, __file__)
    if fault is not None:
        sys.stderr.write(f"opsrun: {fault}\n")
        return 4
    if sys.argv[1:] == ["--version"]:
        sys.stdout.write(f"opsrun {runtime.VERSION}\n")
        return 0
    from runtime.commands.registry import carry_out

    return carry_out(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
