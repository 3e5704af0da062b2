"""What a job must reach: the folders it writes, the paths it looks at, the network it asks.

Each kind of job says it from its parameters; whatever no kind needs, the unit takes away.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from runtime.contract.plan import Job

LOOPBACK: Final = "localhost"
"""systemd's word for 127.0.0.0/8 and ::1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What one job must reach. `peers` are host names and addresses it connects to."""

    writes: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    peers: tuple[str, ...] = ()

    @property
    def addresses(self) -> tuple[str, ...] | None:
        """The addresses that the peers have; None when one is a name that has to be looked up."""
        known = [_address(peer) for peer in self.peers]
        found = [address for address in known if address is not None]
        return tuple(sorted(set(found))) if len(found) == len(known) else None

    def is_below(self, *folders: str) -> bool:
        """Whether a path that the job writes or looks at is one of the folders, or inside one."""
        return any(
            path == folder or path.startswith(f"{folder}/")
            for path in (*self.writes, *self.reads)
            for folder in folders
        )


def needs(job: Job) -> Needs:
    """Given a job, return what its steps must reach, together."""
    found = [KINDS[step.kind](step.parameters) for step in job.steps.values()]
    return Needs(
        writes=_merged(need.writes for need in found),
        reads=_merged(need.reads for need in found),
        peers=_merged(need.peers for need in found),
    )


def _merged(parts: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(sorted({item for part in parts for item in part}))


def _files_expire(parameters: Mapping[str, Any]) -> Needs:
    return Needs(writes=tuple(place["root"] for place in parameters["places"]))


def _health_check(parameters: Mapping[str, Any]) -> Needs:
    checks = parameters["checks"].values()
    disks = tuple(check["disk"]["path"] for check in checks if check.get("disk"))
    urls = (check["http"]["url"] for check in checks if check.get("http"))
    return Needs(reads=disks, peers=tuple(urlsplit(url).hostname or "" for url in urls))


KINDS: Final[Mapping[str, Callable[[Mapping[str, Any]], Needs]]] = {
    "files.expire": _files_expire,
    "health.check": _health_check,
}
"""What a step must reach, by its kind; a test holds it against the contract's kinds."""


def _address(host: str) -> str | None:
    """Return what systemd calls a host that needs no look-up; None for any other name."""
    import ipaddress

    if host == LOOPBACK:
        return LOOPBACK
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return None
    return LOOPBACK if address.is_loopback else str(address)
