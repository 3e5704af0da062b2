"""Whatever tables and rows there are: what goes, and what stays, is what the plan says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runtime.errors import Exit
from tests.runtime.kinds.carried import DSN, carried

if TYPE_CHECKING:
    from tests.servers.database import Database

ROWS: Final = 5
"""Rows of each table, numbered from 0."""

numbers = st.integers(0, ROWS - 1)
references = st.lists(numbers, min_size=ROWS, max_size=ROWS)


@pytest.mark.slow
@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    old=st.sets(numbers),
    of_head=references,
    of_child=references,
    strangers=st.lists(st.tuples(st.sampled_from(("head", "child", "leaf")), numbers), max_size=2),
    batch=st.integers(1, 4),
)
def test_a_family_goes_whole_or_stays_whole(  # what there is, and how it is deleted
    database: Database,
    old: set[int],
    of_head: list[int],
    of_child: list[int],
    strangers: list[tuple[str, int]],
    batch: int,
) -> None:
    """An old row goes with all that depends on it, unless a stranger refers to any of them."""
    _make(database, old, of_head, of_child, strangers)
    rows = {
        "dsn": DSN,
        "table": "head",
        "column": "at",
        "older_than_seconds": 86_400,
        "dependents": {"child": {}, "leaf": {}},
        "batch": batch,
    }
    done = carried("data.expire", {"rows": rows}).result

    held = {_head_of(table, number, of_head, of_child) for table, number in strangers} & old
    heads = set(range(ROWS)) - (old - held)
    children = {number for number in range(ROWS) if of_head[number] in heads}
    leaves = {number for number in range(ROWS) if of_child[number] in children}
    assert [heads, children, leaves] == [
        {number for (number,) in database.run(f"SELECT id FROM {table}")}  # noqa: S608  # names of tests
        for table in ("head", "child", "leaf")
    ]
    assert (len(held), Exit.PARTLY if held else Exit.OK) == (
        done.facts["held_rows"],
        done.exit_code,
    )


def _head_of(table: str, number: int, of_head: list[int], of_child: list[int]) -> int:
    child = of_child[number] if table == "leaf" else number
    return number if table == "head" else of_head[child]


def _make(
    database: Database,
    old: set[int],
    of_head: list[int],
    of_child: list[int],
    strangers: list[tuple[str, int]],
) -> None:
    """Make three tables in a row, and strangers that refer to some of their rows."""
    database.run("DROP TABLE IF EXISTS of_head, of_child, of_leaf, leaf, child, head")
    database.run("CREATE TABLE head (id int PRIMARY KEY, at timestamptz)")
    database.run("CREATE TABLE child (id int PRIMARY KEY, head int REFERENCES head)")
    database.run("CREATE TABLE leaf (id int PRIMARY KEY, child int REFERENCES child)")
    for number in range(ROWS):
        age = "2 days" if number in old else "1 hour"
        database.run("INSERT INTO head VALUES (%s, now() - %s::interval)", number, age)
    for number in range(ROWS):
        database.run("INSERT INTO child VALUES (%s, %s)", number, of_head[number])
    for number in range(ROWS):
        database.run("INSERT INTO leaf VALUES (%s, %s)", number, of_child[number])
    for table in ("head", "child", "leaf"):
        database.run(f"CREATE TABLE of_{table} (it int REFERENCES {table})")
    for table, number in strangers:
        database.run(f"INSERT INTO of_{table} VALUES (%s)", number)  # noqa: S608  # names of tests
