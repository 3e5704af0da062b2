"""The first process of the sandbox, as root: namespaces and mounts, then `confine` as the user.

Started with a request (`request.request_of`) in the file that its argument names; of its own
packages it knows nothing, for they are not yet where they will be.
"""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import sys
from typing import Any, Final

NEW_MOUNTS: Final = 0x00020000
NEW_USERS: Final = 0x10000000
NEW_NETWORK: Final = 0x40000000
BIND, RECURSIVE, PRIVATE = 0x1000, 0x4000, 0x40000
"""Of linux/sched.h and linux/mount.h."""

MOUNT_SETATTR, READ_ONLY, AT_RECURSIVE, AT_FDCWD = 442, 1, 0x8000, -100

DEVICES: Final = ("null", "zero", "full", "random", "urandom", "tty")
NAMESPACE_FAILED: Final = 226
"""What systemd exits with when the mounts of a unit cannot be made."""

LIBC: Final = ctypes.CDLL(None, use_errno=True)


def main() -> int:
    """Carry out the request; return the exit code of what was started."""
    with open(sys.argv[1], encoding="utf-8") as file:
        request: dict[str, Any] = json.load(file)
    try:
        environment = _prepare(request)
    except OSError as error:
        sys.stderr.write(f"sandbox: {error}\n")
        return NAMESPACE_FAILED
    return _start(request, environment)


def _prepare(request: dict[str, Any]) -> dict[str, str]:
    """Make the mounts; return the environment of the job."""
    _checked(LIBC.unshare(NEW_MOUNTS), "unshare")
    _mount(None, "/", None, RECURSIVE | PRIVATE)
    _mount("tmpfs", request["hold"], "tmpfs", 0)
    mirror = Mirror(request["hold"])
    for inside, outside in request["binds"].items():
        mirror.make(inside, is_folder=os.path.isdir(outside))
        _mount(outside, inside, None, BIND | RECURSIVE)
    environment = _environment(request)
    for folder in request["own_folders"]:
        mirror.make(folder, is_folder=True)
        os.chown(folder, request["user"], request["user"])
    if request["credentials"]:
        environment["CREDENTIALS_DIRECTORY"] = _credentials(request, mirror)
    writable = [*_bound(request["writable"])]
    _hide(request, writable)
    if request["is_read_only"]:
        _set_read_only("/", is_set=True)
    for path in writable:
        _set_read_only(path, is_set=False)
    _mount("proc", "/proc", "proc", 0, request["proc"])
    if request["has_own_network"]:
        _checked(LIBC.unshare(NEW_NETWORK), "unshare")
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    return environment


class Mirror:
    """Makes mount points where the machine has none, and leaves the machine as it is."""

    def __init__(self, hold: str) -> None:
        self.hold = hold
        self.done: set[str] = set()

    def make(self, path: str, *, is_folder: bool) -> None:
        """Make an empty folder or file, in copies of the folders above it."""
        if os.path.lexists(path):
            return
        above = os.path.dirname(path)
        while not os.path.isdir(above):
            above = os.path.dirname(above)
        if not any(above == done or above.startswith(f"{done}/") for done in self.done):
            self._copy(above)
        os.makedirs(path if is_folder else os.path.dirname(path), exist_ok=True)
        if not is_folder:
            open(path, "w").close()

    def _copy(self, folder: str) -> None:
        """Put a writable folder in the place of one, with everything in it that was there."""
        original = f"{self.hold}/{len(self.done)}"
        os.mkdir(original)
        _mount(folder, original, None, BIND | RECURSIVE)
        mode = os.stat(folder).st_mode & 0o7777
        _mount("tmpfs", folder, "tmpfs", 0, f"mode={mode:o}")
        for entry in os.scandir(original):
            place = f"{folder}/{entry.name}"
            if entry.is_symlink():
                os.symlink(os.readlink(entry.path), place)
                continue
            if entry.is_dir():
                os.mkdir(place)
            else:
                open(place, "w").close()
            _mount(entry.path, place, None, BIND | RECURSIVE)
        self.done.add(folder)


def _environment(request: dict[str, Any]) -> dict[str, str]:
    """Read the files of variables, as systemd does: as root, before anything is hidden."""
    environment: dict[str, str] = dict(request["environment"])
    for path in request["environment_files"]:
        with open(path, encoding="utf-8") as file:
            pairs = (line.rstrip("\n").partition("=") for line in file)
            environment.update({name: value for name, sign, value in pairs if sign})
    return environment


def _credentials(request: dict[str, Any], mirror: Mirror) -> str:
    """Copy what is loaded into a folder that the job alone can read; return it."""
    folder: str = request["credentials_folder"]
    mirror.make(folder, is_folder=True)
    _mount("tmpfs", folder, "tmpfs", 0, "mode=0700")
    for name, path in request["credentials"].items():
        with open(path, "rb") as file:
            content = file.read()
        with open(f"{folder}/{name}", "wb") as copy:
            copy.write(content)
        os.chmod(f"{folder}/{name}", 0o400)
        os.chown(f"{folder}/{name}", request["user"], request["user"])
    os.chown(folder, request["user"], request["user"])
    return folder


def _bound(paths: list[str]) -> list[str]:
    """Make a mount of each path, so that it can differ from what is around it; return them.

    A path with a minus may be missing.
    """
    made = []
    for said in paths:
        path = said.removeprefix("-")
        if said.startswith("-") and not os.path.lexists(path):
            continue
        path = os.path.realpath(path)
        _mount(path, path, None, BIND | RECURSIVE)
        made.append(path)
    return made


def _hide(request: dict[str, Any], writable: list[str]) -> None:
    # The devices come first: they are made in a folder that may be hidden next.
    if request["has_own_devices"]:
        _make_devices(request["hold"])
    if request["has_own_tmp"]:
        for folder in ("/tmp", "/var/tmp"):
            _mount("tmpfs", folder, "tmpfs", 0, "mode=1777")
            writable.append(folder)
    if request["home"] == "yes":
        for folder in ("/home", "/root", "/run/user"):
            if os.path.isdir(folder):
                _mount("tmpfs", folder, "tmpfs", 0, "mode=0")


def _make_devices(hold: str) -> None:
    os.mkdir(f"{hold}/dev")
    for name in DEVICES:
        open(f"{hold}/dev/{name}", "w").close()
        _mount(f"/dev/{name}", f"{hold}/dev/{name}", None, BIND)
    _mount(f"{hold}/dev", "/dev", None, BIND | RECURSIVE)


def _set_read_only(path: str, *, is_set: bool) -> None:
    class Attributes(ctypes.Structure):
        _fields_ = [
            ("set", ctypes.c_uint64),
            ("clear", ctypes.c_uint64),
            ("propagation", ctypes.c_uint64),
            ("users", ctypes.c_uint64),
        ]

    asked = Attributes(READ_ONLY if is_set else 0, 0 if is_set else READ_ONLY, 0, 0)
    size = ctypes.c_size_t(ctypes.sizeof(asked))
    result = LIBC.syscall(
        ctypes.c_long(MOUNT_SETATTR),
        ctypes.c_int(AT_FDCWD),
        path.encode(),
        ctypes.c_uint(AT_RECURSIVE),
        ctypes.byref(asked),
        size,
    )
    _checked(result, f"mount_setattr {path}")


def _start(request: dict[str, Any], environment: dict[str, str]) -> int:
    """Become the user in a process of its own, and let `confine` do the rest; return its code."""
    user = request["user"]
    held = ",".join(f"+{name.removeprefix('CAP_').lower()}" for name in request["capabilities"])
    kept = f"-all,{held}".rstrip(",")
    ids = [f"--reuid={user}", f"--regid={user}", "--clear-groups"]
    caps = [f"--inh-caps={kept}", f"--ambient-caps={kept}"]
    if request["bounding"] == request["capabilities"]:
        caps.append(f"--bounding-set={kept}")
    privileges = ["--no-new-privs"] if request["gains_nothing"] else []
    # An empty environment: what the job is to find, `confine` is handed.
    request["environment"] = environment
    asked = json.dumps(request)
    argv = ["setpriv", *ids, *caps, *privileges, "--", *request["confine"], asked]
    ready, go = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        os.close(go[1])
        os.chdir("/")
        if request["has_own_users"]:
            _checked(LIBC.unshare(NEW_USERS), "unshare")
        os.write(ready[1], b".")
        os.read(go[0], 1)
        os.execvpe(argv[0], argv, {"PATH": environment["PATH"]})  # noqa: S606  # no shell is the point
    os.close(ready[1])
    os.read(ready[0], 1)
    if request["has_own_users"]:
        for kind in ("uid", "gid"):
            with open(f"/proc/{child}/{kind}_map", "w", encoding="utf-8") as file:
                file.write(f"0 0 1\n{user} {user} 1\n")
    os.write(go[1], b".")
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _mount(
    source: str | None, target: str, kind: str | None, flags: int, options: str | None = None
) -> None:
    def raw(text: str | None) -> bytes | None:
        return None if text is None else text.encode()

    asked = (raw(source), raw(target), raw(kind), ctypes.c_ulong(flags), raw(options))
    _checked(LIBC.mount(*asked), f"mount {target}")


def _checked(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


if __name__ == "__main__":
    sys.exit(main())
