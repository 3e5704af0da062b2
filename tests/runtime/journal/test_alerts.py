from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from runtime.journal import alerts as module
from runtime.journal.alerts import Alert, forget_alerts, latest_alerts, record_alerts
from runtime.journal.store import Store, open_store
from tests.runtime.turned_clock import START

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A journal."""
    with open_store(str(tmp_path)) as opened:
        yield opened


def alert(fingerprint: str = "a", **fields: Any) -> Alert:
    """Return an alert that fires since the start."""
    said: dict[str, Any] = {
        "starts_at": START,
        "status": "firing",
        "ends_at": None,
        "name": "DiskFull",
        "labels": {"alertname": "DiskFull"},
        "annotations": {"summary": "The disk fills up"},
        "receiver": "opsrun",
    }
    return Alert(fingerprint=fingerprint, **{**said, **fields})


def later(seconds: float) -> Any:
    """Return an instant after the start."""
    return START + timedelta(seconds=seconds)


def test_an_alert_that_comes_again_stands_once_and_is_counted(store: Store) -> None:
    """A retry within a post, and a reminder later, are known; what came first stays."""
    first = record_alerts(store, [alert(), alert()], START)
    again = record_alerts(store, [alert(annotations={})], later(60))
    (found,) = latest_alerts(store, firing=False, limit=9)

    assert (1, 0) == (first, again)
    assert alert() == found.alert
    assert (START, later(60), 3) == (found.received_at, found.last_received_at, found.times)


def test_beginning_end_and_beginning_anew_are_three(store: Store) -> None:
    """The end of an alert is another matter than its beginning, and so is its coming again."""
    over = alert(status="resolved", ends_at=later(9))
    anew = alert(starts_at=later(60))

    assert 3 == record_alerts(store, [alert(), over, anew], later(60))
    assert [anew] == [one.alert for one in latest_alerts(store, firing=True, limit=9)]


def test_a_replay_of_a_beginning_does_not_open_what_is_over(store: Store) -> None:
    """What fired stays over, however often its beginning is posted."""
    record_alerts(store, [alert(), alert(status="resolved", ends_at=later(9))], later(9))
    record_alerts(store, [alert()], later(99))

    assert [] == latest_alerts(store, firing=True, limit=9)


def test_what_last_came_long_ago_is_forgotten_in_batches(store: Store) -> None:
    """An alert that fires on is posted again and again, and stays."""
    record_alerts(store, [alert(str(number)) for number in range(5)], START)
    record_alerts(store, [alert("0")], later(100))

    assert [3, 1, 0] == [forget_alerts(store, later(50), 3) for _ in range(3)]
    assert ["0"] == [one.alert.fingerprint for one in latest_alerts(store, firing=False, limit=9)]


@pytest.mark.parametrize(
    "texts",
    [
        {"alertname": "Full", "summary": "s" * 100_000},
        {"alertname": "Full", "summary": "\x01" * 60_000, "link": "é" * 60_000},
        {"alertname": "Full", **{f"l{number:03}": "v" * 60 for number in range(1_000)}},
        {"alertname": "Full", **{f"{number:03}" + "n" * 1_000: "" for number in range(1_000)}},
        {"n" * 100_000: "v"},
    ],
)
def test_of_what_is_too_long_the_beginning_is_kept(store: Store, texts: dict[str, str]) -> None:
    """With a mark, and the alert stays the one that it is."""
    long = alert(labels=texts, annotations=texts, name="N" * 9_999, receiver="r" * 9_999)
    new = [record_alerts(store, [long], START) for _ in range(2)]
    (sizes,) = store.rows(
        "SELECT max(length(labels), length(annotations)), max(length(name), length(receiver))"
        " FROM alerts"
    )
    (found,) = latest_alerts(store, firing=False, limit=9)

    assert [1, 0] == new
    assert sizes[0] <= module.TEXTS_BYTES
    assert 256 == sizes[1]
    assert any(module.CUT in text for text in (*found.alert.labels, *found.alert.labels.values()))


def test_what_fits_is_kept_as_it_is(store: Store) -> None:
    """To the last byte."""
    texts = {"a": "v" * (module.TEXTS_BYTES - len('{"a": ""}'))}
    record_alerts(store, [alert(labels=texts)], START)

    assert texts == latest_alerts(store, firing=False, limit=9)[0].alert.labels


def test_a_storm_is_bounded_while_it_lasts(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not only when the journal is pruned; those that were far too many go bit by bit."""
    record_alerts(store, [alert(str(number)) for number in range(100)], START)
    monkeypatch.setattr(module, "MOST", 30)
    monkeypatch.setattr(module, "LOOK_EVERY", 10)
    left = []
    for number in range(100, 200, 4):
        record_alerts(store, [alert(str(one)) for one in range(number, number + 4)], later(number))
        left.append(store.rows("SELECT count(*) FROM alerts")[0][0])

    assert [104, 108, 92, 96, 80] == left[:5]
    assert max(left[-6:]) < 30 + 10
    assert "199" == latest_alerts(store, firing=False, limit=1)[0].alert.fingerprint


def test_beyond_the_most_the_oldest_go(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A storm does not fill the disk."""
    monkeypatch.setattr(module, "MOST", 2)
    for number in range(5):
        record_alerts(store, [alert(str(number))], later(number))

    assert [2, 1, 0] == [forget_alerts(store, START, 2) for _ in range(3)]
    assert ["4", "3"] == [
        one.alert.fingerprint for one in latest_alerts(store, firing=False, limit=9)
    ]
