from __future__ import annotations

import pytest

from compiler.source.suggest import distance, nearest

SECTIONS = ["alert_groups", "alerts", "hosts", "metrics", "service", "signals", "stack"]


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("alrets", "alerts"),
        ("alert", "alerts"),
        ("Hosts", "hosts"),
        ("alert-groups", "alert_groups"),
        ("metirc", "metrics"),
        ("services", "service"),
        ("quality", None),
        ("", None),
        ("x", None),
        ("a" * 10_000, None),
    ],
)
def test_the_name_with_the_fewest_slips_is_suggested(word: str, meant: str | None) -> None:
    """A slip or two find the name that was meant; a word of its own finds nothing."""
    assert meant == nearest(word, SECTIONS)


def test_of_equally_near_names_the_first_by_alphabet_is_suggested() -> None:
    """The answer does not depend on the order of the candidates."""
    assert "cat" == nearest("at", ["hat", "cat", "rat"]) == nearest("at", ["rat", "hat", "cat"])


def test_a_swap_of_two_neighbours_is_one_slip() -> None:
    """Damerau's distance: swapped letters count once, not twice."""
    assert 1 == distance("alrets", "alerts")
    assert 3 == distance("kitten", "sitting")
    assert 4 == distance("", "four")
