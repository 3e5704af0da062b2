"""The service of a job: `opsrun` under a user of its own, with nothing that the job does not need.

Only the folders that the job's parameters name can be written, and only a job that asks the
network has one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compiler.artifact.ini import literal, word, write_ini
from compiler.artifact.notice import notice
from compiler.emit.systemd.needs import needs
from compiler.targets.opsrun import PLAN_FILE, USER
from runtime.contract.units import format_duration
from runtime.retry import longest_seconds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.emit.systemd.needs import Needs
    from compiler.lower.plan import JobPlan

PROGRAM: Final = "/usr/bin/opsrun"
SETTLING_SECONDS: Final = 30
"""What `opsrun` itself may take, before and after the job, until systemd stops it."""

CONFINEMENT: Final = (
    ("NoNewPrivileges", "yes"),
    ("CapabilityBoundingSet", ""),
    ("AmbientCapabilities", ""),
    ("UMask", "0077"),
    ("ProtectSystem", "strict"),
    ("PrivateDevices", "yes"),
    ("PrivateUsers", "yes"),
    ("PrivateMounts", "yes"),
    ("ProtectProc", "invisible"),
    ("ProcSubset", "pid"),
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
    ("MemoryDenyWriteExecute", "yes"),
    ("RemoveIPC", "yes"),
    ("KeyringMode", "private"),
    ("DevicePolicy", "closed"),
    ("NotifyAccess", "none"),
    ("SystemCallArchitectures", "native"),
    ("SystemCallFilter", "@system-service"),
    ("SystemCallFilter", "~@privileged @resources @mount @debug @obsolete"),
    ("SystemCallErrorNumber", "EPERM"),
    ("MemoryMax", "1G"),
    ("TasksMax", "256"),
)
"""What no job needs; `systemd-analyze security` weighs it."""


def service(job: JobPlan) -> str:
    """Given a job, return its service."""
    need = needs(job.contract)
    sections = {
        "Unit": list(_unit(job, need)),
        "Service": [*_process(job), *_files(job, need), *_network(need), *CONFINEMENT],
    }
    return write_ini(sections, comments=[notice([job.service])])


def _unit(job: JobPlan, need: Needs) -> Iterator[tuple[str, str]]:
    said = job.contract.description
    key = f"{job.service}/{job.name}"
    yield "Description", literal(f"{key}: {said}" if said else key)
    if need.peers and need.addresses != ("localhost",):
        yield "Wants", "network-online.target"
        yield "After", "network-online.target"


def _process(job: JobPlan) -> Iterator[tuple[str, str]]:
    contract = job.contract
    argv = [PROGRAM, "run", "--scheduled", "--plan", PLAN_FILE, f"{job.service}/{job.name}"]
    if job.schedule.form == "manual":
        argv.remove("--scheduled")
    # Waiting for what others hold, and every further attempt, happen inside the one process.
    limit = longest_seconds(contract) + SETTLING_SECONDS
    yield "Type", "oneshot"
    yield "User", USER
    yield "Group", "opsrun"
    yield "StateDirectory", "opsrun"
    # The collector of metrics, another user, passes through to `metrics` and sees nothing else.
    yield "StateDirectoryMode", "0711"
    yield "ExecStart", " ".join(word(part, is_command=True) for part in argv)
    yield "TimeoutStartSec", format_duration(limit)
    yield "TimeoutStopSec", format_duration(contract.stop_grace_seconds + SETTLING_SECONDS)
    # `opsrun` stops its own steps, with their grace; the rest of the group is killed after it.
    yield "KillMode", "mixed"


def _files(job: JobPlan, need: Needs) -> Iterator[tuple[str, str]]:
    """Yield what is seen of the file system; folders that may be missing bear a minus."""
    if need.writes:
        yield "ReadWritePaths", " ".join(_optional(path) for path in need.writes)
    if need.is_below("/home", "/root", "/run/user"):
        yield "ProtectHome", "read-only"
    else:
        yield "ProtectHome", "yes"
    if need.is_below("/tmp", "/var/tmp"):  # noqa: S108  # the job is about these very folders
        # Temporary files of its own, since the shared ones are what the job is about.
        folder = f"opsrun/{job.service}-{job.name}"
        yield "PrivateTmp", "no"
        yield "RuntimeDirectory", folder
        yield "Environment", f"TMPDIR=%t/{folder}"
    else:
        yield "PrivateTmp", "yes"


def _optional(path: str) -> str:
    quoted = word(path)
    # The minus stands inside the quotes.
    return f'"-{quoted[1:]}' if quoted.startswith('"') else f"-{quoted}"


def _network(need: Needs) -> Iterator[tuple[str, str]]:
    if not need.peers:
        yield "PrivateNetwork", "yes"
        yield "RestrictAddressFamilies", "AF_UNIX"
        yield "IPAddressDeny", "any"
        return
    yield "RestrictAddressFamilies", "AF_UNIX AF_INET AF_INET6"
    addresses = need.addresses
    if addresses is not None:
        yield "IPAddressDeny", "any"
        yield "IPAddressAllow", " ".join(addresses)
