"""The room that rows and entries need, by the layout that PostgreSQL documents."""

from __future__ import annotations

import pytest

from runtime.kinds.postgres.estimate import (
    Column,
    entry_bytes,
    index_usable,
    needed_bytes,
    row_bytes,
    table_usable,
)

BLOCK = 8192


def column(
    width: float, *, length: int | None = None, alignment: str = "i", nulls: float = 0
) -> Column:
    """Return a column of values of a width."""
    fixed = int(width) if length is None else length
    return Column(width_bytes=width, null_ratio=nulls, length=fixed, alignment=alignment)


INT, BIGINT = column(4), column(8, alignment="d")
TEXT = column(33, length=-1)
LONG_TEXT = column(201, length=-1)


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ([INT], 4 + 24 + 8),
        ([BIGINT], 4 + 24 + 8),
        ([INT, BIGINT], 4 + 24 + 16),
        ([BIGINT, INT], 4 + 24 + 16),
        ([INT, column(1, alignment="c")], 4 + 24 + 8),
        # A short text has a header of one byte and begins anywhere, a long one at a multiple of 4.
        ([column(1, alignment="c"), TEXT], 4 + 24 + 40),
        ([column(1, alignment="c"), LONG_TEXT], 4 + 24 + 208),
        # A bitmap of nulls fits into the padding of the header up to eight columns.
        ([column(4, nulls=1.0)], 4 + 24),
        ([column(4, nulls=1.0)] * 9, 4 + 32),
        ([], 4 + 24),
    ],
)
def test_a_row_is_aligned_as_it_is_documented(columns: list[Column], expected: int) -> None:
    """Header, bitmap, padding, and the pointer to it."""
    assert expected == row_bytes(columns)


def test_226_rows_of_one_integer_fill_a_page() -> None:
    """As anybody can count by their `ctid`."""
    usable = table_usable(BLOCK, 1.0)

    assert BLOCK == needed_bytes(226, row_bytes([INT]), usable=usable, block=BLOCK)
    assert 2 * BLOCK == needed_bytes(227, row_bytes([INT]), usable=usable, block=BLOCK)


def test_366_entries_of_one_bigint_fill_a_leaf() -> None:
    """At the usual fill factor, as `pgstatindex` and `bt_page_stats` show them."""
    usable = index_usable(BLOCK, 0.9)

    assert 20 == entry_bytes([BIGINT])
    assert BLOCK == needed_bytes(366, entry_bytes([BIGINT]), usable=usable, block=BLOCK)
    assert 2 * BLOCK == needed_bytes(367, entry_bytes([BIGINT]), usable=usable, block=BLOCK)


def test_nothing_needs_no_room_and_what_fits_no_page_has_one_each() -> None:
    """The ends of what is possible."""
    assert 0 == needed_bytes(0, 36, usable=8168, block=BLOCK)
    assert 3 * BLOCK == needed_bytes(3, 9000, usable=8168, block=BLOCK)
