"""Run collectors at once, each in a process of its own, and take what they find, within limits."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from runtime.contract.plan import plan_form
from runtime.kinds.diagnostics.frames import unpacked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from runtime.contract.diagnostics_collect import DiagnosticsCollect
    from runtime.kinds.diagnostics.frames import Frame

READ_BYTES: Final = 64 * 2**10
CHILD: Final = os.path.join(os.path.dirname(os.path.abspath(__file__)), "child.py")


@dataclass(slots=True, kw_only=True)
class Gathered:
    """What one collector found, as it was found: secrets may be in it.

    `cut` says of which files not all is there, or that there is more of all of it.
    """

    name: str
    files: dict[str, bytearray] = field(default_factory=dict)
    cut: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    striking: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    seconds: float = 0.0
    is_late: bool = False
    has_flooded: bool = False

    def take(self, frame: Frame) -> None:
        """Take what the collector said."""
        if frame.kind == "file":
            self.files.setdefault(frame.text, bytearray()).extend(frame.content)
            return
        said: Mapping[str, list[str]] = {
            "cut": self.cut,
            "fault": self.faults,
            "striking": self.striking,
            "absent": self.absent,
        }
        said[frame.kind].append(frame.text)


@dataclass(slots=True, kw_only=True)
class _Running:
    """One collector at work."""

    gathered: Gathered
    process: subprocess.Popen[bytes]
    deadline: float
    limit_bytes: int
    buffer: bytearray = field(default_factory=bytearray)
    received_bytes: int = 0

    def read(self) -> bool:
        """Take what there is; return whether the collector may go on."""
        content = os.read(self.descriptor, READ_BYTES)
        self.buffer += content
        self.received_bytes += len(content)
        for frame in unpacked(self.buffer):
            self.gathered.take(frame)
        self.gathered.has_flooded = self.received_bytes > self.limit_bytes
        return bool(content) and not self.gathered.has_flooded

    @property
    def descriptor(self) -> int:
        """The end of the pipe that is read."""
        if self.process.stdout is None:
            raise ValueError("the collector has no pipe")
        return self.process.stdout.fileno()

    def end(self) -> None:
        """Stop the collector, and what it has started, if it still runs."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        code = self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()
        was_stopped = self.gathered.is_late or self.gathered.has_flooded
        if code not in (0, 1) and not was_stopped and not self.buffer:
            self.gathered.faults.append(f"the collector ended with {code}")


def gather(
    modules: Mapping[str, str],
    asked: DiagnosticsCollect,
    *,
    state: str,
    plan: str,
    ended: Callable[[Gathered], None],
) -> list[Gathered]:
    """Given the collectors' modules by name, return what each found, in that order.

    `ended` is told of each as it ends.
    """
    found: list[Gathered] = []
    with selectors.DefaultSelector() as selector:
        began = time.monotonic()
        for name, module in modules.items():
            gathered = Gathered(name=name)
            found.append(gathered)
            request = {
                "module": module,
                "parameters": plan_form(asked),
                "state": state,
                "plan": plan,
                "parent": os.getpid(),
            }
            process = subprocess.Popen(
                [sys.executable, "-I", CHILD],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            running = _Running(
                gathered=gathered,
                process=process,
                deadline=began + asked.collector_timeout_seconds,
                limit_bytes=asked.collector_limit_bytes,
            )
            selector.register(running.descriptor, selectors.EVENT_READ, running)
            _give(process, json.dumps(request).encode())
        _listen(selector, began, ended)
    return found


def _give(process: subprocess.Popen[bytes], request: bytes) -> None:
    if process.stdin is not None:
        with contextlib.suppress(BrokenPipeError), process.stdin as pipe:
            pipe.write(request)


def _listen(
    selector: selectors.BaseSelector, began: float, ended: Callable[[Gathered], None]
) -> None:
    """Read what the collectors write until each has ended, is late, or has found too much."""
    try:
        while selector.get_map():
            running: Iterable[_Running] = [key.data for key in selector.get_map().values()]
            left = min(one.deadline for one in running) - time.monotonic()
            done = [key.data for key, _ in selector.select(max(left, 0)) if not key.data.read()]
            for one in running:
                if one not in done and one.deadline <= time.monotonic():
                    one.gathered.is_late = True
                    done.append(one)
            for one in done:
                selector.unregister(one.descriptor)
                one.end()
                one.gathered.seconds = time.monotonic() - began
                ended(one.gathered)
    finally:
        for key in list(selector.get_map().values()):
            key.data.end()
