"""Colours of a report, or none."""

from __future__ import annotations

from typing import Final

from compiler.finding import Severity

COLOURS: Final = {Severity.ERROR: "1;31", Severity.WARNING: "1;33", Severity.INFORMATION: "1;36"}
"""SGR parameters of each severity: bold red, bold yellow, bold cyan."""

BOLD: Final = "1"
GUTTER: Final = "1;34"


class Paint:
    """Puts colours on text, when it is told to."""

    __slots__ = ("colour",)

    def __init__(self, *, colour: bool) -> None:
        self.colour = colour

    def __call__(self, text: str, sgr: str) -> str:
        """Return the text in the colour `sgr`, or as it is."""
        return f"\x1b[{sgr}m{text}\x1b[0m" if self.colour and text else text
