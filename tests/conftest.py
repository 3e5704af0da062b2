"""What every test shares: how hypothesis searches, and the flag that rewrites goldens."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    import pytest

# Shared machines are slow at random: time is no evidence here.
settings.register_profile(
    "default",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("ci", settings.get_profile("default"), derandomize=True)
settings.register_profile("fuzz", settings.get_profile("default"), max_examples=20_000)
settings.load_profile(
    os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "default")
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--update-goldens``: goldens are rewritten, to be read by eye, instead of compared."""
    parser.addoption(
        "--update-goldens", action="store_true", help="rewrite the goldens instead of comparing"
    )
