"""Find the module of a job kind."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from runtime.contract.kinds import KINDS

if TYPE_CHECKING:
    from runtime.kinds.result import CarryOut


def carry_out_of(kind: str) -> CarryOut:
    """Given a key of `KINDS`, return the function that carries it out; imports its module only.

    Raise `KeyError` when there is no such kind.
    """
    if kind not in KINDS:
        raise KeyError(kind)
    carry_out: CarryOut = import_module(f"runtime.kinds.{kind.replace('.', '_')}").carry_out
    return carry_out
