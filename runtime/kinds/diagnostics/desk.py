"""What a collector is given: what was asked for, and where what it finds goes."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from runtime.errors import RunError, reason_of
from runtime.kinds.diagnostics.frames import PIECE_BYTES, Frame, packed
from runtime.kinds.health.answer import CheckError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from runtime.contract.diagnostics_collect import DiagnosticsCollect

SPARE_SECONDS: Final = 1.0
"""What is left of a collector's time when whatever it waits for is given up."""


@dataclass(slots=True, kw_only=True)
class Desk:
    """Where one collector works; `output` is a descriptor that its frames are written to.

    `state` and `plan` are the paths that opsrun was called with, empty where none are known.
    """

    asked: DiagnosticsCollect
    output: int
    state: str = ""
    plan: str = ""
    began: float = field(default_factory=time.monotonic)

    @property
    def seconds_left(self) -> float:
        """How long whatever is waited for now may take."""
        left = self.began + self.asked.collector_timeout_seconds - time.monotonic()
        return max(left - SPARE_SECONDS, left / 2, 0.05)

    def write(self, name: str, content: str | bytes) -> None:
        """Add to a file of the bundle, by its path below the collector's folder."""
        raw = content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content
        for at in range(0, max(len(raw), 1), PIECE_BYTES):
            self._send(Frame("file", name, raw[at : at + PIECE_BYTES]))

    def cut(self, name: str, why: str) -> None:
        """Say that a file is not the whole."""
        self._send(Frame("cut", f"{name}: {why}"))

    def fault(self, what: str) -> None:
        """Say what could not be had."""
        self._send(Frame("fault", what))

    def striking(self, what: str) -> None:
        """Say what somebody should look at first."""
        self._send(Frame("striking", what))

    def absent(self, why: str) -> None:
        """Say that there is nothing of the kind here, which is no fault."""
        self._send(Frame("absent", why))

    def part(self, name: str, look: Callable[..., str | bytes], *arguments: object) -> None:
        """Write what `look` returns into a file; that it cannot be had is a fault of this alone."""
        try:
            self.write(name, look(*arguments))
        except OSError as error:
            self.fault(f"{name}: {reason_of(error)}")
        except (CheckError, RunError) as error:
            self.fault(f"{name}: {error}")

    def _send(self, frame: Frame) -> None:
        raw = packed(frame)
        while raw:
            raw = raw[os.write(self.output, raw) :]


def table(heads: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """Given heads and rows, return them as text in columns."""
    lines = [
        tuple(heads),
        *(tuple("" if cell is None else str(cell) for cell in row) for row in rows),
    ]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    shown = (
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )
    return "\n".join(shown) + "\n"
