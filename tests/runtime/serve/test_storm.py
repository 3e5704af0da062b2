"""Alerts by the thousand; how many a second are borne is for the benchmark to say."""

from __future__ import annotations

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import pytest

from tests.runtime import plans
from tests.runtime.serve.hostile import ATTACKS, attacked
from tests.runtime.serve.resident import TOKEN, ask, fingerprints, resident, rss_bytes, storm

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.e2e

POSTS: Final = 120
A_POST: Final = 100
SENDERS: Final = 4
MEMORY_RATIO: Final = 1.1
"""Most that the web may grow by, from a third of the posts to their end."""


def test_of_a_storm_of_alerts_each_is_journaled_once(tmp_path: Path) -> None:
    """Several Alertmanagers post at a time, with twins and replays; a stop loses none of them."""
    plans.write(tmp_path)
    posts = storm(POSTS, A_POST)
    known = fingerprints(posts)

    with resident(tmp_path) as one, ThreadPoolExecutor(SENDERS) as pool:
        web = one.web_pid
        first = list(pool.map(lambda body: ask(f"{one.url}/alerts", body), posts[: POSTS // 3]))
        before = rss_bytes(web)
        rest = list(pool.map(lambda body: ask(f"{one.url}/alerts", body), posts[POSTS // 3 :]))
        after = rss_bytes(web)
        code = one.stop(signal.SIGTERM)
        stored = one.rows("SELECT count(*), count(DISTINCT fingerprint), sum(times) FROM alerts")

    answers = [*first, *rest]
    assert {200} == {answer.status for answer in answers}
    assert (len(known), len(known), POSTS * A_POST) == stored[0]
    assert len(known) == sum(answer.json["new"] for answer in answers)
    assert after <= MEMORY_RATIO * before
    assert code == 0


def test_hostile_requests_beside_a_storm_change_nothing_of_it(tmp_path: Path) -> None:
    """Too long, malformed, without the token, half open: each alert is still journaled once."""
    plans.write(tmp_path, serve={"token": {"env": "SERVE_TOKEN"}})
    posts = storm(POSTS, A_POST)
    known = fingerprints(posts)
    environment = {**os.environ, "SERVE_TOKEN": TOKEN}

    with resident(tmp_path, environment=environment) as one, ThreadPoolExecutor(SENDERS) as pool:
        where = urlsplit(one.url)
        with attacked((str(where.hostname), int(where.port or 0))) as attacks:
            answers = list(
                pool.map(lambda body: ask(f"{one.url}/alerts", body, token=TOKEN), posts)
            )
            live = ask(f"{one.url}/health/live").status
        stored = one.rows("SELECT count(*), count(DISTINCT fingerprint), sum(times) FROM alerts")
        code = one.stop(signal.SIGTERM)

    assert {200} == {answer.status for answer in answers}
    assert (len(known), len(known), POSTS * A_POST) == stored[0]
    assert (200, 0) == (live, code)
    assert ATTACKS.keys() == {way for way, times in attacks.items() if times}
