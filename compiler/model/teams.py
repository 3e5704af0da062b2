"""Section ``teams``: who answers, how they are reached, who is on call."""

from __future__ import annotations

from compiler.model.types import Email, Name, Text, Url, Zone
from compiler.model.values import ScheduleText
from runtime.contract.entry import Entry, entry
from runtime.contract.units import PositiveSeconds, Seconds


@entry
class Contact(Entry):
    """How people reach the team; alerts go through `receiver`."""

    email: Email | None = None
    """Mail address of the team."""
    slack: Text | None = None
    """Slack channel, such as `#data-platform`."""
    page: Url | None = None
    """Page on which the team describes itself."""


@entry
class OnCall(Entry):
    """The on-call rotation."""

    rotation_seconds: PositiveSeconds
    """Length of one shift."""
    handoff: ScheduleText | None = None
    """When shifts change, such as `weekly on mon at 09:00`."""
    overlap_seconds: Seconds | None = None
    """How long both shifts are on duty at a change."""
    members: tuple[Text, ...] = ()
    """Who takes part, in the order of the rotation: roles or account names."""
    time_zone: Zone = "UTC"
    """Zone of the hand-off."""


@entry
class Team(Entry):
    """One team."""

    title: Text | None = None
    """Name as people write it."""
    receiver: Name | None = None
    """Receiver of the team's alerts where no route says otherwise; a key of `routing.receivers`."""
    contact: Contact | None = None
    """How people reach the team."""
    oncall: OnCall | None = None
    """The on-call rotation."""
