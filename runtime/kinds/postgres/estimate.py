"""How much room rows or index entries need by the statistics: numbers enter, bytes leave; pure.

The layout is that of PostgreSQL's documentation, chapter 73.6, "Database Page Layout": a page of
`block` bytes has a header of 24 bytes; each item a pointer of 4 and a header of 23 bytes, or of 8
in an index, then a bitmap where a column may be null; everything begins at multiples of 8. What
room the items need beside what they take is the estimate of what is wasted. It knows averages
only, and what `ANALYZE` saw last; entries of an index that are stored once for many rows need less
than is said here, so that their index seems less wasted than it is.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Sequence

PAGE_HEADER: Final = 24
POINTER: Final = 4
ROW_HEADER: Final = 23
ENTRY_HEADER: Final = 8
BTREE_SPECIAL: Final = 16
"""Bytes at the end of each page of a B-tree."""
ALIGNMENT: Final = 8
ALIGNMENTS: Final = {"c": 1, "s": 2, "i": 4, "d": 8}
"""Bytes by ``pg_type.typalign``."""
SHORT: Final = 127
"""Length below which a value of varying length has a header of one byte, which is not aligned."""


@frozen
class Column(Frozen):
    """What the statistics know of a column: average bytes of a value, share of nulls, layout.

    `length` is ``pg_attribute.attlen``: bytes, or -1 where they vary.
    """

    width_bytes: float
    null_ratio: float
    length: int
    alignment: str

    @property
    def _step(self) -> int:
        is_short = self.length < 0 and self.width_bytes < SHORT
        return 1 if is_short else ALIGNMENTS[self.alignment]

    def end(self, start: float) -> float:
        """Given where the column may begin, return where it ends on average."""
        aligned = math.ceil(start / self._step) * self._step
        return start + (1 - self.null_ratio) * (aligned - start + self.width_bytes)


def row_bytes(columns: Sequence[Column]) -> float:
    """Given the columns of a table, return what a row takes of a page."""
    return POINTER + _item(ROW_HEADER, columns)


def entry_bytes(columns: Sequence[Column]) -> float:
    """Given the columns of an index, return what an entry takes of a page."""
    return POINTER + _item(ENTRY_HEADER, columns)


def _item(header: int, columns: Sequence[Column]) -> float:
    bitmap = math.ceil(len(columns) / 8) if any(one.null_ratio > 0 for one in columns) else 0
    place: float = _aligned(header + bitmap)
    for column in columns:
        place = column.end(place)
    return _aligned(place)


def _aligned(place: float) -> int:
    return math.ceil(place / ALIGNMENT) * ALIGNMENT


def needed_bytes(items: float, item: float, *, usable: float, block: int) -> int:
    """Given how many items there are, and bytes of one, return what whole pages they need.

    `usable` are the bytes of a page that items may fill.
    """
    a_page = max(1, math.floor(usable / item))
    return math.ceil(items / a_page) * block


def table_usable(block: int, fill_ratio: float) -> float:
    """Return the bytes of a page that rows fill, by the table's fill factor."""
    return (block - PAGE_HEADER) * fill_ratio


def index_usable(block: int, fill_ratio: float) -> float:
    """Return the bytes of a leaf of a B-tree that entries fill, by the index's fill factor."""
    return (block - PAGE_HEADER - BTREE_SPECIAL) * fill_ratio
