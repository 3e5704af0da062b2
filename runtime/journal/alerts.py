"""Alerts that Alertmanager has posted: each stands in the journal once, however often it came.

An alert is known by its fingerprint, when it began and whether it fires or is over: what is posted
again, as a retry, a reminder or a replay, is counted and changes nothing else.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, Literal

from runtime.clock import to_text
from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from runtime.journal.store import Store

MOST: Final = 200_000
"""Most alerts that the journal keeps: those that came last."""
LOOK_EVERY: Final = 1_000
"""New alerts after which it is looked whether there are more, in the transaction that adds them."""
TEXTS_BYTES: Final = 4_096
"""Most bytes of the labels of an alert, and of its annotations, as they are written down."""
NAME_CHARACTERS: Final = 256
"""Most characters of a name: of an alert, or of who received it."""
CUT: Final = "[cut]"
"""What stands at the end of a text of which more was posted."""


@frozen
class Alert(Frozen):
    """One alert as it was posted; `ends_at` is None while it fires."""

    fingerprint: str
    starts_at: datetime
    status: Literal["firing", "resolved"]
    ends_at: datetime | None
    name: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    receiver: str


@frozen
class AlertRecord(Frozen):
    """An alert, when it came first and last, and how often."""

    alert: Alert
    received_at: datetime
    last_received_at: datetime
    times: int


def record_alerts(store: Store, alerts: Iterable[Alert], now: datetime) -> int:
    """Write alerts down in one transaction; return how many were not known before.

    What is too long of one is cut, with a mark: Alertmanager does not post again what is refused.
    Raise `JournalError` when the journal cannot be written: then none of them is.
    """
    new, latest, at = 0, 0, to_text(now)
    with store.transaction() as connection:
        for alert in alerts:
            number, times = connection.execute(
                "INSERT INTO alerts (fingerprint, starts_at, status, ends_at, name, labels,"
                " annotations, receiver, received_at, last_received_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (fingerprint, starts_at, status) DO UPDATE"
                " SET times = times + 1, last_received_at = excluded.last_received_at"
                " RETURNING id, times",
                (
                    alert.fingerprint,
                    to_text(alert.starts_at),
                    alert.status,
                    None if alert.ends_at is None else to_text(alert.ends_at),
                    _cut(alert.name, NAME_CHARACTERS),
                    _written(alert.labels),
                    _written(alert.annotations),
                    _cut(alert.receiver, NAME_CHARACTERS),
                    at,
                    at,
                ),
            ).fetchone()
            if times == 1:
                new, latest = new + 1, number
        # New ones are numbered one after the other.
        if latest // LOOK_EVERY > (latest - new) // LOOK_EVERY:
            _forget_beyond(connection, 2 * max(new, LOOK_EVERY))
    return new


def latest_alerts(store: Store, *, firing: bool, limit: int) -> list[AlertRecord]:
    """Return the alerts that came last, the latest first; with `firing` those that are not over."""
    over = (
        "WHERE status = 'firing' AND NOT EXISTS (SELECT 1 FROM alerts AS other"
        " WHERE other.fingerprint = alerts.fingerprint AND (other.starts_at > alerts.starts_at"
        " OR (other.starts_at = alerts.starts_at AND other.status = 'resolved')))"
    )
    rows = store.rows(
        f"SELECT * FROM alerts {over if firing else ''}"  # noqa: S608 - a constant
        " ORDER BY last_received_at DESC, id DESC LIMIT ?",
        limit,
    )
    return [_record(store, row) for row in rows]


def forget_alerts(store: Store, older_than: datetime, batch: int) -> int:
    """Delete alerts that last came before an instant, and those beyond `MOST`; return how many.

    No more than a batch in one transaction, the oldest first.
    """
    with store.transaction() as connection:
        gone = connection.execute(
            "DELETE FROM alerts WHERE id IN (SELECT id FROM alerts WHERE last_received_at < ?"
            " ORDER BY last_received_at LIMIT ?)",
            (to_text(older_than), batch),
        ).rowcount
        return gone + _forget_beyond(connection, batch - gone)


def _forget_beyond(connection: sqlite3.Connection, batch: int) -> int:
    """Delete the oldest alerts beyond `MOST`, but no more than a batch; return how many."""
    number = connection.execute("SELECT count(*) FROM alerts").fetchone()[0]
    beyond = min(number - MOST, batch)
    if beyond <= 0:
        return 0
    return connection.execute(
        "DELETE FROM alerts WHERE id IN"
        " (SELECT id FROM alerts ORDER BY last_received_at, id LIMIT ?)",
        (beyond,),
    ).rowcount


def _cut(text: str, characters: int) -> str:
    return text if len(text) <= characters else text[: characters - len(CUT)] + CUT


def _written(texts: Mapping[str, str]) -> str:
    """Return texts as JSON of at most `TEXTS_BYTES`.

    Of longer ones the longest values are cut; where that is not enough, the last names, which are
    then counted under the mark.
    """
    known, characters = dict(texts), TEXTS_BYTES
    while len(written := json.dumps(known, sort_keys=True)) > TEXTS_BYTES:
        if characters >= 2 * len(CUT):
            characters //= 2
            known = {name: _cut(text, characters) for name, text in texts.items()}
        else:
            names = sorted(known.keys() - {CUT})
            known = {name: known[name] for name in names[: len(names) // 2]}
            known[CUT] = f"{len(texts) - len(known)} more"
    return written


def _record(store: Store, row: sqlite3.Row) -> AlertRecord:
    return AlertRecord(
        alert=Alert(
            fingerprint=row["fingerprint"],
            starts_at=store.instant(row["starts_at"]),
            status=row["status"],
            ends_at=None if row["ends_at"] is None else store.instant(row["ends_at"]),
            name=row["name"],
            labels=_texts(store, row["labels"]),
            annotations=_texts(store, row["annotations"]),
            receiver=row["receiver"],
        ),
        received_at=store.instant(row["received_at"]),
        last_received_at=store.instant(row["last_received_at"]),
        times=row["times"],
    )


def _texts(store: Store, written: str) -> Mapping[str, str]:
    try:
        read = json.loads(written)
    except (ValueError, RecursionError):
        read = None
    if not isinstance(read, dict):
        raise store.damaged("the labels of an alert are no JSON object")
    return read
