"""The busiest processes, by processor and by memory, as /proc tells of them."""

from __future__ import annotations

import os
import pwd
import time
from dataclasses import dataclass
from typing import Final

from runtime.kinds.diagnostics.desk import table
from runtime.kinds.diagnostics.redaction import Redactor

SHOWN: Final = 20
"""Processes that are shown of each ranking."""
APART_SECONDS: Final = 0.5
"""Time over which use of the processor is measured."""
ARGUMENTS_BYTES: Final = 8192
"""Most of a command line that is shown; an argument that is cut off there is left out."""


@dataclass(slots=True, kw_only=True)
class _Process:
    """One process; `ticks` is the time it had of a processor."""

    pid: int
    user: int
    name: str
    state: str
    ticks: int
    threads: int
    resident_bytes: int
    ratio: float = 0.0


def busiest() -> str:
    """Return two tables of processes: those that use most of a processor, and most memory."""
    before = {one.pid: one.ticks for one in _processes()}
    time.sleep(APART_SECONDS)
    found = _processes()
    per_second = os.sysconf("SC_CLK_TCK")
    for one in found:
        one.ratio = (one.ticks - before.get(one.pid, one.ticks)) / per_second / APART_SECONDS
    states: dict[str, int] = {}
    for one in found:
        states[one.state] = states.get(one.state, 0) + 1
    said = ", ".join(f"{number} {state}" for state, number in sorted(states.items()))
    by_processor = sorted(found, key=lambda one: (-one.ratio, -one.ticks, one.pid))
    by_memory = sorted(found, key=lambda one: (-one.resident_bytes, one.pid))
    return (
        f"{len(found)} processes: {said}\n\nby processor, over {APART_SECONDS:g}s\n"
        + _shown(by_processor)
        + "\nby memory\n"
        + _shown(by_memory)
    )


def _shown(ranked: list[_Process]) -> str:
    heads = ("PID", "USER", "PROCESSOR", "SECONDS", "RESIDENT BYTES", "THREADS", "S", "COMMAND")
    per_second = os.sysconf("SC_CLK_TCK")
    rows = (
        (
            one.pid,
            _user(one.user),
            f"{one.ratio:.0%}",
            f"{one.ticks / per_second:.1f}",
            one.resident_bytes,
            one.threads,
            one.state,
            _command(one),
        )
        for one in ranked[:SHOWN]
    )
    return table(heads, rows)


def _processes() -> list[_Process]:
    found = (_process(int(name)) for name in os.listdir("/proc") if name.isdigit())
    return [one for one in found if one is not None]


def _process(pid: int) -> _Process | None:
    """Return a process, or None when it is gone, or is not shown to us."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            head, _, rest = file.read().rpartition(b")")
        user = os.stat(f"/proc/{pid}").st_uid
    except OSError:
        return None
    fields = rest.split()
    return _Process(
        pid=pid,
        user=user,
        name=head.partition(b"(")[2].decode("utf-8", "replace"),
        state=fields[0].decode("ascii", "replace"),
        ticks=int(fields[11]) + int(fields[12]),
        threads=int(fields[17]),
        resident_bytes=int(fields[21]) * os.sysconf("SC_PAGE_SIZE"),
    )


def _command(one: _Process) -> str:
    """Return a command line, its arguments quoted where a space in them would mislead.

    Each is freed of secrets by itself first: quoted, a secret may not look like one any more.
    """
    import shlex

    try:
        with open(f"/proc/{one.pid}/cmdline", "rb") as file:
            raw = file.read(ARGUMENTS_BYTES)
    except OSError:
        raw = b""
    if len(raw) == ARGUMENTS_BYTES:
        raw = raw[: raw.rfind(b"\0") + 1]
    if not raw.strip(b"\0"):
        return f"[{one.name}]"
    redactor = Redactor()
    arguments = map(redactor.text, raw.rstrip(b"\0").decode("utf-8", "replace").split("\0"))
    return " ".join(
        shlex.quote(argument) if " " in argument or "\n" in argument else argument
        for argument in arguments
    ).replace("\n", "\\n")


def _user(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)
