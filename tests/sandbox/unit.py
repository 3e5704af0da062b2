"""A unit's text, read as systemd reads it: the settings of ``[Service]``."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

BEYOND: Final = frozenset(
    {
        *("DevicePolicy", "MemoryMax", "TasksMax"),  # need a cgroup of our own
        *("KillMode", "NotifyAccess", "TimeoutStartSec", "TimeoutStopSec", "Type"),  # the manager's
        *("ExecReload", "Restart", "RestartSec", "WatchdogSec"),  # as well
        "SupplementaryGroups",  # groups that this host may not have
        *("KeyringMode", "RemoveIPC", "LockPersonality", "SystemCallArchitectures"),
        # Capabilities and the filter of system calls take these away already.
        *("ProtectClock", "ProtectHostname", "ProtectKernelLogs", "ProtectKernelModules"),
    }
)
"""Settings that are not carried out here."""

CARRIED_OUT: Final = frozenset(
    {
        *("User", "Group", "StateDirectory", "StateDirectoryMode", "RuntimeDirectory", "ExecStart"),
        *("Environment", "EnvironmentFile", "LoadCredential", "ReadWritePaths", "UMask"),
        *("ProtectSystem", "ProtectHome", "PrivateTmp", "PrivateDevices", "PrivateMounts"),
        *("ProtectProc", "ProcSubset", "ProtectKernelTunables", "ProtectControlGroups"),
        *("PrivateNetwork", "IPAddressDeny", "IPAddressAllow", "RestrictAddressFamilies"),
        *("PrivateUsers", "CapabilityBoundingSet", "AmbientCapabilities", "NoNewPrivileges"),
        *("SystemCallFilter", "SystemCallErrorNumber", "MemoryDenyWriteExecute"),
        *("RestrictNamespaces", "RestrictRealtime", "RestrictSUIDSGID"),
    }
)
"""Settings that `request.request_of` and what it feeds carry out."""


@dataclass(frozen=True, slots=True)
class Unit:
    """The settings of a service: every value of a key, in order."""

    settings: Mapping[str, tuple[str, ...]]

    def last(self, key: str, default: str = "") -> str:
        """Return the last value of a key."""
        return self.settings.get(key, (default,))[-1]

    def is_set(self, key: str) -> bool:
        """Return whether a switch is on."""
        return self.last(key) == "yes"

    def words(self, key: str) -> list[str]:
        """Return the words of all values of a key."""
        return [word for value in self.settings.get(key, ()) for word in words(value)]


def read_unit(text: str) -> Unit:
    """Given a unit's text, return its service. Raise `ValueError` for a setting nobody knows."""
    found: dict[str, tuple[str, ...]] = {}
    section = ""
    for line in text.splitlines():
        if line.startswith("["):
            section = line
        elif section == "[Service]" and line and not line.startswith("#"):
            key, _, value = line.partition("=")
            if key not in BEYOND | CARRIED_OUT:
                raise ValueError(f"the sandbox does not know {key}")
            found[key] = (*found.get(key, ()), value)
    return Unit(found)


def words(value: str) -> list[str]:
    """Given a value, return its words: quotes hold them together, specifiers are those we write."""
    return [word.replace("%t", "/run").replace("%%", "%") for word in shlex.split(value)]
