"""Names of dashboards and panels in Grafana: they follow from the spec's names, and from no order.

A panel has a number there, which must be its own within the dashboard: it is a checksum of the
name, so that it stays when others come and go. `artifact/collision` finds two that are alike.
"""

from __future__ import annotations

from typing import Final
from zlib import crc32

MAX_UID: Final = 40
"""Characters that Grafana allows in a dashboard's uid."""
MAX_ID: Final = 2**31 - 1
"""The largest number of a panel."""

SLOS: Final = "slos"
"""Name of the dashboard that follows from the SLOs of a service."""


def uid_of(service: str, name: str) -> str:
    """Given a service and a dashboard of it, return the dashboard's uid: at most 40 characters."""
    whole = f"{service}-{name}"
    if len(whole) <= MAX_UID:
        return whole
    return f"{whole[: MAX_UID - 9].rstrip('-_')}-{crc32(whole.encode()):08x}"


def panel_id(name: str) -> int:
    """Given a panel's name, return its number, 1 to `MAX_ID`."""
    return crc32(name.encode()) % MAX_ID + 1


def row_id(name: str) -> int:
    """Given a row's name, return its number; a row and a panel may have one name."""
    return panel_id(f"row {name}")


def address_of(base: str, uid: str, panel: str | None = None) -> str:
    """Given Grafana's address, a dashboard's uid and a panel of it, return what shows it alone."""
    address = f"{base.rstrip('/')}/d/{uid}"
    return address if panel is None else f"{address}?viewPanel={panel_id(panel)}"
