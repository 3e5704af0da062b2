"""What the process that enters the sandbox is asked to do, from a unit: plain data, no effects."""

from __future__ import annotations

import subprocess
from functools import cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.sandbox.unit import Unit

USER_ID: Final = 64_900
"""The user that jobs run as here; no account has to exist."""

PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def request_of(
    unit: Unit,
    name: str,
    argv: Sequence[str],
    *,
    binds: Mapping[str, str],
    hold: str,
) -> dict[str, Any]:
    """Given a unit, what to start under it and what stands where, return the request.

    `binds` are folders and files of the machine by the path that the job sees them at, `hold` is an
    empty folder of the machine.
    """
    state = [f"/var/lib/{folder}" for folder in unit.words("StateDirectory")]
    runtime = [f"/run/{folder}" for folder in unit.words("RuntimeDirectory")]
    return {
        "argv": list(argv),
        "binds": dict(binds),
        "hold": hold,
        "user": USER_ID,
        "own_folders": [*state, *runtime],
        "credentials": dict(word.split(":", 1) for word in unit.words("LoadCredential")),
        "credentials_folder": f"/run/credentials/{name}",
        "environment": _environment(unit, state, runtime),
        "environment_files": unit.words("EnvironmentFile"),
        "writable": [*state, *runtime, *unit.words("ReadWritePaths")],
        "is_read_only": unit.last("ProtectSystem") == "strict",
        "home": unit.last("ProtectHome", "no"),
        "has_own_tmp": unit.is_set("PrivateTmp"),
        "has_own_devices": unit.is_set("PrivateDevices"),
        "proc": _proc(unit),
        "has_own_network": unit.is_set("PrivateNetwork"),
        "has_own_users": unit.is_set("PrivateUsers"),
        "capabilities": unit.last("AmbientCapabilities").split(),
        "bounding": unit.last("CapabilityBoundingSet", "~").split(),
        "gains_nothing": unit.is_set("NoNewPrivileges"),
        "umask": int(unit.last("UMask", "0022"), 8),
        "calls": sorted(_calls(unit)),
        "families": unit.words("RestrictAddressFamilies"),
        "denies_code": unit.is_set("MemoryDenyWriteExecute"),
        "denies_namespaces": unit.is_set("RestrictNamespaces"),
        "denies_realtime": unit.is_set("RestrictRealtime"),
        "denies_suid": unit.is_set("RestrictSUIDSGID"),
    }


def allowed_addresses(unit: Unit) -> list[str] | None:
    """Given a unit, return the networks that it may reach; None when all."""
    if unit.last("IPAddressDeny") != "any":
        return None
    known = {"localhost": ["127.0.0.0/8"]}
    return [net for word in unit.words("IPAddressAllow") for net in known.get(word, [word])]


def _environment(unit: Unit, state: list[str], runtime: list[str]) -> dict[str, str]:
    given = dict(word.split("=", 1) for word in unit.words("Environment"))
    folders = {"STATE_DIRECTORY": ":".join(state), "RUNTIME_DIRECTORY": ":".join(runtime)}
    return {"PATH": PATH, **{key: value for key, value in folders.items() if value}, **given}


def _proc(unit: Unit) -> str:
    """Return the options that /proc is mounted with."""
    subset = ["subset=pid"] if unit.last("ProcSubset") == "pid" else []
    hidden = ["hidepid=invisible"] if unit.last("ProtectProc") == "invisible" else []
    return ",".join([*subset, *hidden]) or "hidepid=off"


def _calls(unit: Unit) -> set[str]:
    """Return the names of the system calls that the filter lets through; all when it has none."""
    allowed: set[str] = set()
    for value in unit.settings.get("SystemCallFilter", ()):
        is_denied = value.startswith("~")
        named = {call for group in value.lstrip("~").split() for call in _expanded(group)}
        allowed = allowed - named if is_denied else allowed | named | _expanded("@default")
    return allowed


@cache
def _expanded(group: str) -> frozenset[str]:
    """Given a system call or a group of them, return the calls, as this systemd knows them."""
    if not group.startswith("@"):
        return frozenset({group})
    listed = subprocess.run(
        ["systemd-analyze", "syscall-filter", "--no-pager", group],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    members = (line.strip() for line in listed.splitlines()[1:])
    return frozenset(
        call
        for member in members
        if member and not member.startswith("#")
        for call in _expanded(member)
    )
