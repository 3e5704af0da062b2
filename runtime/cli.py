"""The entry of opsrun: answers ``--version`` from a constant, then hands over; no logic."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import runtime
from runtime.origin import foreign_package

if TYPE_CHECKING:
    from runtime.order import Order


def main() -> int:
    """Run opsrun with the process's arguments; return its exit code."""
    fault = foreign_package(runtime, __file__)
    if fault is not None:
        sys.stderr.write(f"opsrun: {fault}\n")
        return 4
    if sys.argv[1:] == ["--version"]:
        sys.stdout.write(f"opsrun {runtime.VERSION}\n")
        return 0
    from runtime.order import order_of

    order = order_of(sys.argv[1:])
    if order is not None:
        return _carry_out(order)
    from runtime.commands.registry import carry_out

    return carry_out(sys.argv[1:])


def _carry_out(order: Order) -> int:
    """Carry out a run in the form that units and crontabs write, without a parser of options."""
    from runtime import order as orders
    from runtime.page import make_printable

    make_printable(sys.stdout)
    try:
        code = orders.carry_out(order)
        sys.stdout.flush()
    except Exception as error:  # noqa: BLE001 - `exit_of` raises again what is no end of opsrun's
        return orders.exit_of(error)
    return code


if __name__ == "__main__":
    sys.exit(main())
