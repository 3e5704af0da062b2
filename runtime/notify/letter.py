"""Letters: a message of the journal enters, the words for people leave; pure."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from runtime.clock import short
from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from runtime.journal.messages import Message
    from runtime.journal.outbox import Notice

MOST_LINES: Final = 30
MOST_CHARACTERS: Final = 500
"""Characters of a reason that are told."""

_ENDS: Final = {
    "failed": "failed",
    "timed out": "timed out",
    "missed": "was missed",
    "skipped": "was skipped",
    "ok": "ended well",
}
"""Outcomes as a sentence says them, the worst first."""


@frozen
class Letter(Frozen):
    """What is told in one piece. `title` is one line; `lines` say what happened, by job."""

    key: str
    made_at: datetime
    environment: str
    notices: Sequence[Notice]
    title: str
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """The lines as one text."""
        return "\n".join(self.lines)

    @property
    def hosts(self) -> tuple[str, ...]:
        """The hosts it is about."""
        return tuple(sorted({one.host for one in self.notices}))

    @property
    def worst(self) -> str:
        """The worst outcome among its notices."""
        said = {one.outcome for one in self.notices}
        return next(outcome for outcome in _ENDS if outcome in said)


def write(message: Message, environment: str) -> Letter:
    """Given a message and the plan's environment, return the same letter at every attempt."""
    return Letter(
        key=message.key,
        made_at=message.made_at,
        environment=environment,
        notices=message.notices,
        title=_title(message.notices, environment),
        lines=_lines(message.notices),
    )


def _title(notices: Sequence[Notice], environment: str) -> str:
    jobs = {one.job for one in notices}
    hosts = sorted({one.host for one in notices})
    if len(jobs) == 1 and len({one.outcome for one in notices}) == 1:
        said = f"{notices[0].job} {_ENDS[notices[0].outcome]}{_times(len(notices))}"
    else:
        about = notices[0].job if len(jobs) == 1 else f"{len(jobs)} jobs"
        said = f"{about}: {_counted(notices)}"
    return f"[{environment}] {said} on {hosts[0] if len(hosts) == 1 else f'{len(hosts)} hosts'}"


def _lines(notices: Sequence[Notice]) -> tuple[str, ...]:
    """Return a line for each job and outcome, in the order in which they were first noticed."""
    groups: dict[tuple[str, str], list[Notice]] = {}
    for one in notices:
        groups.setdefault((one.job, one.outcome), []).append(one)
    found = list(groups.values())
    lines = [_line(group) for group in found[:MOST_LINES]]
    rest = [one for group in found[MOST_LINES:] for one in group]
    if rest:
        lines.append(f"and {len(rest)} more: {_counted(rest)}")
    return tuple(lines)


def _line(group: Sequence[Notice]) -> str:
    first = min(one.due_at for one in group)
    last = max(group, key=lambda one: one.due_at)
    said = f"{last.job} {_ENDS[last.outcome]}{_times(len(group))}, due "
    said += short(first) if len(group) == 1 else f"from {short(first)} to {short(last.due_at)}"
    reason = _one_line(last.reason)
    return f"{said}{'; lately' if len(group) > 1 else ''}: {reason}" if reason else said


def _counted(notices: Iterable[Notice]) -> str:
    counts = Counter(one.outcome for one in notices)
    return ", ".join(f"{counts[word]} {word}" for word in _ENDS if word in counts)  # type: ignore[index]  # a word of both


def _times(number: int) -> str:
    return f" {number} times" if number > 1 else ""


def _one_line(text: str) -> str:
    """Return a text without line breaks and control characters, cut where it is long."""
    printable = "".join(c if c.isprintable() else " " for c in text)
    joined = " ".join(printable.split())
    return joined if len(joined) <= MOST_CHARACTERS else f"{joined[: MOST_CHARACTERS - 1]}…"
