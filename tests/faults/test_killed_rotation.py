"""A rotation is killed before each thing that it changes; the next one carries it on."""

from __future__ import annotations

import os
import signal
import sys
from itertools import count
from typing import TYPE_CHECKING, Any, Final

import pytest

from runtime.errors import Exit
from runtime.kinds.rotate import disk
from tests.runtime.kinds.rotations import (
    memory_disk,
    names,
    numbers,
    rotate,
    told_by_pid_file,
    whole,
)
from tests.runtime.kinds.writer import writing
from tests.runtime.turned_clock import TurnedClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

MOST_POINTS: Final = 200
LINES: Final = 250
"""More than two blocks."""

CHANGES: Final = (
    *((os, name) for name in ("rename", "link", "unlink", "ftruncate", "write", "fsync")),
    *((os, name) for name in ("fchmod", "fchown", "utime")),
    (signal, "pidfd_send_signal"),
    (disk, "_allocate"),
)
"""All that changes a file, and the signal."""


def die_before(point: int) -> None:
    """Have this process killed before its change of that number, counted from 0."""
    left = [point]

    def dying(act: Callable[..., Any], *, when: Callable[..., bool] = lambda *_: True) -> Any:
        def do(*arguments: Any, **named: Any) -> Any:
            if when(*arguments):
                if not left[0]:
                    os.kill(os.getpid(), signal.SIGKILL)
                left[0] -= 1
            return act(*arguments, **named)

        return do

    for module, name in CHANGES:
        setattr(module, name, dying(getattr(module, name)))
    os.open = dying(os.open, when=lambda _path, flags, *_: bool(flags & os.O_CREAT))


def is_killed(point: int, folder: Path, clock: TurnedClock, fields: dict[str, Any]) -> bool:
    """Rotate in a process of its own; return whether it was killed, before it came to its end."""
    pid = os.fork()
    if pid == 0:
        die_before(point)
        rotate(folder, clock=clock, **fields)
        sys.stdout.flush()
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    assert code in (0, -signal.SIGKILL)
    return code != 0


@pytest.fixture(params=["disk", "memory"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A folder on a file system that takes beginnings off, and one on tmpfs."""
    if request.param == "disk":
        (tmp_path / "disk").mkdir()
        yield tmp_path / "disk"
        return
    if os.geteuid() != 0:
        pytest.skip("mounting a disk takes root")
    with memory_disk(tmp_path / "memory", "64m") as folder:
        yield folder


@pytest.mark.slow
@pytest.mark.parametrize("how", ["signal", "exact", "truncate"])
def test_wherever_a_rotation_is_killed_the_next_one_ends_it(place: Path, how: str) -> None:
    """The writer goes on all the while: no line is lost, none is there twice, nothing is left."""
    for point in count():
        assert point < MOST_POINTS
        folder = place / f"{point}" / "logs"
        folder.mkdir(parents=True)
        log, clock = folder / "api.log", TurnedClock()
        (folder / "api.log.20260301T000000Z").write_bytes(b"")
        fields: dict[str, Any] = {"at_bytes": 4096}
        fields |= {"signal": told_by_pid_file(folder)} if how == "signal" else {"copy": how}
        with writing(log, pause="asked") as writer:
            for _ in range(LINES):
                writer.ask()
            killed = is_killed(point, folder, clock, fields)
            writer.ask()
            clock.turn(60)
            result, _ = rotate(folder, clock=clock, **fields)
            writer.ask()
        last, _ = rotate(folder, clock=clock, **(fields | {"at_bytes": 10**9}))

        assert (Exit.OK, Exit.OK) == (result.exit_code, last.exit_code)
        assert [*range(LINES + 2)] == numbers(whole(log))
        assert place.name == "logs" or not log.read_bytes().startswith(b"\0")
        assert all(name == "api.log" or name.endswith("Z.gz") for name in names(folder))
        if not killed:
            break
    assert point > 10
