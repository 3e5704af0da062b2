"""The journal's tables of what people are to be told: notices, and the messages that carry them."""

from __future__ import annotations

from typing import Final

OUTBOX: Final = """
    DROP TABLE outbox;

    -- What is sent in one piece. What it carries, and its key, never change once it is made.
    CREATE TABLE messages (
        id INTEGER PRIMARY KEY,
        key TEXT NOT NULL UNIQUE,
        channel TEXT NOT NULL,
        is_counted INTEGER NOT NULL CHECK (is_counted IN (0, 1)),
        made_at TEXT NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0,
        next_attempt_at TEXT NOT NULL,
        last_error TEXT NOT NULL DEFAULT '',
        ended_at TEXT,
        outcome TEXT CHECK (outcome IN ('delivered', 'given up')),
        CHECK ((outcome IS NULL) = (ended_at IS NULL))
    ) STRICT;
    CREATE INDEX open_messages ON messages (channel) WHERE ended_at IS NULL;
    CREATE INDEX messages_by_time ON messages (channel, made_at);

    -- One end of one occurrence, for one channel.
    CREATE TABLE outbox (
        id INTEGER PRIMARY KEY,
        key TEXT NOT NULL UNIQUE,
        channel TEXT NOT NULL,
        host TEXT NOT NULL,
        job TEXT NOT NULL,
        due_at TEXT NOT NULL,
        outcome TEXT NOT NULL
            CHECK (outcome IN ('ok', 'failed', 'timed out', 'skipped', 'missed')),
        reason TEXT NOT NULL,
        incident TEXT NOT NULL,
        created_at TEXT NOT NULL,
        message_id INTEGER REFERENCES messages (id)
    ) STRICT;
    CREATE INDEX waiting_notices ON outbox (channel, id) WHERE message_id IS NULL;
    CREATE INDEX notices_by_message ON outbox (message_id);

    -- What a channel that knows incidents was told of, and not yet told to be over.
    CREATE TABLE incidents (
        channel TEXT NOT NULL,
        incident TEXT NOT NULL,
        PRIMARY KEY (channel, incident)
    ) STRICT, WITHOUT ROWID;
    """
"""SQL that puts these tables in the place of an outbox that was never used."""
