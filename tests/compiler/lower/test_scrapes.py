"""Scrape jobs: intervals by category, time limits."""

from __future__ import annotations

import pytest

from tests.compiler.lower.specs import plan_of, shop


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("", (15, 10)),
        ("category: system", (15, 10)),
        ("category: application", (30, 10)),
        ("category: business", (120, 10)),
        ("category: business, interval: 5s", (5, 5)),
        ("interval: 1m, timeout: 20s", (60, 20)),
    ],
)
def test_the_interval_follows_from_the_category_unless_it_is_written(
    said: str, expected: tuple[int, int]
) -> None:
    """Interval and time limit in seconds; the limit is never longer than the interval."""
    (scrape,) = plan_of(
        shop(f"scrape: {{x: {{targets: ['a:1'], exposes: metrics, {said}}}}}")
    ).scrapes

    assert expected == (scrape.interval_seconds, scrape.timeout_seconds)
