"""The journal's table of the alerts that Alertmanager has posted."""

from __future__ import annotations

from typing import Final

ALERTS: Final = """
    -- An alert that fires, or that is over, once each; `times` counts how often it came.
    CREATE TABLE alerts (
        id INTEGER PRIMARY KEY,
        fingerprint TEXT NOT NULL,
        starts_at TEXT NOT NULL,
        status TEXT NOT NULL CHECK (status IN ('firing', 'resolved')),
        ends_at TEXT,
        name TEXT NOT NULL,
        labels TEXT NOT NULL,
        annotations TEXT NOT NULL,
        receiver TEXT NOT NULL,
        received_at TEXT NOT NULL,
        last_received_at TEXT NOT NULL,
        times INTEGER NOT NULL DEFAULT 1,
        UNIQUE (fingerprint, starts_at, status)
    ) STRICT;
    CREATE INDEX alerts_by_receipt ON alerts (last_received_at);
    """
"""SQL that adds the table."""
