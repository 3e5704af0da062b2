"""Where queries stand in the section `slos`, and what stands for their range.

Apart from `measures`, since rules about all queries need no more than this.
"""

from __future__ import annotations

from typing import Final

WINDOW: Final = "$window"
STAND_IN: Final = "000005m"
"""What is read in the place of `$window`: as many characters, so that places stay."""

WINDOWED: Final = (
    ("slos", "*", "events", "total"),
    ("slos", "*", "events", "bad"),
    ("slos", "*", "events", "good"),
    ("slos", "*", "ratio", "bad"),
    ("slos", "*", "ratio", "good"),
)
"""Where `$window` may stand."""

PLAIN: Final = (
    ("slos", "*", "latency", "of"),
    ("slos", "*", "boolean", "of"),
    ("slos", "*", "freshness", "of"),
)
"""Where a query of an SLO is asked at one moment."""

QUESTIONS: Final = ("slos", "*", "queries", "*")
"""Queries of an SLO that nothing is compared with."""
