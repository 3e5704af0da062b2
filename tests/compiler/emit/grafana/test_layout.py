from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.emit.grafana.layout import BESIDE, COLUMNS, HEIGHTS, bottom, boxes
from compiler.lower.dashboards.plan import PanelPlan
from compiler.lower.plan import Origin
from compiler.model.dashboards import PanelKind

if TYPE_CHECKING:
    from compiler.emit.grafana.layout import Box

KINDS = get_args(PanelKind)


def panel(kind: PanelKind, width: int | None = None) -> PanelPlan:
    """Return a panel of a kind and a width."""
    origin = Origin(0, ())
    return PanelPlan(origin=origin, name="p", title="p", kind=kind, asked=(), width=width)


@pytest.mark.parametrize(
    ("panels", "widths"),
    [
        ([("stat", None)] * 4, [6] * 4),
        ([("stat", None)] * 8, [6] * 8),
        ([("stat", None)] * 7, [6] * 4 + [8] * 3),
        ([("time-series", None)], [24]),
        ([("time-series", None)] * 2, [12, 12]),
        ([("time-series", None)] * 4, [12] * 4),
        ([("time-series", None)] * 5, [8, 8, 8, 12, 12]),
        ([("stat", None)] * 5, [5, 5, 5, 5, 4]),
        ([("table", None)] * 2, [24, 24]),
        ([("stat", 4), ("stat", 4), ("time-series", 16)], [4, 4, 16]),
        ([("gauge", 20), ("gauge", 20)], [20, 20]),
    ],
)
def test_panels_of_a_kind_share_their_lines_evenly(
    panels: list[tuple[PanelKind, int | None]], widths: list[int]
) -> None:
    """As many as are read well stand beside each other; a width that is said is kept."""
    assert widths == [box.width for box in boxes([panel(*each) for each in panels], 0)]


def test_a_line_is_as_high_as_its_highest_panel() -> None:
    """Numbers beside a course leave no hole below them."""
    found = boxes([panel("stat", 8), panel("time-series", 16), panel("stat")], 3)

    assert [8, 8, 4] == [box.height for box in found]
    assert [3, 3, 11] == [box.y for box in found]
    assert 15 == bottom(found, 3)
    assert 3 == bottom([], 3)


def test_every_kind_has_a_size() -> None:
    """A new kind of panel is not forgotten."""
    assert set(KINDS) == set(HEIGHTS) == set(BESIDE)


sizes = st.tuples(st.sampled_from(KINDS), st.none() | st.integers(1, COLUMNS))


@given(st.lists(sizes, max_size=40), st.integers(0, 100))
def test_panels_lie_in_the_grid_and_on_no_other(
    said: list[tuple[PanelKind, int | None]], top: int
) -> None:
    """Whatever is said, each panel has its place, below the top, in the order said."""
    found = boxes([panel(*each) for each in said], top)

    assert len(said) == len(found)
    assert all(0 <= box.x and box.x + box.width <= COLUMNS and box.y >= top for box in found)
    assert all(box.width >= 1 for box in found)
    assert sorted((box.y, box.x) for box in found) == [(box.y, box.x) for box in found]
    assert not any(overlap(*pair) for pair in combinations(found, 2))


def overlap(one: Box, other: Box) -> bool:
    """Whether two boxes have a place in common."""
    return (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )
