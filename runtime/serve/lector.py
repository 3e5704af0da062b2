"""Reads the plan anew in a process of its own: what is due meanwhile is not kept waiting.

To read and validate ten thousand jobs takes seconds. The process hands the plan over piece by
piece, each of which is taken within a moment.
"""

from __future__ import annotations

import os
import pickle
import struct
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from runtime.errors import Exit, RunError, reason_of
from runtime.load import load_plan
from runtime.serve.station import station_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

    from runtime.contract.plan import Job, Plan
    from runtime.serve.crew import Crew
    from runtime.serve.station import Station
    from runtime.serve.terms import Terms, Wait

TITLE: Final = "the reader of the plan"
READ_SECONDS: Final = 600.0
"""How long nothing may come of it until it is given up."""
PIECE_JOBS: Final = 100
PIECE_BYTES: Final = 2**16
_LENGTH: Final = struct.Struct("<Q")


def read_aside(terms: Terms, crew: Crew, wait: Wait) -> Station:
    """Read the plan, and return what stands on it.

    `wait` is given a descriptor and seconds, works on until that can be read, and returns whether
    it can. Raise `RunError` when the plan is no good, or whatever keeps it from being read.
    """
    reader, writer = os.pipe2(os.O_CLOEXEC)
    try:
        crew.start(TITLE, lambda: _hand_over(terms, writer), kept=(writer,))
    except OSError as error:
        os.close(reader)
        raise RunError(f"it cannot be read: {reason_of(error)}") from None
    finally:
        os.close(writer)
    try:
        return station_of(_taken(_pieces(reader, wait)), terms)
    finally:
        # A reader that is given up finds nobody to hand the rest to, and ends.
        os.close(reader)


def _hand_over(terms: Terms, writer: int) -> int:
    """Read the plan and write it into a descriptor, or why it is no good; return the exit code."""
    with open(writer, "wb") as to:
        try:
            plan = load_plan(terms.plan_path, terms.state)
        except RunError as error:
            _put(to, str(error))
            return Exit.FAILED
        _put(to, replace(plan, jobs={}))
        jobs = iter(plan.jobs.items())
        while piece := dict(islice(jobs, PIECE_JOBS)):
            _put(to, piece)
        _put(to, None)
    return Exit.OK


def _put(to: IO[bytes], piece: object) -> None:
    written = pickle.dumps(piece, pickle.HIGHEST_PROTOCOL)
    to.write(_LENGTH.pack(len(written)) + written)


def _taken(pieces: Iterator[Any]) -> Plan:
    """Given the pieces of a plan, return it. Raise `RunError` when it is no good, or not whole."""
    plan: Plan | None = None
    jobs: dict[str, Job] = {}
    for piece in pieces:
        if isinstance(piece, str):
            raise RunError(piece)
        if isinstance(piece, dict):
            jobs |= piece
        elif piece is not None:
            plan = piece
        elif plan is not None:
            return replace(plan, jobs=jobs)
    raise RunError("the process that reads it has ended")


def _pieces(reader: int, wait: Wait) -> Iterator[Any]:
    """Yield what comes, each when it is there as a whole. Raise `RunError` when nothing does."""
    held = bytearray()
    while True:
        while len(held) >= _LENGTH.size:
            end = _LENGTH.size + _LENGTH.unpack_from(held)[0]
            if len(held) < end:
                break
            yield pickle.loads(held[_LENGTH.size : end])  # noqa: S301 - of a process forked from this
            del held[:end]
        if not wait(reader, READ_SECONDS):
            raise RunError(f"it could not be read within {READ_SECONDS:.0f}s")
        came = os.read(reader, PIECE_BYTES)
        if not came:
            return
        held += came
