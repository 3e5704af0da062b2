from __future__ import annotations

from compiler.lower.dashboards.names import (
    MAX_ID,
    MAX_UID,
    address_of,
    panel_id,
    row_id,
    uid_of,
)


def test_uid_is_service_and_name() -> None:
    """What fits is written as it is."""
    assert "shop-web" == uid_of("shop", "web")
    assert "a" * 20 + "-" + "b" * 19 == uid_of("a" * 20, "b" * 19)


def test_long_uid_is_cut_and_stays_its_own() -> None:
    """Grafana takes 40 characters: what is left out is told apart by a checksum."""
    first, second = uid_of("service", "long-" * 8 + "a"), uid_of("service", "long-" * 8 + "b")

    assert first != second
    assert MAX_UID >= len(first) > 30
    assert "service-long-long-long-long-lon-" == first[:32]


def test_numbers_follow_from_names_alone() -> None:
    """They are in the range that Grafana takes, and the same in every version of opsc."""
    assert 1011962654 == panel_id("errors")
    assert all(1 <= panel_id(f"panel-{number}") <= MAX_ID for number in range(1000))
    assert panel_id("errors") != row_id("errors")


def test_address_shows_one_panel_alone() -> None:
    """A slash at the end of the base is no other place."""
    assert "https://g.example.org/d/u" == address_of("https://g.example.org/", "u")
    assert f"https://g.example.org/d/u?viewPanel={panel_id('p')}" == address_of(
        "https://g.example.org", "u", "p"
    )
