"""Globs over a path's parts: `*` and `?` and `[…]` within a part, `**` for any number of parts."""

from __future__ import annotations

import re
from fnmatch import translate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def matcher(pattern: str) -> Callable[[tuple[str, ...]], bool]:
    """Given a glob such as ``**/*.log``, return a function that says whether path parts match.

    ``**`` at the end stands for one part or more, elsewhere for none or more. Names that begin
    with a dot are matched like any other.
    """
    globs = [None if part == "**" else re.compile(translate(part)) for part in pattern.split("/")]

    def matches(parts: tuple[str, ...]) -> bool:
        # The states are positions in `globs` that the parts so far can have led to.
        states = _skipped({0}, globs)
        for part in parts:
            states = _skipped(_advance(states, globs, part), globs)
        return len(globs) in states

    return matches


def _advance(states: set[int], globs: list[re.Pattern[str] | None], part: str) -> set[int]:
    following = set()
    for state in states:
        if state == len(globs):
            continue
        glob = globs[state]
        if glob is None:
            following.add(state)
            if state == len(globs) - 1:
                following.add(state + 1)
        elif glob.match(part):
            following.add(state + 1)
    return following


def _skipped(states: set[int], globs: list[re.Pattern[str] | None]) -> set[int]:
    """Add the positions that follow when a `**` that is not the last part stands for nothing."""
    found = set(states)
    for state in sorted(states):
        following = state
        while following < len(globs) - 1 and globs[following] is None:
            following += 1
            found.add(following)
    return found
