"""What the resident process says of itself to Prometheus."""

from __future__ import annotations

from runtime.metrics import exposition
from runtime.serve.dials import Dials
from runtime.serve.web.figures import scheduler_families


def test_a_scheduler_that_is_stuck_is_seen_by_the_time_that_it_has_not_looked_around() -> None:
    """The web answers all the same, and the other figures stand still."""
    dials = Dials()
    dials["beat"] = 100.0

    assert b"opsrun_serve_silent_seconds{} 7.5\n" in exposition([*scheduler_families(dials, 107.5)])
