"""Cyclic garbage collection, off while many objects that stay are made.

Loading a large spec makes millions of containers of which none is garbage; the collector would
walk all of them again and again, which costs more than the loading itself.
"""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def paused_collection() -> Iterator[None]:
    """Switch collection off inside the ``with`` block; afterwards it is as it was before."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
