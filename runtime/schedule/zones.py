"""Time zones: the name of one enters, its offsets and the turns of its clocks leave.

Names are those of the IANA database, which the host brings (Debian's package tzdata). `UTC` needs
no database, and nothing of it is imported for it.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from runtime.contract.frozen import Frozen, frozen
from runtime.schedule.form import ScheduleError

if TYPE_CHECKING:
    from datetime import date, tzinfo

SPAN_START: Final = datetime(2026, 1, 1, tzinfo=UTC)
SPAN_END: Final = datetime(2054, 1, 1, tzinfo=UTC)
"""The time whose turns of clocks are looked at: 28 years, after which dates and weekdays repeat.

It is fixed, not counted from today: what is compiled must not change with the day.
"""

_OF_A_HOST: Final = ("Factory", "leapseconds", "localtime", "posixrules", "tzdata.zi")
_NOT_NAMES: Final = ("posix/", "right/")


class ZoneError(ScheduleError):
    """A name is no time zone here."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"there is no time zone `{name}`",
            0,
            len(name),
            "name one of the IANA database, `Europe/Berlin`; Debian's package tzdata brings them",
        )


@frozen
class Turn(Frozen):
    """An instant at which a zone's clocks are put forward (a gap) or back (times come twice)."""

    at: datetime
    before_seconds: int
    after_seconds: int

    @property
    def is_gap(self) -> bool:
        """Whether times of day are left out."""
        return self.after_seconds > self.before_seconds

    @property
    def local_times(self) -> tuple[datetime, datetime]:
        """Times of day that are left out or come twice: from, included, up to, excluded. Naive."""
        first, last = sorted((self.before_seconds, self.after_seconds))
        at = self.at.replace(tzinfo=None)
        return at + timedelta(seconds=first), at + timedelta(seconds=last)


@lru_cache(maxsize=256)
def find_zone(name: str) -> tzinfo:
    """Given a name, return the zone. Raise `ZoneError` when it names none on this host."""
    if name == "UTC":
        return UTC
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    if name in _OF_A_HOST or name.startswith(_NOT_NAMES):
        raise ZoneError(name)
    try:
        return ZoneInfo(name)
    # A folder of the database, and a name that is no path in it, have errors of their own.
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ZoneError(name) from None


def zone_fault(name: str) -> ZoneError | None:
    """Given a name, return why it is no time zone on this host, or None when it is one."""
    try:
        find_zone(name)
    except ZoneError as error:
        return error
    return None


def offset_seconds(zone: tzinfo, instant: datetime) -> int:
    """Return how far the clocks of a zone are ahead of UTC at an instant."""
    ahead = instant.astimezone(zone).utcoffset()
    return 0 if ahead is None else int(ahead.total_seconds())


@lru_cache(maxsize=256)
def turns(name: str) -> tuple[Turn, ...]:
    """Given a zone, return the turns of its clocks within the span, in order.

    Raise `ZoneError` when there is no such zone.
    """
    zone = find_zone(name)
    if zone is UTC:
        return ()
    found: list[Turn] = []
    # No clock is turned forth and back within a week.
    week, before = SPAN_START, offset_seconds(zone, SPAN_START)
    while week < SPAN_END:
        following = week + timedelta(days=7)
        after = offset_seconds(zone, following)
        if after != before:
            found.append(_turn_between(zone, week, following))
        week, before = following, after
    return tuple(found)


@lru_cache(maxsize=1024)
def turn_of_day(zone: tzinfo, day: date) -> Turn | timedelta:
    """Return the turn of a zone's clocks on one of its days, or their offset all day long.

    Raise `OverflowError` at the ends of time.
    """
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    following = midnight + timedelta(days=1)
    before, after = midnight.utcoffset(), following.utcoffset()
    if before == after:
        return before or timedelta()
    # Where the clocks turn at midnight itself, the instant of midnight is after the turn.
    eve = midnight.astimezone(UTC) - timedelta(seconds=1)
    return _turn_between(zone, eve, following.astimezone(UTC))


def _turn_between(zone: tzinfo, earlier: datetime, later: datetime) -> Turn:
    """Given instants, the offset of a zone other at each, return the turn, to the second."""
    before, after = offset_seconds(zone, earlier), offset_seconds(zone, later)
    while (seconds := int((later - earlier).total_seconds())) > 1:
        middle = earlier + timedelta(seconds=seconds // 2)
        if offset_seconds(zone, middle) == after:
            later = middle
        else:
            earlier = middle
    return Turn(at=later, before_seconds=before, after_seconds=after)


@lru_cache(maxsize=256)
def offsets_seconds(name: str) -> tuple[int, ...]:
    """Given a zone, return how far its clocks are ahead of UTC within the span, sorted.

    Raise `ZoneError` when there is no such zone.
    """
    found = {offset_seconds(find_zone(name), SPAN_START)}
    found.update(turn.after_seconds for turn in turns(name))
    return tuple(sorted(found))
