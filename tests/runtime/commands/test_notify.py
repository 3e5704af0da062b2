from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from runtime.errors import Exit
from tests.runtime.commands.test_deliver import CANARY, opsrun, write_plan
from tests.runtime.notify.mail_server import serving
from tests.runtime.receiver import receiving

if TYPE_CHECKING:
    from pathlib import Path


def test_a_channel_is_tried(tmp_path: Path) -> None:
    """The letter says that it is a test; no journal is needed."""
    with receiving() as receiver:
        write_plan(tmp_path, hook={"webhook": {"url": receiver.url, "token": {"env": "TOKEN"}}})
        done = opsrun(tmp_path, "notify", "test", "hook", TOKEN=CANARY)

    assert (0, "") == (done.returncode, done.stderr)
    assert "hook took `[local] opsrun/trial ended well" in done.stdout
    assert "somebody tries this channel" in receiver.received[0].json["text"]
    assert f"Bearer {CANARY}" == receiver.received[0].headers["authorization"]
    assert not (tmp_path / "state").exists()


def test_a_trial_of_incidents_ends_the_one_that_it_opens(tmp_path: Path) -> None:
    """Nobody is left with it."""
    with receiving() as receiver:
        pages = {"routing_key": {"env": "KEY"}, "url": receiver.url}
        write_plan(tmp_path, pager={"pagerduty": pages})
        opsrun(tmp_path, "notify", "test", "pager", KEY=CANARY)

    events = [one.json for one in receiver.received]
    assert ["trigger", "resolve"] == [one["event_action"] for one in events]
    assert 1 == len({one["dedup_key"] for one in events})


def test_a_trial_by_mail_arrives(tmp_path: Path) -> None:
    """At a real server."""
    with serving() as server:
        mail = {"host": server.address, "sender": "o@example.org", "to": ["a@example.org"]}
        write_plan(tmp_path, mail={"smtp": {**mail, "require_tls": False}})
        done = opsrun(tmp_path, "notify", "test", "mail")

    assert 0 == done.returncode
    assert "somebody tries this channel" in server.mails[0].get_content()


@pytest.mark.parametrize(
    ("channel", "said"),
    [
        ({"slack": {"url": {"env": "URL"}}}, '"text": "*[local] opsrun/trial ended well on'),
        ({"webhook": {"url_from": {"env": "URL"}}}, '"job": "opsrun/trial"'),
        ({"pagerduty": {"routing_key": {"env": "URL"}}}, '"event_action": "resolve"'),
        (
            {
                "smtp": {
                    "host": "mail.example.org:587",
                    "sender": "o@example.org",
                    "to": ["a@example.org"],
                    "user": "o",
                    "password": {"env": "URL"},
                }
            },
            "To: a@example.org",
        ),
    ],
)
def test_a_dry_run_shows_what_would_be_sent_and_looks_for_the_secrets(
    tmp_path: Path, channel: dict[str, object], said: str
) -> None:
    """Nothing is sent, and no secret shown."""
    write_plan(tmp_path, one=channel)
    there = opsrun(tmp_path, "notify", "test", "one", "--dry-run", URL=CANARY)
    missing = opsrun(tmp_path, "notify", "test", "one", "--dry-run")

    assert (0, "") == (there.returncode, there.stderr)
    assert said in there.stdout
    assert CANARY not in there.stdout
    assert (1, "opsrun: the variable URL is not set\n") == (missing.returncode, missing.stderr)


def test_a_trial_that_fails_says_why(tmp_path: Path) -> None:
    """Without the secret."""
    with receiving() as receiver:
        receiver.status, receiver.echoes = 403, True
        write_plan(tmp_path, hook={"webhook": {"url": receiver.url, "token": {"env": "TOKEN"}}})
        done = opsrun(tmp_path, "notify", "test", "hook", TOKEN=CANARY)

    assert 1 == done.returncode
    assert done.stderr.startswith("opsrun: hook: the receiver answered 403: ")
    assert CANARY not in json.dumps([done.stdout, done.stderr])


def test_an_unknown_channel_is_refused_with_those_there_are(tmp_path: Path) -> None:
    """By name."""
    write_plan(tmp_path, chat={"slack": {"url": {"env": "URL"}}})
    done = opsrun(tmp_path, "notify", "test", "chad")

    assert Exit.BAD_PLAN == done.returncode
    assert "has no channel `chad`; there are `chat`" in done.stderr
