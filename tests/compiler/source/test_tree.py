from __future__ import annotations

from compiler.source.reader import read
from compiler.source.tree import Map

TEXT = b"""\
slos:
  a: {events: {total: x}, window: 7d}
  b: {events: {total: y}}
  c: text
  d: [events]
"""


def _slos() -> Map:
    root = read("spec.yaml", TEXT).root
    assert root is not None
    slos = root["slos"]
    assert isinstance(slos, Map)
    return slos


def test_holders_are_the_entries_that_are_mappings_with_the_key() -> None:
    """In the order of the file; texts and lists have no keys."""
    slos = _slos()

    assert [name for name, _entry in slos.holders("events")] == ["a", "b"]
    assert list(slos.holders("window")) == [("a", slos["a"])]
    assert not slos.holders("latency")


def test_copy_knows_its_own_entries() -> None:
    """An environment changes a copy of what was read."""
    slos = _slos()
    slos.holders("events")
    twin = slos.copy()
    del twin["a"]

    assert [name for name, _entry in twin.holders("events")] == ["b"]
