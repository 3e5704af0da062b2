"""Where deletion must never begin: one decision, for the compiler's rule and for the job that runs.

Pure: it looks at the path alone. What a host has there, links, mounts and homes elsewhere, the job
looks at besides.
"""

from __future__ import annotations

import posixpath
from typing import Final

SYSTEM: Final = frozenset(
    (
        *("/bin", "/boot", "/dev", "/etc", "/lib", "/lib32", "/lib64", "/libx32", "/proc"),
        *("/run", "/sbin", "/sys", "/usr"),
    )
)
"""Folders of the system: nothing at or below them is data of a service."""

SHARED: Final = frozenset(
    (
        *("/data", "/home", "/media", "/mnt", "/opt", "/root", "/srv", "/tmp", "/var"),  # noqa: S108  # named to be refused
        *("/var/backups", "/var/cache", "/var/lib", "/var/log", "/var/mail", "/var/opt"),
        *("/var/run", "/var/spool", "/var/tmp"),  # noqa: S108  # named to be refused
    )
)
"""Folders that hold what belongs to many; a folder of one's own below them is meant."""

STATE: Final = "/var/lib/opsrun"
"""The usual folder of opsrun's journal."""


def problem(root: str) -> str | None:
    """Given a path, return why deletion must not begin there as a phrase, or None."""
    if not is_plain(root):
        return "is not written in its plain form"
    if root == "/":
        return "is the top of the file system"
    if root in SHARED:
        return "holds what belongs to others"
    if "/" + root.split("/")[1] in SYSTEM:
        return "belongs to the system"
    if is_home(root):
        return "is a home folder"
    if root == STATE or root.startswith(f"{STATE}/"):
        return "belongs to opsrun itself"
    return None


def is_plain(path: str) -> bool:
    """Whether a path is absolute, without ``.``, ``..``, ``//``, NUL and a slash at its end."""
    if not path.startswith("/") or path.startswith("//") or "\0" in path:
        return False
    return posixpath.normpath(path) == path


def is_home(root: str) -> bool:
    """Whether a plain path is where a person's home usually lies."""
    return root.startswith("/home/") and root.count("/") == 2
