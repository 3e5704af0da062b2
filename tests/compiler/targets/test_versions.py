"""Version tables: a feature is there from its version on, compared as numbers."""

from __future__ import annotations

import pytest

from compiler.targets import alertmanager, prometheus
from compiler.targets.versions import Support, parse_version


@pytest.mark.parametrize(
    ("version", "expected"),
    [("2.9", False), ("2.42", True), ("2.42.1", True), ("2.100", True), ("3.0", False)],
)
def test_versions_compare_as_numbers(version: str, expected: bool) -> None:  # noqa: FBT001  # a parameter of cases
    """2.9 is before 2.42, and the end of a span does not belong to it."""
    assert expected == Support((2, 42), until=(3, 0)).covers(version)


def test_a_patch_counts() -> None:
    """Three parts are read as well as two."""
    assert parse_version("0.25.1") == (0, 25, 1)


def test_the_tables_answer_for_the_supported_versions() -> None:
    """What Debian 12 ships lacks what came later."""
    assert prometheus.supports("2.42", "keep_firing_for")
    assert not prometheus.supports("2.42", "group_labels")
    assert alertmanager.supports("0.25", "pagerduty_routing_key_file")
    assert not alertmanager.supports("0.25", "webhook_url_file")
