"""Which maintenance window is open at an instant; pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from runtime.schedule import latest_at_or_before, parse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from runtime.contract.plan import Window


def open_window(windows: Iterable[Window], service: str, now: datetime) -> Window | None:
    """Given a plan's windows, return one of the service, or of all, that is open now, or None."""
    return next(
        (one for one in windows if one.service in (None, service) and _is_open(one, now)), None
    )


def _is_open(window: Window, now: datetime) -> bool:
    if window.start is not None:
        began: datetime | None = datetime.fromisoformat(window.start)
    else:
        began = latest_at_or_before(parse(str(window.schedule)), now, window.time_zone)
    return (
        began is not None and began <= now and now - began < timedelta(seconds=window.lasts_seconds)
    )
