"""The host: kernel, load, memory, file systems, the busiest processes, limits, failed units."""

from __future__ import annotations

import os
import platform
import resource
from typing import TYPE_CHECKING, Final

from runtime.contract.units import format_duration
from runtime.kinds.diagnostics.desk import table
from runtime.kinds.diagnostics.processes import busiest
from runtime.kinds.diagnostics.program import asked, has

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runtime.kinds.diagnostics.desk import Desk

FULL_RATIO: Final = 0.9
"""Share of a file system, or of the memory, from which it is worth a look."""

PSEUDO: Final = frozenset(
    (
        *("autofs", "binfmt_misc", "bpf", "cgroup", "cgroup2", "configfs", "debugfs", "devpts"),
        *("devtmpfs", "efivarfs", "fusectl", "hugetlbfs", "mqueue", "nsfs", "proc", "pstore"),
        *("ramfs", "rpc_pipefs", "securityfs", "squashfs", "sysfs", "tracefs"),
    )
)
"""File systems that are on no disk, or are always full."""

RAW: Final = (
    *("meminfo", "loadavg", "vmstat", "diskstats", "swaps", "mounts", "cmdline", "cpuinfo"),
    *("pressure/cpu", "pressure/io", "pressure/memory", "sys/fs/file-nr", "sys/kernel/pid_max"),
)
"""Files of /proc that are taken as they are, where they are."""

DMESG_LINES: Final = 200
LIMIT_BYTES: Final = 256 * 2**10
"""Most that one program, or one file of /proc, may say."""

SYSTEMD: Final = "/run/systemd/system"
"""What is there when systemd runs the host."""
UNIT_PROPERTIES: Final = (
    "Id,LoadState,ActiveState,SubState,Result,NRestarts,MainPID,ExecMainStatus,"
    "ActiveEnterTimestamp,InactiveEnterTimestamp,MemoryCurrent,TasksCurrent,CPUUsageNSec"
)
"""What is told of a unit: neither its environment nor its command line."""

LIMITS: Final = (
    *("RLIMIT_NOFILE", "RLIMIT_NPROC", "RLIMIT_AS", "RLIMIT_STACK", "RLIMIT_CORE"),
    *("RLIMIT_FSIZE", "RLIMIT_MEMLOCK"),
)


def collect(desk: Desk) -> None:
    """Write what the host says of itself."""
    desk.part("host.txt", _host, desk)
    desk.part("disks.txt", _disks, desk, _mounts())
    _memory(desk)
    for name in RAW:
        if os.path.exists(f"/proc/{name}"):
            desk.part(f"proc/{name}", _raw, f"/proc/{name}")
    desk.part("limits.txt", _limits)
    desk.part("processes.txt", busiest)
    _units(desk)
    _messages(desk)
    # Last, since a file system may hang.
    if desk.asked.folders:
        named = ((folder, "") for folder in desk.asked.folders)
        desk.part("folders.txt", _disks, desk, named)


def _raw(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read(LIMIT_BYTES)


def _host(desk: Desk) -> str:
    name = os.uname()
    processors = os.cpu_count() or 1
    load = os.getloadavg()
    if load[0] > 2 * processors:
        desk.striking(f"load {load[0]:.1f} on {processors} processors")
    said = {
        "host": name.nodename,
        "system": f"{name.sysname} {name.release} {name.version} {name.machine}",
        "distribution": _distribution(),
        "python": platform.python_version(),
        "processors": processors,
        "load": " ".join(f"{one:.2f}" for one in load),
        "up": _uptime(),
    }
    return table(("WHAT", "VALUE"), said.items())


def _distribution() -> str:
    try:
        return platform.freedesktop_os_release().get("PRETTY_NAME", "")
    except OSError:
        return "unknown"


def _uptime() -> str:
    try:
        with open("/proc/uptime", encoding="ascii") as file:
            return format_duration(int(float(file.read().split()[0])))
    except OSError:
        return "unknown"


def _disks(desk: Desk, places: Iterator[tuple[str, str]]) -> str:
    """Given paths and the kinds of their file systems, return these with space and inodes."""
    rows = []
    seen: set[int] = set()
    for path, kind in places:
        try:
            space, device = os.statvfs(path), os.stat(path).st_dev
        except OSError as error:
            desk.fault(f"{path}: {error.strerror}")
            continue
        if space.f_blocks == 0 or device in seen:
            continue
        seen.add(device)
        used = space.f_blocks - space.f_bfree
        # As `df` counts: of what a user without privilege may fill.
        share = used / max(used + space.f_bavail, 1)
        inodes = 1 - space.f_favail / space.f_files if space.f_files else 0.0
        for what, ratio in (("space", share), ("inodes", inodes)):
            if ratio >= FULL_RATIO:
                desk.striking(f"{path}: {ratio * 100:.0f}% of the {what} is used")
        size, free = (blocks * space.f_frsize for blocks in (space.f_blocks, space.f_bavail))
        rows.append((path, kind, size, free, f"{share:.1%}", space.f_favail, f"{inodes:.1%}"))
    heads = ("PATH", "KIND", "BYTES", "FREE BYTES", "USED", "FREE INODES", "INODES USED")
    return table(heads, rows)


def _mounts() -> Iterator[tuple[str, str]]:
    """Yield where file systems are mounted that hold data, and their kinds."""
    try:
        with open("/proc/self/mounts", encoding="utf-8", errors="surrogateescape") as file:
            lines = file.read().splitlines()
    except OSError:
        lines = ["rootfs / rootfs"]
    for line in lines:
        path, kind = line.split()[1:3]
        path = path.replace("\\040", " ").replace("\\011", "\t").replace("\\134", "\\")
        # What is mounted over the network may hang: it is read where it is named as a folder.
        is_remote = kind.startswith(("nfs", "cifs", "smb", "ceph", "fuse."))
        if kind not in PSEUDO and not is_remote and os.path.isdir(path):
            yield path, kind


def _memory(desk: Desk) -> None:
    try:
        said = _raw("/proc/meminfo").decode("ascii", "replace")
    except OSError:
        return
    sizes = {
        name: int(rest.split()[0])
        for name, rest in (line.split(":", 1) for line in said.splitlines() if ":" in line)
    }
    total, available = sizes.get("MemTotal", 0), sizes.get("MemAvailable", 0)
    if total and available < total * (1 - FULL_RATIO):
        desk.striking(f"memory: {available / total:.0%} of {total * 1024} bytes is available")


def _limits() -> str:
    rows = (
        (name, *("unlimited" if one == resource.RLIM_INFINITY else one for one in found))
        for name in LIMITS
        for found in (resource.getrlimit(getattr(resource, name)),)
    )
    return table(("LIMIT", "SOFT", "HARD"), rows)


def _units(desk: Desk) -> None:
    """Write which units have failed, and how those are that were named."""
    if not has("systemctl") or not os.path.isdir(SYSTEMD):
        desk.write("units.txt", "systemd does not run here\n")
        return
    desk.part("units-failed.txt", _failed_units, desk)
    for unit in desk.asked.units:
        shown = ("show", f"--property={UNIT_PROPERTIES}", "--", unit)
        desk.part(f"units/{unit}.txt", _systemctl, desk, *shown)


def _failed_units(desk: Desk) -> bytes:
    found = _systemctl(desk, "list-units", "--plain", "--no-legend", "--state=failed")
    for line in found.decode("utf-8", "replace").splitlines():
        desk.striking(f"the unit {line.split(maxsplit=1)[0]} has failed")
    return found


def _systemctl(desk: Desk, *argv: str) -> bytes:
    return _program(desk, "systemctl", "--no-pager", *argv)


def _program(desk: Desk, *argv: str, limit_bytes: int = LIMIT_BYTES) -> bytes:
    return asked(*argv, seconds=min(desk.seconds_left, 10.0), limit_bytes=limit_bytes)


def _messages(desk: Desk) -> None:
    """Write the kernel's latest messages, where they may be read."""
    try:
        with open("/proc/sys/kernel/dmesg_restrict", encoding="ascii") as file:
            is_restricted = file.read().strip() == "1"
    except OSError:
        is_restricted = False
    if not has("dmesg") or (is_restricted and os.geteuid() != 0):
        desk.write("dmesg.txt", "the kernel's messages may not be read here\n")
        return

    desk.part("dmesg.txt", _dmesg, desk)


def _dmesg(desk: Desk) -> bytes:
    lines = _program(desk, "dmesg", limit_bytes=16 * LIMIT_BYTES).splitlines(keepends=True)
    killed = [line for line in lines if b"Out of memory: Killed process" in line]
    if killed:
        desk.striking(f"the kernel killed {len(killed)} processes for want of memory")
    return b"".join([*killed[-20:], *lines[-DMESG_LINES:]])
