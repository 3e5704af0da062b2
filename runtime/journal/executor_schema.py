"""The journal's tables of attempts that wait, of how jobs stand, and of holds."""

from __future__ import annotations

from typing import Final

EXECUTOR: Final = """
    CREATE TABLE planned_attempts (
        id INTEGER PRIMARY KEY,
        occurrence_id INTEGER NOT NULL REFERENCES occurrences (id),
        number INTEGER NOT NULL,
        pid INTEGER NOT NULL,
        start_ticks INTEGER NOT NULL,
        boot TEXT NOT NULL,
        mark TEXT NOT NULL,
        planned_at TEXT NOT NULL,
        started_at TEXT,
        ended_at TEXT,
        outcome TEXT CHECK (outcome IN ('ok', 'failed', 'timed out', 'skipped', 'abandoned')),
        reason TEXT NOT NULL DEFAULT '',
        duration_seconds REAL,
        UNIQUE (occurrence_id, number),
        CHECK ((outcome IS NULL) = (ended_at IS NULL))
    ) STRICT;
    INSERT INTO planned_attempts
        SELECT id, occurrence_id, number, pid, start_ticks, boot, mark, started_at, started_at,
            ended_at, outcome, '', duration_seconds FROM attempts;
    DROP TABLE attempts;
    ALTER TABLE planned_attempts RENAME TO attempts;
    CREATE INDEX open_attempts ON attempts (occurrence_id) WHERE ended_at IS NULL;
    CREATE INDEX occurrences_by_due ON occurrences (due_at, id);
    CREATE INDEX occurrences_by_end ON occurrences (ended_at) WHERE ended_at IS NOT NULL;

    CREATE TABLE standing (
        job TEXT PRIMARY KEY,
        occurrence_id INTEGER NOT NULL,
        due_at TEXT,
        started_at TEXT,
        start_delay_seconds REAL,
        ended_at TEXT,
        outcome TEXT,
        exit_code INTEGER,
        duration_seconds REAL,
        success_at TEXT
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE counters (
        job TEXT NOT NULL,
        what TEXT NOT NULL,
        number INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (job, what)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO counters
        SELECT job, outcome, count(*) FROM occurrences WHERE outcome IS NOT NULL
        GROUP BY job, outcome;
    CREATE TRIGGER count_end AFTER UPDATE OF outcome ON occurrences
        WHEN OLD.outcome IS NULL AND NEW.outcome IS NOT NULL
    BEGIN
        INSERT INTO counters VALUES (NEW.job, NEW.outcome, 1)
            ON CONFLICT (job, what) DO UPDATE SET number = number + 1;
    END;
    CREATE TRIGGER count_born_ended AFTER INSERT ON occurrences WHEN NEW.outcome IS NOT NULL
    BEGIN
        INSERT INTO counters VALUES (NEW.job, NEW.outcome, 1)
            ON CONFLICT (job, what) DO UPDATE SET number = number + 1;
    END;

    CREATE TABLE last_facts (
        job TEXT NOT NULL,
        step TEXT NOT NULL,
        facts TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (job, step)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO last_facts
        SELECT job, steps.name, facts, steps.ended_at FROM steps
        JOIN attempts ON attempts.id = attempt_id JOIN occurrences ON occurrences.id = occurrence_id
        WHERE steps.id IN (SELECT max(steps.id) FROM steps
            JOIN attempts ON attempts.id = attempt_id
            JOIN occurrences ON occurrences.id = occurrence_id
            WHERE facts <> '{}' AND steps.ended_at IS NOT NULL GROUP BY job, steps.name);

    CREATE TABLE holds (
        job TEXT PRIMARY KEY,
        since TEXT NOT NULL,
        until TEXT,
        reason TEXT NOT NULL,
        held_by TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE upkeep (
        what TEXT PRIMARY KEY,
        done_at TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    INSERT INTO standing (job, occurrence_id, due_at, started_at, ended_at, outcome, exit_code,
            duration_seconds, success_at)
        SELECT occurrences.job, occurrences.id, due_at, started_at, occurrences.ended_at,
            occurrences.outcome, exit_code, duration_seconds,
            (SELECT max(one.ended_at) FROM occurrences AS one
                WHERE one.job = occurrences.job AND one.outcome = 'ok')
        FROM occurrences JOIN attempts ON occurrence_id = occurrences.id
        WHERE attempts.id IN (SELECT max(attempts.id) FROM attempts
            JOIN occurrences ON occurrences.id = occurrence_id GROUP BY job);
    """
"""SQL that leads from a journal of attempts that all began at once to one that says these."""
