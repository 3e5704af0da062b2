"""Paired runs of two commands: whole processes, taking turns, compared by their medians.

Times are in seconds of wall clock. On a machine that others use too, only ratios of commands that
took turns say anything.
"""

from __future__ import annotations

import os
import select
import subprocess
import time
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

PAIRS: Final = 15
TIMEOUT_SECONDS: Final = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """An argv and what it is called in the report."""

    title: str
    argv: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What a series of paired runs showed."""

    subject: Command
    yardstick: Command
    subject_seconds: float
    yardstick_seconds: float
    limit: float

    @property
    def ratio(self) -> float:
        """How many times the yardstick's median the subject's is."""
        return self.subject_seconds / self.yardstick_seconds

    @property
    def holds(self) -> bool:
        """Whether the ratio is within the limit."""
        return self.ratio <= self.limit

    def __str__(self) -> str:
        """The comparison as a line of the report."""
        return (
            f"{'ok  ' if self.holds else 'OVER'} {self.subject.title}"
            f" {self.subject_seconds * 1000:.1f} ms = {self.ratio:.2f} x {self.yardstick.title}"
            f" {self.yardstick_seconds * 1000:.1f} ms (limit {self.limit:g} x)"
        )


def compare(
    subject: Command,
    yardstick: Command,
    *,
    limit: float,
    cwd: Path,
    env: Mapping[str, str],
    pairs: int = PAIRS,
    before: Callable[[], None] = lambda: None,
) -> Comparison:
    """Run both commands `pairs` times in turn, after one warm run each; return their medians.

    `before` is called before each pair, and not timed.
    Raise `subprocess.CalledProcessError` when one of them fails.
    """
    times: dict[str, list[float]] = {subject.title: [], yardstick.title: []}
    for number in range(-1, pairs):
        before()
        order = (subject, yardstick) if number % 2 else (yardstick, subject)
        for command in order:
            elapsed = _seconds(command.argv, cwd, env)
            if number >= 0:
                times[command.title].append(elapsed)
    return Comparison(
        subject=subject,
        yardstick=yardstick,
        subject_seconds=median(times[subject.title]),
        yardstick_seconds=median(times[yardstick.title]),
        limit=limit,
    )


def _seconds(argv: Sequence[str], cwd: Path, env: Mapping[str, str]) -> float:
    """Return how long a process took, to its very end.

    `subprocess` with a timeout looks at the process now and then, in steps of up to 50 ms, and
    every time would be one of a few; the kernel says at once when it has ended.
    """
    start = time.perf_counter()
    null = subprocess.DEVNULL
    with subprocess.Popen(argv, cwd=cwd, env=env, stdout=null, stderr=null) as process:
        handle = os.pidfd_open(process.pid)
        try:
            is_ended = bool(select.select([handle], [], [], TIMEOUT_SECONDS)[0])
        finally:
            os.close(handle)
        elapsed = time.perf_counter() - start
        if not is_ended:
            process.kill()
            raise subprocess.TimeoutExpired(argv, TIMEOUT_SECONDS)
    if process.returncode != 0:
        raise subprocess.CalledProcessError(process.returncode, argv)
    return elapsed
