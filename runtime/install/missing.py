"""What the installed files name and the host does not have: files enter, lines for people leave."""

from __future__ import annotations

import os
import re
import shlex
from typing import TYPE_CHECKING, Final

from runtime.install.layout import CRONTABS, UNITS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from runtime.install.disk import Disk
    from runtime.install.layout import Placed

_WORD: Final = re.compile(r'"((?:[^"\\]|\\.)*)"|(\S+)')
_ESCAPE: Final = re.compile(r"\\(?:x([0-9a-f]{2})|(.))")
_USERS: Final = {"User": "passwd", "Group": "group"}


def missing(disk: Disk, wanted: Sequence[Placed], *, tells: bool) -> tuple[str, ...]:
    """Given the files for a host, return what they need and the host has not, a line each.

    `tells` says whether the plan has people to be told.
    """
    found: dict[str, None] = {}
    for placed in wanted:
        if placed.path.startswith(UNITS) and placed.path.endswith(".service"):
            found |= dict.fromkeys(_of_unit(disk, placed.content.decode()))
        if placed.path.startswith(CRONTABS):
            found |= dict.fromkeys(_of_crontab(disk, placed.content.decode()))
    has_timer = any(placed.path.startswith(UNITS) for placed in wanted)
    if wanted and tells and not has_timer:
        found["nothing tells people here: let cron call `opsrun deliver` as user opsrun"] = None
    return tuple(found)


def _of_unit(disk: Disk, text: str) -> Iterator[str]:
    for line in text.splitlines():
        key, _, value = line.partition("=")
        if key in _USERS and not _has_account(disk, _USERS[key], value):
            yield f"{key.lower()} {value}"
        elif key == "ExecStart":
            yield from _unless_there(disk, "program", words(value.replace("$$", "$"))[0])
        elif key == "LoadCredential":
            yield from _unless_there(disk, "credential", value.partition(":")[2])
        elif key == "EnvironmentFile" and not value.startswith("-"):
            yield from _unless_there(disk, "environment file", value)
        elif key == "ReadWritePaths":
            for path in words(value):
                if not path.startswith("-"):
                    yield from _unless_there(disk, "folder", path)


def _of_crontab(disk: Disk, text: str) -> Iterator[str]:
    for line in text.splitlines():
        times = 1 if line.startswith("@") else 5
        parts = line.split(None, times + 1)
        if line.startswith("#") or len(parts) < times + 2:
            continue
        if not _has_account(disk, "passwd", parts[times]):
            yield f"user {parts[times]}"
        argv = shlex.split(parts[times + 1].replace("\\%", "%"))
        yield from _unless_there(disk, "program", argv[0])
        # cron makes no folder, as systemd does.
        if "--state" in argv[:-1]:
            yield from _unless_there(disk, "folder", argv[argv.index("--state") + 1])


def words(value: str) -> list[str]:
    r"""Given a unit's list, as opsc writes it, return its words.

    >>> words('-/var/lib/a "/var/lib/my data" /50%%')
    ['-/var/lib/a', '/var/lib/my data', '/50%']
    """
    return [
        _ESCAPE.sub(_unescaped, quoted or plain).replace("%%", "%")
        for quoted, plain in _WORD.findall(value)
    ]


def _unescaped(found: re.Match[str]) -> str:
    return chr(int(found[1], 16)) if found[1] else found[2]


def _unless_there(disk: Disk, what: str, path: str) -> Iterator[str]:
    place = disk.place(path)
    try:
        os.lstat(place)
    except PermissionError:
        yield f"{what} {path}, perhaps: only root can see"
    except (OSError, ValueError):
        yield f"{what} {path}"
    else:
        if what == "program" and disk.root == "/" and not os.access(place, os.X_OK):
            yield f"{what} {path}, which is there, and cannot be executed"


def _has_account(disk: Disk, kind: str, name: str) -> bool:
    """Return whether a user or a group is known: to this system, or to the files below a root."""
    if disk.root == "/":
        import grp
        import pwd

        try:
            _ = pwd.getpwnam(name) if kind == "passwd" else grp.getgrnam(name)
        except KeyError:
            return False
        return True
    try:
        with open(disk.place(f"/etc/{kind}"), encoding="utf-8", errors="replace") as file:
            return any(line.startswith(f"{name}:") for line in file)
    except OSError:
        return False
