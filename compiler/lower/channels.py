"""Channels: the receivers that jobs notify become what the runtime tells people through.

A receiver of several parts is several channels, ``<receiver>/<part>``. Secrets are the receiver's:
the host's `opsrun deliver` finds them under the same file, or credential of its own unit, as
Alertmanager does on its host. Where they are kept elsewhere on hosts, jobs name a receiver of
their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from runtime.contract.channel import (
    Channel,
    PagerDutyChannel,
    SlackChannel,
    SmtpChannel,
    WebhookChannel,
)
from runtime.contract.plan import Notice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.model.jobs import Job
    from compiler.model.routing import Receiver, Routing
    from compiler.model.site import Site


def lower_channels(site: Site) -> dict[str, Channel]:
    """Given a site, return by name the channels that its jobs tell people through."""
    if site.routing is None:
        return {}
    _member, routing = site.routing
    told = {
        job.notify.to
        for member, _service in site.services
        for job in member.spec.jobs.values()
        if job.notify is not None
    }
    return {
        name: channel
        for receiver in sorted(told & set(routing.receivers))
        for name, channel in _channels(routing, receiver)
    }


def notice_of(site: Site, job: Job) -> Notice | None:
    """Given a job, return who is told of it; None when nobody is, or its receiver is unknown."""
    if job.notify is None or site.routing is None:
        return None
    _member, routing = site.routing
    if job.notify.to not in routing.receivers:
        return None
    names = tuple(name for name, _channel in _channels(routing, job.notify.to))
    return Notice(channels=names, outcomes=job.notify.outcomes) if names else None


def _channels(routing: Routing, name: str) -> Iterator[tuple[str, Channel]]:
    """Yield a receiver's channels; mail without a mail server is left out (a rule says so)."""
    found = dict(_parts(routing, routing.receivers[name]))
    for part, channel in found.items():
        yield (name if len(found) == 1 else f"{name}/{part}"), channel


def _parts(routing: Routing, receiver: Receiver) -> Iterator[tuple[str, Channel]]:
    wait = routing.group_wait_seconds
    if receiver.email is not None and routing.smtp is not None:
        mail = SmtpChannel(
            host=routing.smtp.host,
            sender=routing.smtp.sender,
            to=receiver.email.to,
            user=routing.smtp.user,
            password=routing.smtp.password,
            require_tls=routing.smtp.require_tls,
        )
        yield "email", Channel(smtp=mail, group_seconds=wait)
    if receiver.slack is not None:
        chat = SlackChannel(url=receiver.slack.url, channel=receiver.slack.channel)
        yield "slack", Channel(slack=chat, group_seconds=wait)
    if receiver.pagerduty is not None:
        said = {} if receiver.pagerduty.url is None else {"url": receiver.pagerduty.url}
        pages = PagerDutyChannel(
            routing_key=receiver.pagerduty.routing_key,
            resolves=receiver.pagerduty.send_resolved,
            **said,
        )
        yield "pagerduty", Channel(pagerduty=pages, group_seconds=wait)
    if receiver.webhook is not None:
        hook = WebhookChannel(
            url=receiver.webhook.url,
            url_from=receiver.webhook.url_from,
            token=receiver.webhook.token,
        )
        yield "webhook", Channel(webhook=hook, group_seconds=wait)
