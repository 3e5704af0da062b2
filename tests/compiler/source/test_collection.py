from __future__ import annotations

import gc
from contextlib import suppress

import pytest

from compiler.source.collection import paused_collection


@pytest.mark.parametrize("was_enabled", [True, False])
def test_collection_is_as_before_even_after_an_error(*, was_enabled: bool) -> None:
    """Inside it is off; afterwards it is what it was, whatever happened."""
    state = gc.isenabled()
    (gc.enable if was_enabled else gc.disable)()
    try:
        with suppress(KeyError), paused_collection():
            inside = gc.isenabled()
            raise KeyError
        after = gc.isenabled()
    finally:
        (gc.enable if state else gc.disable)()

    assert (False, was_enabled) == (inside, after)
