"""The door of posted alerts: whatever comes, alerts leave, or a refusal in words."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.journal.alerts import latest_alerts, record_alerts
from runtime.journal.store import open_store
from runtime.serve.web.posted import PostError, read_post
from tests.runtime.serve.resident import alert
from tests.runtime.turned_clock import START

if TYPE_CHECKING:
    from pathlib import Path

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
PARTS = st.dictionaries(st.sampled_from(sorted(alert())), JSON)
POSTS = st.builds(
    lambda parts, more: {"version": "4", "alerts": [alert(**one) for one in parts], **more},
    st.lists(PARTS, max_size=3),
    st.dictionaries(st.sampled_from(["version", "receiver", "alerts", "groupLabels"]), JSON),
)


@pytest.mark.fuzz
@given(st.binary() | JSON.map(lambda one: json.dumps(one).encode()) | POSTS.map(json.dumps))
def test_whatever_is_posted_is_read_or_refused(body: bytes | str) -> None:
    """There is no other exception, and a refusal is a line."""
    refusals = []
    try:
        read_post(body if isinstance(body, bytes) else body.encode())
    except PostError as error:
        refusals.append(str(error))

    assert [] == [said for said in refusals if "\n" in said or not said]


@pytest.mark.fuzz
@given(labels=st.dictionaries(st.text(min_size=1), st.text()), at=st.datetimes())
def test_what_is_read_can_be_written_down(
    labels: dict[str, str], at: object, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """And is found again as it was."""
    folder: Path = tmp_path_factory.mktemp("state")
    body = json.dumps({"version": "4", "alerts": [alert(labels=labels, startsAt=f"{at}Z")]})
    try:
        (posted,) = read_post(body.encode())
    except PostError:
        return
    with open_store(str(folder)) as store:
        record_alerts(store, [posted], START)
        (found,) = latest_alerts(store, firing=False, limit=9)

    assert posted == found.alert
