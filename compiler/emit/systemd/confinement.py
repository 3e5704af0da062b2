"""What a unit may reach: needs enter, the settings that leave these open and nothing else leave.

Where a need takes a protection away, a comment above the setting says why.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compiler.artifact.ini import COMMENT, literal, word
from compiler.lower.needs import MEMORY_BYTES
from compiler.targets.opsrun import CREDENTIALS, ENVIRONMENT, USER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from compiler.lower.needs import Needs
    from compiler.model.stack import Opsrun

STATE_PARENT: Final = "/var/lib/"
"""Where systemd makes state folders itself."""

INVISIBLE: Final = ("ProtectProc", "invisible")
"""What hides the processes of others."""

ALWAYS: Final[tuple[tuple[str, str], ...]] = (
    ("NoNewPrivileges", "yes"),
    ("UMask", "0077"),
    ("ProtectSystem", "strict"),
    ("PrivateDevices", "yes"),
    ("PrivateMounts", "yes"),
    INVISIBLE,
    ("ProtectClock", "yes"),
    ("ProtectHostname", "yes"),
    ("ProtectKernelLogs", "yes"),
    ("ProtectKernelModules", "yes"),
    ("ProtectKernelTunables", "yes"),
    ("ProtectControlGroups", "yes"),
    ("RestrictNamespaces", "yes"),
    ("RestrictRealtime", "yes"),
    ("RestrictSUIDSGID", "yes"),
    ("LockPersonality", "yes"),
    ("RemoveIPC", "yes"),
    ("KeyringMode", "private"),
    ("DevicePolicy", "closed"),
    ("NotifyAccess", "none"),
    ("SystemCallArchitectures", "native"),
    ("SystemCallErrorNumber", "EPERM"),
    ("TasksMax", "256"),
)
"""What nothing needs; `systemd-analyze security` weighs it."""

UNPRIVILEGED_CALLS: Final = "~@privileged @resources @mount @debug @obsolete"
PRIVILEGED_CALLS: Final = "~@resources @mount @debug @obsolete @clock @module @reboot @swap @raw-io"


def identity(opsrun: Opsrun) -> Iterator[tuple[str, str]]:
    """Given how opsrun stands on the hosts, yield who a unit runs as, and where its state is."""
    yield "User", USER
    yield "Group", USER
    if is_made_by_systemd(opsrun.state):
        yield "StateDirectory", word(opsrun.state.removeprefix(STATE_PARENT))
        # The collector of metrics, another user, passes through to `metrics` and sees nothing else.
        yield "StateDirectoryMode", "0711"
    else:
        yield "ReadWritePaths", word(opsrun.state)
    if opsrun.textfile is not None:
        yield "ReadWritePaths", word(opsrun.textfile)
        yield "Environment", word(f"OPSRUN_TEXTFILE_DIR={opsrun.textfile}")


def is_made_by_systemd(state: str) -> bool:
    """Given the state folder, return whether a unit names it below systemd's own place for it."""
    rest = state.removeprefix(STATE_PARENT)
    return rest != state and bool(rest.strip("/")) and ".." not in rest.split("/")


RESIDENT: Final = {"NotifyAccess": "main", "TasksMax": "4096"}
"""What is otherwise where many jobs share a unit, which says itself how it is."""


def confinement(
    need: Needs, *, variables: Iterable[str], unit: str, is_resident: bool = False
) -> Iterator[tuple[str, str]]:
    """Given what a unit needs, yield its settings.

    `variables` name the files of environment variables that its secrets may stand in, `unit` its
    folder of temporary files. One that is resident is of many jobs.
    """
    yield from _secrets(need, variables)
    yield from _files(need, unit)
    yield from _network(need)
    yield from _privileges(need)
    yield from _memory(need, is_resident=is_resident)
    lasting = {**dict(ALWAYS), **(RESIDENT if is_resident else {})}
    yield from (one for one in lasting.items() if not (need.sees_host and one == INVISIBLE))


def _secrets(need: Needs, variables: Iterable[str]) -> Iterator[tuple[str, str]]:
    for name in need.secrets_of("credential"):
        yield "LoadCredential", f"{name}:{CREDENTIALS}/{name}"
    if need.secrets_of("env"):
        for name in variables:
            yield "EnvironmentFile", f"{ENVIRONMENT}/{name}"


def _files(need: Needs, unit: str) -> Iterator[tuple[str, str]]:
    """Yield what is seen of the file system; folders that may be missing bear a minus."""
    if need.writes:
        yield "ReadWritePaths", " ".join(_optional(path) for path in need.writes)
    if need.is_below("/home", "/root", "/run/user"):
        yield "ProtectHome", "read-only"
    else:
        yield "ProtectHome", "yes"
    if need.is_below("/tmp", "/var/tmp"):  # noqa: S108  # the job is about these very folders
        # Temporary files of its own, since the shared ones are what the job is about.
        folder = f"opsrun/{unit}"
        yield "PrivateTmp", "no"
        yield "RuntimeDirectory", folder
        yield "Environment", f"TMPDIR=%t/{folder}"
    else:
        yield "PrivateTmp", "yes"
    yield from _processes(need)


def _processes(need: Needs) -> Iterator[tuple[str, str]]:
    """Yield what is seen below /proc: its own processes, and nothing else of the host."""
    if need.sees_host:
        yield COMMENT, "ProtectProc and ProcSubset are left out: how the host is, is looked at"
        return
    if need.is_below("/proc"):
        yield COMMENT, "ProcSubset=pid is left out: a path below /proc is read"
    else:
        yield "ProcSubset", "pid"


def _optional(path: str) -> str:
    quoted = word(path)
    # The minus stands inside the quotes.
    return f'"-{quoted[1:]}' if quoted.startswith('"') else f"-{quoted}"


def _network(need: Needs) -> Iterator[tuple[str, str]]:
    if not need.is_networked:
        yield "PrivateNetwork", "yes"
        yield "RestrictAddressFamilies", "AF_UNIX"
        yield "IPAddressDeny", "any"
        return
    yield "RestrictAddressFamilies", "AF_UNIX AF_INET AF_INET6"
    addresses = need.addresses
    if addresses is None:
        unknown = ", ".join(need.unaddressed)
        yield COMMENT, f"IPAddressAllow is left out, for want of addresses: {literal(unknown)}"
        return
    yield "IPAddressDeny", "any"
    yield "IPAddressAllow", " ".join(addresses)


def _privileges(need: Needs) -> Iterator[tuple[str, str]]:
    held = " ".join(need.capabilities)
    if need.groups:
        yield "SupplementaryGroups", " ".join(need.groups)
    yield "CapabilityBoundingSet", held
    yield "AmbientCapabilities", held
    if need.capabilities:
        yield COMMENT, f"PrivateUsers and ~@privileged are left out: {held} acts on the host"
    else:
        yield "PrivateUsers", "yes"
    yield "SystemCallFilter", "@system-service"
    yield "SystemCallFilter", PRIVILEGED_CALLS if need.capabilities else UNPRIVILEGED_CALLS
    if need.makes_code:
        yield COMMENT, "MemoryDenyWriteExecute is left out: the program makes code while it runs"
    else:
        yield "MemoryDenyWriteExecute", "yes"


def _memory(need: Needs, *, is_resident: bool) -> Iterator[tuple[str, str]]:
    if is_resident:
        yield COMMENT, "MemoryMax is left out: the jobs share what the host has"
        return
    is_usual = need.memory_bytes == MEMORY_BYTES
    yield "MemoryMax", "1G" if is_usual else str(need.memory_bytes)
