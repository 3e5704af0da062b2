"""Files below a root: read, put there in one step, removed; no link is ever followed."""

from __future__ import annotations

import os
import stat

from runtime.contract.frozen import Frozen, frozen
from runtime.errors import InstallError
from runtime.install.compiled import digest


@frozen
class Found(Frozen):
    """What stands at a place: its digest and mode, or what is in the way of having one."""

    digest: str = ""
    mode: int = 0
    obstacle: str | None = None


@frozen
class Disk(Frozen):
    """The host's files, whose paths are absolute; `root` stands before each."""

    root: str = "/"

    def place(self, path: str) -> str:
        """Given a path on the host, return where it is to be found here."""
        return os.path.join(self.root, path.lstrip("/"))

    def obstacle(self, path: str) -> str | None:
        """Return the link that leads to a path, or that it is; None when there is none."""
        place = self.root
        for part in path.strip("/").split("/"):
            place = os.path.join(place, part)
            if os.path.islink(place):
                return f"{place} is a link"
        return None

    def find(self, path: str) -> Found | None:
        """Return what stands at a path; None when nothing does."""
        obstacle = self.obstacle(path)
        if obstacle is not None:
            return Found(obstacle=obstacle)
        place = self.place(path)
        try:
            mode = os.lstat(place).st_mode
        except FileNotFoundError:
            return None
        except NotADirectoryError:
            return Found(obstacle=f"{os.path.dirname(place)} is no folder")
        if not stat.S_ISREG(mode):
            return Found(obstacle=f"{place} is no file")
        return Found(digest=digest(self.read(path)), mode=stat.S_IMODE(mode))

    def read(self, path: str) -> bytes:
        """Return a file's content."""
        with os.fdopen(self._open(path, os.O_RDONLY), "rb") as file:
            return file.read()

    def replace(self, path: str, content: bytes, mode: int) -> None:
        """Write a file beside its place, make it durable, and put it there in one step."""
        self._refuse_links(path)
        self._make_folders(os.path.dirname(path))
        beside = temporary(path)
        self.unlink(beside)
        descriptor = self._open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            # Whatever the umask is: those who run jobs read what root wrote.
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        os.replace(self.place(beside), self.place(path))
        self._sync(os.path.dirname(path))

    def remove(self, path: str) -> None:
        """Remove a file, durably."""
        self._refuse_links(path)
        self.unlink(path)
        self._sync(os.path.dirname(path))

    def unlink(self, path: str) -> None:
        """Remove a file that may not be there, or what was left beside its place."""
        if os.path.lexists(self.place(path)):
            os.unlink(self.place(path))

    def _refuse_links(self, path: str) -> None:
        obstacle = self.obstacle(path)
        if obstacle is not None:
            raise InstallError(f"{obstacle}: no link is followed")

    def _open(self, path: str, flags: int) -> int:
        return os.open(self.place(path), flags | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)

    def _make_folders(self, folder: str) -> None:
        missing = []
        while not os.path.isdir(self.place(folder)):
            missing.append(folder)
            folder = os.path.dirname(folder)
        for one in reversed(missing):
            os.mkdir(self.place(one), 0o755)
            os.chmod(self.place(one), 0o755)  # noqa: S103 - as /etc's folders are, whatever the umask
            self._sync(os.path.dirname(one))

    def _sync(self, folder: str) -> None:
        descriptor = os.open(self.place(folder), os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def temporary(path: str) -> str:
    """Given a path, return where its next content is written: neither cron nor systemd reads it."""
    return os.path.join(os.path.dirname(path), f".{os.path.basename(path)}.opsrun")
