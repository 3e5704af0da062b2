from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runtime.contract.channel import SlackChannel
from runtime.contract.secret import Secret
from runtime.journal.messages import Message
from runtime.notify import pagerduty, slack, webhook
from runtime.notify.letter import Letter, write
from tests.runtime.journal.notices import notice
from tests.runtime.turned_clock import START

if TYPE_CHECKING:
    from runtime.journal.outbox import Notice
    from runtime.journal.record import Outcome


def letter(*notices: Notice) -> Letter:
    """Return the letter of these notices."""
    message = Message(
        id=1, key="opsrun-1", channel="hook", made_at=START, attempts=1, notices=notices
    )
    return write(message, "production")


def test_one_notice_is_told_by_its_job_its_end_and_its_host() -> None:
    """The reason stands below."""
    one = letter(notice(1, reason="two\nlines \x1b[31m" + "x" * 600))

    assert "[production] tabular/tidy failed on node1.example.org" == one.title
    assert one.text.startswith("tabular/tidy failed, due 2026-03-02T12:01:00Z: two lines [31mxx")
    assert one.text.endswith("x…")
    assert len(one.text) < 600


def test_several_are_counted() -> None:
    """By job and outcome, the latest reason beside them."""
    one = letter(
        *(notice(n) for n in range(3)),
        notice(4, outcome="missed", reason=""),
        notice(5, job="other/job", outcome="ok"),
    )

    assert "[production] 2 jobs: 3 failed, 1 missed, 1 ok on node1.example.org" == one.title
    span = "from 2026-03-02T12:00:00Z to 2026-03-02T12:02:00Z"
    assert (
        f"tabular/tidy failed 3 times, due {span}; lately: reason 2",
        "tabular/tidy was missed, due 2026-03-02T12:04:00Z",
        "other/job ended well, due 2026-03-02T12:05:00Z: reason 5",
    ) == one.lines


def test_what_would_be_too_long_is_counted() -> None:
    """Thirty jobs by name, the others by number."""
    one = letter(*(notice(n, job=f"tabular/job{n}") for n in range(67)))

    assert 31 == len(one.lines)
    assert "and 37 more: 37 failed" == one.lines[-1]


def test_nobody_is_called_by_what_a_job_says() -> None:
    """Slack would read a mention in it."""
    channel = SlackChannel(url=Secret(env="URL"), channel="#ops")
    said = slack.payload(channel, letter(notice(1, reason="<!channel> & <@U1>")))

    assert "#ops" == said["channel"]
    assert said["text"].endswith("&lt;!channel&gt; &amp; &lt;@U1&gt;")
    assert "channel" not in slack.payload(SlackChannel(url=Secret(env="URL")), letter(notice()))


@pytest.mark.parametrize(
    ("outcome", "action", "severity"),
    [
        ("failed", "trigger", "error"),
        ("timed out", "trigger", "error"),
        ("missed", "trigger", "warning"),
        ("skipped", "trigger", "info"),
        ("ok", "resolve", "info"),
    ],
)
def test_an_end_opens_an_incident_or_closes_it(
    outcome: Outcome, action: str, severity: str
) -> None:
    """Under the same key."""
    event = pagerduty.payload(letter(notice(outcome=outcome, incident="opsrun/p/tabular/tidy@n")))

    assert (action, "opsrun/p/tabular/tidy@n") == (event["event_action"], event["dedup_key"])
    assert (severity, "tabular", "node1.example.org") == (
        event["payload"]["severity"],
        event["payload"]["component"],
        event["payload"]["source"],
    )


def test_incidents_that_are_told_together_are_one_of_their_own() -> None:
    """Nothing ends it but a person, and it says so."""
    event = pagerduty.payload(letter(notice(incident="a"), notice(1, incident="b")))

    assert ("trigger", "opsrun-1") == (event["event_action"], event["dedup_key"])
    assert "by hand" in event["payload"]["custom_details"]["note"]


def test_a_webhook_gets_every_notice_with_its_key() -> None:
    """A receiver that knows them can tell what is new."""
    notices = [notice(n) for n in range(100)]
    said = webhook.payload(letter(*notices))

    assert [one.key for one in notices] == [one["key"] for one in said["notices"]]
    assert ("opsrun-1", "production") == (said["key"], said["environment"])
