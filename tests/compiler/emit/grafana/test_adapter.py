"""What grafanalib is asked for."""

from __future__ import annotations

import pytest

from compiler.emit.grafana.adapter import in_one_unit


@pytest.mark.parametrize(
    ("seconds", "written"),
    [
        (5, "5s"),
        (90, "90s"),
        (300, "5m"),
        (21_600, "6h"),
        (129_600, "36h"),
        (604_800, "7d"),
        (90_061, "90061s"),
    ],
)
def test_a_time_has_one_unit(seconds: int, written: str) -> None:
    """Grafana reads `now-36h`, and takes `now-1d12h` for no time at all."""
    assert written == in_one_unit(seconds)
