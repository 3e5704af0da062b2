"""`files.expire`: delete files that are older than their retention, and nothing else.

Every folder is opened relative to its parent without following links, and files are looked at
and deleted relative to that open folder: a link that is swapped in between finds nothing.
"""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

from runtime.contract.units import format_duration
from runtime.errors import Exit, UnsafePathError
from runtime.kinds.glob import matcher
from runtime.kinds.removal import Removal, Tally
from runtime.kinds.result import Result
from runtime.kinds.root import open_roots
from runtime.kinds.walk import Walk

if TYPE_CHECKING:
    from runtime.contract.files_expire import FilesExpire, Place
    from runtime.kinds.result import Context


def carry_out(parameters: FilesExpire, context: Context) -> Result:
    """Delete what has expired and return the counts.

    FAILED, among others, when a root is unsafe, in which case nothing is deleted anywhere.
    """
    if parameters.keep_latest < 0:
        return Result(exit_code=Exit.FAILED, summary="`keep_latest` is negative")
    tally = Tally()
    try:
        with open_roots(parameters.places, context.say) as roots:
            for place, descriptor in roots:
                walk = Walk.of(place.root, descriptor, context.say, tally.faults)
                _expire(place, walk, parameters, context, tally)
    except UnsafePathError as error:
        context.say(str(error))
        return Result(exit_code=Exit.FAILED, summary=str(error))
    return tally.result(context)


def _expire(
    place: Place, walk: Walk, parameters: FilesExpire, context: Context, tally: Tally
) -> None:
    """Delete the expired files of one place, then the folders that it leaves empty."""
    now_seconds = context.clock.now().timestamp()
    limit_seconds = parameters.older_than_seconds
    removal = Removal(walk=walk, tally=tally, context=context, limit=format_duration(limit_seconds))
    matches = matcher(place.pattern)
    aged = [
        (now_seconds - found.status.st_mtime_ns / 1e9, found)
        for found in walk.everything()
        if stat.S_ISREG(found.status.st_mode) and matches(found.parts)
    ]
    # The newest stay; of equal age those that sort last by name go first, the same on every run.
    aged.sort(key=lambda one: (one[0], one[1].parts))
    expired = [one for one in aged[parameters.keep_latest :] if one[0] > limit_seconds]
    for age_seconds, found in sorted(expired, key=lambda one: one[1].parts):
        removal.delete(found, age_seconds)
    if parameters.remove_empty_folders:
        gone = {found.parts for _, found in expired} if context.dry_run else set()
        removal.remove_empty(gone, lambda _: True)
