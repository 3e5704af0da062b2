from __future__ import annotations

from typing import TYPE_CHECKING

from runtime.contract.secret import Secret
from tests.compiler.lower.specs import plan_of, shop

if TYPE_CHECKING:
    from compiler.lower.plan import Plan

ROUTING = """
routing:
  default: mail
  group_wait: 45s
  smtp:
    host: smtp.example.org:587
    sender: ops@example.org
    user: ops
    password: {file: /run/secrets/smtp}
  receivers:
    mail: {email: {to: [ops@example.org]}}
    hook: {webhook: {url: "https://hooks.example.org/", token: {credential: token}}}
    on-call:
      pagerduty: {routing_key: {file: /run/secrets/key}, send_resolved: false}
      slack: {url: {file: /run/secrets/url}, channel: "#ops"}
    unused: {webhook: {url: "https://hooks.example.org/unused"}}
retention: {old: {files: /srv/old, keep: 7d}}
jobs:
  quiet: {run: files.expire, of: old, schedule: manual, timeout: 1m}
"""
JOB = "  %s: {run: files.expire, of: old, schedule: manual, timeout: 1m, notify: {%s}}\n"


def lowered(**notify: str) -> Plan:
    """Return the plan of jobs by what they say in `notify`."""
    return plan_of(shop(ROUTING + "".join(JOB % one for one in notify.items())))


def test_only_what_jobs_notify_becomes_a_channel() -> None:
    """Whoever delivers needs no other secrets."""
    assert {} == lowered().channels
    assert ["hook"] == list(lowered(one="to: hook").channels)


def test_a_receiver_of_several_parts_is_several_channels() -> None:
    """Named after the part."""
    plan = lowered(one="to: on-call, outcomes: [ok]")
    notices = {job.name: job.contract.notice for job in plan.jobs}

    assert ["on-call/slack", "on-call/pagerduty"] == list(plan.channels)
    assert notices["quiet"] is None
    assert notices["one"] is not None
    assert ("on-call/slack", "on-call/pagerduty") == notices["one"].channels
    assert ("ok",) == notices["one"].outcomes


def test_a_channel_says_all_that_the_receiver_does() -> None:
    """Secrets as references, the wait for company that alerts have."""
    channels = lowered(a="to: mail", b="to: on-call", c="to: hook").channels
    mail, pages = channels["mail"].smtp, channels["on-call/pagerduty"].pagerduty
    chat, hook = channels["on-call/slack"].slack, channels["hook"].webhook

    assert {45} == {channel.group_seconds for channel in channels.values()}
    assert mail is not None
    assert ("smtp.example.org:587", ("ops@example.org",)) == (mail.host, mail.to)
    assert ("ops", Secret(file="/run/secrets/smtp"), True) == (
        mail.user,
        mail.password,
        mail.require_tls,
    )
    assert pages is not None
    assert (Secret(file="/run/secrets/key"), False) == (pages.routing_key, pages.resolves)
    assert "https://events.pagerduty.com/v2/enqueue" == pages.url
    assert chat is not None
    assert ("#ops", Secret(file="/run/secrets/url")) == (chat.channel, chat.url)
    assert hook is not None
    assert ("https://hooks.example.org/", Secret(credential="token")) == (hook.url, hook.token)


def test_mail_without_a_server_and_unknown_receivers_are_left_out() -> None:
    """Rules report them."""
    text = ROUTING.replace("  smtp:", "  removed:").split("  removed:")
    without = text[0] + text[1][text[1].index("  receivers:") :]
    plan = plan_of(shop(without + JOB % ("a", "to: mail") + JOB % ("b", "to: nobody")))

    assert {} == plan.channels
    assert [None, None, None] == [job.contract.notice for job in plan.jobs]
