"""The journal's tables. Each entry of `MIGRATIONS` leads from one version to the next."""

from __future__ import annotations

from typing import Final

from runtime.journal.alerts_schema import ALERTS
from runtime.journal.executor_schema import EXECUTOR
from runtime.journal.outbox_schema import OUTBOX

APPLICATION_ID: Final = 0x6F707372
"""Marks the file as a journal of opsrun ("opsr"), in SQLite's header."""

MIGRATIONS: Final = (
    """
    CREATE TABLE schedules (
        job TEXT PRIMARY KEY,
        schedule TEXT NOT NULL,
        since TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE occurrences (
        id INTEGER PRIMARY KEY,
        job TEXT NOT NULL,
        due_at TEXT NOT NULL,
        manual INTEGER NOT NULL CHECK (manual IN (0, 1)),
        created_at TEXT NOT NULL,
        ended_at TEXT,
        outcome TEXT CHECK (outcome IN ('ok', 'failed', 'timed out', 'skipped', 'missed')),
        exit_code INTEGER,
        reason TEXT NOT NULL DEFAULT '',
        UNIQUE (job, due_at),
        CHECK ((outcome IS NULL) = (ended_at IS NULL)),
        CHECK (outcome IS NOT 'skipped' OR reason <> '')
    ) STRICT;
    CREATE INDEX open_occurrences ON occurrences (job) WHERE ended_at IS NULL;

    CREATE TABLE attempts (
        id INTEGER PRIMARY KEY,
        occurrence_id INTEGER NOT NULL REFERENCES occurrences (id),
        number INTEGER NOT NULL,
        pid INTEGER NOT NULL,
        start_ticks INTEGER NOT NULL,
        boot TEXT NOT NULL,
        mark TEXT NOT NULL,
        started_at TEXT NOT NULL,
        ended_at TEXT,
        outcome TEXT CHECK (outcome IN ('ok', 'failed', 'timed out', 'abandoned')),
        duration_seconds REAL,
        UNIQUE (occurrence_id, number),
        CHECK ((outcome IS NULL) = (ended_at IS NULL))
    ) STRICT;

    CREATE TABLE steps (
        id INTEGER PRIMARY KEY,
        attempt_id INTEGER NOT NULL REFERENCES attempts (id),
        position INTEGER NOT NULL,
        name TEXT NOT NULL,
        digest TEXT NOT NULL,
        output TEXT NOT NULL,
        started_at TEXT NOT NULL,
        ended_at TEXT,
        outcome TEXT CHECK (outcome IN ('ok', 'partly', 'failed', 'timed out', 'abandoned')),
        exit_code INTEGER,
        duration_seconds REAL,
        summary TEXT NOT NULL DEFAULT '',
        facts TEXT NOT NULL DEFAULT '{}',
        UNIQUE (attempt_id, position),
        CHECK ((outcome IS NULL) = (ended_at IS NULL))
    ) STRICT;

    CREATE TABLE outbox (
        id INTEGER PRIMARY KEY,
        occurrence_id INTEGER REFERENCES occurrences (id),
        created_at TEXT NOT NULL,
        address TEXT NOT NULL,
        payload TEXT NOT NULL,
        delivered_at TEXT
    ) STRICT;

    CREATE TABLE approvals (
        id INTEGER PRIMARY KEY,
        occurrence_id INTEGER NOT NULL REFERENCES occurrences (id),
        asked_at TEXT NOT NULL,
        question TEXT NOT NULL,
        answered_at TEXT,
        answer TEXT CHECK (answer IN ('approved', 'refused')),
        answered_by TEXT
    ) STRICT;

    CREATE TABLE audit (
        id INTEGER PRIMARY KEY,
        at TEXT NOT NULL,
        job TEXT NOT NULL,
        due_at TEXT NOT NULL,
        what TEXT NOT NULL,
        detail TEXT NOT NULL DEFAULT ''
    ) STRICT;
    """,
    OUTBOX,
    EXECUTOR,
    ALERTS,
)
"""SQL by version, from an empty file on. Instants are UTC text of one width; flags are 0 and 1."""

VERSION: Final = len(MIGRATIONS)
