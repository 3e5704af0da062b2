"""Docker: which containers there are, how they are set up, and what they wrote last."""

from __future__ import annotations

import json
import os
import stat
import time
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Final

from runtime.kinds.diagnostics.desk import table
from runtime.kinds.diagnostics.tail import tail_of
from runtime.kinds.docker import EngineError, connected, words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from runtime.kinds.diagnostics.desk import Desk

MOST_CONTAINERS: Final = 30
"""Most containers that are inspected."""
PLAIN_VARIABLES: Final = frozenset(
    (
        *("HOME", "HOSTNAME", "LANG", "LANGUAGE", "LC_ALL", "PATH", "PORT", "PWD", "SHELL"),
        *("TERM", "TZ", "USER", "PGDATA", "PYTHONUNBUFFERED", "LOG_LEVEL", "NODE_ENV"),
    )
)
"""Environment variables of a container whose values are shown; of others only the name is."""


def collect(desk: Desk) -> None:
    """Write what the engine tells of the containers that are meant."""
    path = desk.asked.docker_socket
    try:
        if not stat.S_ISSOCK(os.stat(path).st_mode):
            desk.fault(f"{path} is no socket")
            return
    except FileNotFoundError:
        desk.absent(f"there is no engine: no {path}")
        return
    except OSError as error:
        desk.fault(f"{path}: {error.strerror}")
        return
    try:
        with connected(path, max(1, int(min(desk.seconds_left, 10)))) as client:
            _engine(desk, client)
    except EngineError as error:
        desk.fault(str(error))


def _engine(desk: Desk, client: Any) -> None:
    desk.write("version.json", _json(client.version()))
    containers = sorted(client.containers(all=True), key=lambda one: (_name(one), one["Id"]))
    desk.write("containers.txt", _listed(containers))
    _try(desk, "usage.json", lambda: _json(_usage(client.df())))
    _try(desk, "info.json", lambda: _json(_info(client.info())))
    meant = [one for one in containers if _is_meant(desk, _name(one))]
    if len(meant) > MOST_CONTAINERS:
        desk.cut("containers", f"of {len(meant)}, the first {MOST_CONTAINERS}")
    share = desk.asked.collector_limit_bytes // (min(len(meant), MOST_CONTAINERS) + 1)
    for one in meant[:MOST_CONTAINERS]:
        name = _name(one)
        _try(desk, f"{name}/inspect.json", _inspected, desk, client, one["Id"])
        _try(desk, f"{name}/log.txt", _log, desk, client, one, share)
    if meant:
        _stats(desk, client, meant[:MOST_CONTAINERS])


def _try(desk: Desk, file: str, look: Callable[..., str | bytes], *arguments: object) -> None:
    """Write a file; that it cannot be had is a fault of this alone."""
    import docker

    try:
        desk.write(file, look(*arguments))
    except (docker.errors.DockerException, OSError) as error:
        desk.fault(f"{file}: {words(error)}")


def _name(container: Any) -> str:
    names = container.get("Names") or [f"/{container['Id'][:12]}"]
    return str(names[0]).lstrip("/").replace("/", "-")


def _is_meant(desk: Desk, name: str) -> bool:
    return any(fnmatchcase(name, glob) for glob in desk.asked.containers)


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, sort_keys=True) + "\n"


def _listed(containers: list[Any]) -> str:
    rows = (
        (one["Id"][:12], _name(one), one["Image"], one["State"], one["Status"])
        for one in containers
    )
    return table(("ID", "NAME", "IMAGE", "STATE", "STATUS"), rows)


def _info(said: dict[str, Any]) -> dict[str, Any]:
    """Return what is worth knowing of the engine; its proxies may hold passwords."""
    kept = (
        *("Containers", "ContainersRunning", "ContainersStopped", "Images", "Driver", "NCPU"),
        *("MemTotal", "KernelVersion", "OperatingSystem", "CgroupDriver", "Warnings"),
    )
    return {name: said.get(name) for name in kept}


def _usage(said: dict[str, Any]) -> dict[str, Any]:
    return {
        "layers_bytes": said.get("LayersSize"),
        "images": len(said.get("Images") or ()),
        "containers": len(said.get("Containers") or ()),
        "volumes": len(said.get("Volumes") or ()),
    }


def _inspected(desk: Desk, client: Any, identifier: str) -> str:
    """Return how a container is set up, the values of its variables hidden but for plain ones."""
    said = client.inspect_container(identifier)
    name, state = str(said.get("Name", "")).lstrip("/"), said.get("State") or {}
    configuration = said.get("Config") or {}
    if "Env" in configuration:
        configuration["Env"] = [_variable(one) for one in configuration["Env"] or ()]
    health = (state.get("Health") or {}).get("Status")
    if health == "unhealthy" or state.get("Restarting") or state.get("OOMKilled"):
        why = "was killed for want of memory" if state.get("OOMKilled") else health or "restarts"
        desk.striking(f"container {name}: {why}")
    elif not state.get("Running") and state.get("ExitCode"):
        desk.striking(f"container {name}: ended with {state['ExitCode']}")
    return _json(said)


def _variable(said: str) -> str:
    name, equals, value = said.partition("=")
    return f"{name}={value if name in PLAIN_VARIABLES else '***'}" if equals else name


def _log(desk: Desk, client: Any, container: Any, limit_bytes: int) -> bytes:
    """Return the last lines that a container wrote, at most so much of them: the end."""
    since = desk.asked.since_seconds
    stream: Iterator[bytes] = client.logs(
        container["Id"],
        stdout=True,
        stderr=True,
        stream=True,
        follow=False,
        timestamps=True,
        tail=desk.asked.container_lines,
        **({} if since is None else {"since": int(time.time() - since)}),
    )
    end = tail_of(stream, limit_bytes)
    if end.is_limited:
        why = f"fewer than {desk.asked.container_lines} lines have room"
        desk.cut(f"{_name(container)}/log.txt", f"{why}; {end.left_out_bytes} bytes before them")
    return end.content


def _stats(desk: Desk, client: Any, containers: list[Any]) -> None:
    """Write what each running container uses at the moment."""

    def used() -> str:
        rows = []
        for one in containers:
            if one["State"] == "running":
                said = client.stats(one["Id"], stream=False, one_shot=True)
                memory = said.get("memory_stats") or {}
                rows.append(
                    (
                        _name(one),
                        (said.get("cpu_stats") or {}).get("cpu_usage", {}).get("total_usage"),
                        memory.get("usage"),
                        memory.get("limit"),
                        (said.get("pids_stats") or {}).get("current"),
                    )
                )
        heads = ("NAME", "PROCESSOR NANOSECONDS", "MEMORY BYTES", "LIMIT BYTES", "PROCESSES")
        return table(heads, rows)

    _try(desk, "stats.txt", used)
