"""What a job must reach: folders and paths, the network, secrets, capabilities.

Each kind of step says it from its parameters, and the job adds what its lease asks; whatever
nothing needs, the unit takes away.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from runtime.contract.command import ANY_PEER
from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from runtime.contract.channel import Channel
    from runtime.contract.collector import Collector
    from runtime.contract.plan import Job
    from runtime.contract.secret import Secret
    from runtime.contract.serve import Serve

LOOPBACK: Final = "localhost"
"""systemd's word for 127.0.0.0/8 and ::1."""

SECRET_KINDS: Final = ("credential", "env", "file")
"""Where a secret can be kept, as `runtime.contract.secret.Secret` says it."""

CONNECTIONS: Final = ("dsn", "replica", "url", "redis", "postgres")
"""Keys of a check under which the secrets of its connections stand."""

JOURNAL_GROUPS: Final = ("systemd-journal",)
"""Groups whose members read the journals of all units."""

MEMORY_BYTES: Final = 2**30
"""What a job may use where nothing is said."""


@frozen
class Needs(Frozen):
    """What one job must reach.

    `peers` are names, addresses and networks that it connects to; `hidden_peers` name the secrets
    that hold the addresses of further ones, in words. A secret is a kind and its place. `groups`
    are those that it reads with; `sees_host` is whether it sees the processes of others.
    """

    writes: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    peers: tuple[str, ...] = ()
    hidden_peers: tuple[str, ...] = ()
    secrets: tuple[tuple[str, str], ...] = ()
    capabilities: tuple[str, ...] = ()
    makes_code: bool = False
    memory_bytes: int = MEMORY_BYTES
    groups: tuple[str, ...] = ()
    sees_host: bool = False

    @property
    def is_networked(self) -> bool:
        """Whether it connects to anything at all."""
        return bool(self.peers or self.hidden_peers)

    @property
    def unaddressed(self) -> tuple[str, ...]:
        """Why its peers cannot be told by address: names, secrets, or any peer at all."""
        return (*(peer for peer in self.peers if _address(peer) is None), *self.hidden_peers)

    @property
    def addresses(self) -> tuple[str, ...] | None:
        """The addresses that the peers have; None when one of them is not known by address."""
        if self.unaddressed:
            return None
        return tuple(sorted({found for peer in self.peers if (found := _address(peer))}))

    @property
    def is_on_loopback(self) -> bool:
        """Whether one of its peers is the machine itself."""
        return any(_address(peer) == LOOPBACK for peer in self.peers)

    def is_below(self, *folders: str) -> bool:
        """Whether a path that the job writes or looks at is one of the folders, or inside one."""
        return any(
            is_inside(path, folder)
            for path in (*self.writes, *self.reads, *self.secrets_of("file"))
            for folder in folders
        )

    def secrets_of(self, kind: str) -> tuple[str, ...]:
        """Given where secrets are kept, return the names or paths of those."""
        return tuple(place for one, place in self.secrets if one == kind)


def needs(job: Job) -> Needs:
    """Given a job, return what its steps and its lease must reach, together."""
    found = [needs_of(step.kind, step.parameters) for step in job.steps.values()]
    if job.lease is not None:
        lease = {"postgres": job.lease.postgres, "redis": job.lease.redis}
        found.extend(_hidden("the lease", secret) for secret in lease.values() if secret)
    return _together(found)


def needs_of(kind: str, parameters: Mapping[str, Any]) -> Needs:
    """Given the kind of a step and its parameters in plan form, return what it must reach."""
    return KINDS[kind](parameters)


def delivery_needs(channels: Mapping[str, Channel]) -> Needs:
    """Given channels by name, return what telling people through them must reach."""
    return _together([need for name, said in channels.items() for need in _channel(name, said)])


def serving_needs(
    jobs: Iterable[Job],
    channels: Mapping[str, Channel],
    settings: Serve,
    collector: Collector | None = None,
) -> Needs:
    """Return what the resident process must reach: what its jobs do, who asks it, what it sees."""
    files = () if settings.tls is None else (settings.tls.certificate, settings.tls.key)
    authorities = () if settings.tls is None else (settings.tls.client_ca,)
    own = replace(
        _held(settings.token),
        peers=(LOOPBACK if settings.is_local else ANY_PEER,),
        reads=tuple(path for path in (*files, *authorities) if path),
    )
    watched = () if collector is None else (_watching(collector),)
    return _together([own, delivery_needs(channels), *watched, *(needs(job) for job in jobs)])


def _watching(collector: Collector) -> Needs:
    """Return what is looked at of the host: its processes, its figures below /proc, its disks."""
    pid_files = (watched.pid_file for watched in collector.processes.values())
    return Needs(
        reads=(*collector.disks, *(path for path in pid_files if path is not None)), sees_host=True
    )


def _channel(name: str, channel: Channel) -> Iterator[Needs]:
    whose = f"what channel {name} posts to"
    if channel.smtp is not None:
        yield Needs(peers=(channel.smtp.host.rpartition(":")[0].strip("[]"),))
        yield _held(channel.smtp.password)
    if channel.slack is not None:
        yield _hidden(whose, channel.slack.url)
    if channel.pagerduty is not None:
        yield Needs(peers=(urlsplit(channel.pagerduty.url).hostname or "",))
        yield _held(channel.pagerduty.routing_key)
    if channel.webhook is not None:
        if channel.webhook.url is not None:
            yield Needs(peers=(urlsplit(channel.webhook.url).hostname or "",))
        if channel.webhook.url_from is not None:
            yield _hidden(whose, channel.webhook.url_from)
        yield _held(channel.webhook.token)


def _held(secret: Secret | None) -> Needs:
    return Needs(secrets=() if secret is None else tuple(_places(secret)))


def _together(found: Sequence[Needs]) -> Needs:
    return Needs(
        writes=_merged(need.writes for need in found),
        reads=_merged(need.reads for need in found),
        peers=_merged(need.peers for need in found),
        hidden_peers=_merged(need.hidden_peers for need in found),
        secrets=_merged(need.secrets for need in found),
        capabilities=_merged(need.capabilities for need in found),
        groups=_merged(need.groups for need in found),
        makes_code=any(need.makes_code for need in found),
        sees_host=any(need.sees_host for need in found),
        memory_bytes=max((need.memory_bytes for need in found), default=MEMORY_BYTES),
    )


def with_paths(need: Needs, paths: Iterable[str | None]) -> Needs:
    """Given needs and the paths that the unit itself has (None for none), return all together."""
    return replace(need, reads=_merged((need.reads, tuple(path for path in paths if path))))


def _merged(parts: Iterable[tuple[Any, ...]]) -> tuple[Any, ...]:
    return tuple(sorted({item for part in parts for item in part}))


def _places(secret: Any) -> Iterator[tuple[str, str]]:
    """Yield where a secret is kept, given as the entry or in plan form."""
    for kind in SECRET_KINDS:
        place = secret.get(kind) if isinstance(secret, dict) else getattr(secret, kind)
        if place:
            yield kind, place


def _hidden(whose: str, secret: Any) -> Needs:
    """Return the needs of what connects to an address that stands in a secret."""
    places = tuple(_places(secret))
    words = tuple(f"{whose} ({kind} {place})" for kind, place in places)
    return Needs(hidden_peers=words, secrets=places)


def _command(parameters: Mapping[str, Any]) -> Needs:
    secrets = parameters.get("secrets", {}).values()
    own = (parameters["argv"][0], parameters.get("directory", "/"))
    return Needs(
        writes=tuple(parameters.get("writes", ())),
        reads=tuple(path for path in (*parameters.get("reads", ()), *own) if path.startswith("/")),
        peers=tuple(parameters.get("connects", ())),
        secrets=tuple(place for secret in secrets for place in _places(secret)),
        capabilities=tuple(parameters.get("capabilities", ())),
        makes_code=parameters.get("makes_code", False),
        memory_bytes=parameters.get("memory_bytes", MEMORY_BYTES),
    )


def _files(parameters: Mapping[str, Any]) -> Needs:
    return Needs(writes=tuple(place["root"] for place in parameters["places"]))


def _data_expire(parameters: Mapping[str, Any]) -> Needs:
    rows, objects = parameters.get("rows"), parameters.get("objects")
    found = [] if rows is None else [_hidden("the database of the rows", rows["dsn"])]
    if objects is not None:
        keys = (objects.get("access_key"), objects.get("secret_key"))
        endpoint = objects.get("endpoint")
        found.append(
            Needs(
                # AWS answers from many addresses, and gives a host its keys from another one.
                peers=(ANY_PEER,) if endpoint is None else (urlsplit(endpoint).hostname or "",),
                reads=(objects["ca"],) if objects.get("ca") else (),
                secrets=tuple(place for key in keys if key for place in _places(key)),
            )
        )
    return _together(found)


def _postgres(parameters: Mapping[str, Any]) -> Needs:
    return _hidden("the database", parameters["dsn"])


def _files_rotate(parameters: Mapping[str, Any]) -> Needs:
    need = _files(parameters)
    pid_file = (parameters.get("signal") or {}).get("pid_file")
    # A unit's main process is told by systemd, which all may ask.
    return replace(need, reads=(pid_file,), capabilities=("CAP_KILL",)) if pid_file else need


def _redis(parameters: Mapping[str, Any]) -> Needs:
    return _hidden("the Redis", parameters["url"])


def _docker_prune(parameters: Mapping[str, Any]) -> Needs:
    return Needs(reads=(parameters["socket"],))


def _http_call(parameters: Mapping[str, Any]) -> Needs:
    held = [*parameters["secrets"].values()]
    held += [parameters["token"]] if parameters.get("token") else []
    found = [Needs(secrets=tuple(_places(secret))) for secret in held]
    if parameters.get("url_from"):
        found.append(_hidden("what is called", parameters["url_from"]))
    else:
        found.append(Needs(peers=(urlsplit(parameters["url"]).hostname or "",)))
    return _together(found)


def _diagnostics_collect(parameters: Mapping[str, Any]) -> Needs:
    """Return what collectors look at; a secret that holds an address is a peer by itself."""
    named = {**parameters.get("databases", {}), **parameters.get("caches", {})}
    asked = [_hidden(f"what is collected of {name}", one) for name, one in named.items()]
    endpoints = parameters.get("endpoints", {}).values()
    output = parameters.get("output")
    return _together(
        [
            *asked,
            Needs(
                writes=(output,) if output else (),
                reads=(
                    *(place["root"] for place in parameters.get("logs", ())),
                    *parameters.get("folders", ()),
                ),
                # The host's own interfaces and sockets are looked at, whoever else is asked.
                peers=(LOOPBACK, *(urlsplit(url).hostname or "" for url in endpoints)),
                groups=JOURNAL_GROUPS if parameters.get("units") else (),
                sees_host=True,
                # What is collected is held, with and without its secrets, until it is packed.
                memory_bytes=2 * MEMORY_BYTES + 8 * parameters["limit_bytes"],
            ),
        ]
    )


def _health_check(parameters: Mapping[str, Any]) -> Needs:
    return _together([_check(name, check) for name, check in parameters["checks"].items()])


def _check(name: str, check: Mapping[str, Any]) -> Needs:
    if check.get("http"):
        return Needs(peers=(urlsplit(check["http"]["url"]).hostname or "",))
    if check.get("storage"):
        path = (check["storage"]["path"],)
        return Needs(writes=path) if check["storage"].get("write") else Needs(reads=path)
    # What is left connects to addresses that stand in secrets, or asks systemd, which all may.
    parts = (check.get(kind) or {} for kind in ("postgres", "redis", "queue"))
    secrets = (part[key] for part in parts for key in CONNECTIONS if part.get(key))
    return _together([_hidden(f"what check {name} connects to", secret) for secret in secrets])


KINDS: Final[Mapping[str, Callable[[Mapping[str, Any]], Needs]]] = {
    "cache.cleanup": _redis,
    "command": _command,
    "data.expire": _data_expire,
    "diagnostics.collect": _diagnostics_collect,
    "docker.prune": _docker_prune,
    "files.expire": _files,
    "files.rotate": _files_rotate,
    "health.check": _health_check,
    "http.call": _http_call,
    "postgres.analyze": _postgres,
    "postgres.bloat": _postgres,
    "postgres.reindex": _postgres,
    "postgres.vacuum": _postgres,
    "redis.expire": _redis,
    "temp.clean": _files,
}
"""What a step must reach, by its kind; a test holds it against the contract's kinds."""


def _address(host: str) -> str | None:
    """Return what systemd calls a host that needs no look-up; None for any other name."""
    import ipaddress

    if host == LOOPBACK:
        return LOOPBACK
    if host == ANY_PEER:
        return None
    try:
        network = ipaddress.ip_network(host, strict=False)
    except ValueError:
        return None
    if network.is_loopback:
        return LOOPBACK
    return str(network.network_address) if network.num_addresses == 1 else str(network)


def is_inside(path: str, folder: str) -> bool:
    """Given two absolute paths, return whether the first is the second, or below it."""
    return path == folder or path.startswith(f"{folder.rstrip('/')}/")
