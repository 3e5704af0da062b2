"""Redis: what it tells of itself, its slow commands, its memory, its clients; no value in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from runtime.clock import SystemClock
from runtime.errors import RunError
from runtime.kinds.diagnostics.desk import table
from runtime.kinds.health.answer import CheckError, Line
from runtime.kinds.health.cache import connected

if TYPE_CHECKING:
    from collections.abc import Callable

    from runtime.kinds.diagnostics.desk import Desk

SLOW_COMMANDS: Final = 50
CLIENTS: Final = 200
KEY_BYTES: Final = 100
"""Longest key that is shown."""
FULL_RATIO: Final = 0.9
SECRET_COMMANDS: Final = frozenset((b"ACL", b"AUTH", b"CONFIG", b"EVAL", b"HELLO", b"MIGRATE"))
"""Commands whose arguments may be passwords, or whole programs."""
SETTINGS: Final = (
    *("appendonly", "databases", "io-threads", "maxclients", "maxmemory", "maxmemory-policy"),
    *("save", "slowlog-log-slower-than", "timeout", "tcp-keepalive"),
)


def collect(desk: Desk) -> None:
    """Write what each Redis tells of itself."""
    if not desk.asked.caches:
        desk.absent("no Redis is named")
        return
    for name, url in desk.asked.caches.items():
        line = Line(clock=SystemClock(), seconds=min(desk.seconds_left, 5.0))
        try:
            with connected(url, line) as client:
                _cache(desk, name, client)
        except (CheckError, RunError) as error:
            desk.fault(f"{name}: {error}")
            desk.striking(f"{name} cannot be asked: {error}")


def _cache(desk: Desk, name: str, client: Any) -> None:
    info = client.info("everything")
    desk.write(f"{name}/info.txt", "".join(f"{key}:{_plain(info[key])}\n" for key in info))
    parts: tuple[tuple[str, Callable[[], str]], ...] = (
        ("slowlog.txt", lambda: _slow(client)),
        ("memory.txt", lambda: _pairs(client.memory_stats())),
        ("doctor.txt", lambda: f"{client.execute_command('MEMORY DOCTOR').decode()}\n"),
        ("latency.txt", lambda: _pairs(dict(enumerate(client.execute_command("LATENCY LATEST"))))),
        ("clients.txt", lambda: _clients(client)),
        ("settings.txt", lambda: _pairs(_settings(client))),
    )
    for file, look in parts:
        _part(desk, name, file, look)
    _striking(desk, name, info)


def _part(desk: Desk, name: str, file: str, look: Callable[[], str]) -> None:
    """Write a file; that a user may not ask for it is a fault of this alone."""
    import redis

    try:
        desk.write(f"{name}/{file}", look())
    except redis.exceptions.ConnectionError:
        raise
    except redis.exceptions.RedisError as error:
        desk.fault(f"{name}/{file}: the server refused: {type(error).__name__}")


def _plain(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, dict):
        return ",".join(f"{_plain(key)}={_plain(item)}" for key, item in value.items())
    if isinstance(value, list | tuple):
        return " ".join(_plain(item) for item in value)
    return str(value)


def _pairs(said: dict[Any, Any]) -> str:
    return table(("WHAT", "VALUE"), ((_plain(key), _plain(said[key])) for key in said))


def _settings(client: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in SETTINGS:
        found.update(client.config_get(name))
    return found


def _slow(client: Any) -> str:
    """Return the slow commands, each with its key alone: the rest may be anybody's data."""
    rows = []
    for one in client.slowlog_get(SLOW_COMMANDS):
        words = bytes(one["command"]).split(b" ")
        shown = [words[0].decode("utf-8", "backslashreplace")]
        may_show = len(words) > 1 and words[0].upper() not in SECRET_COMMANDS
        if may_show and len(words[1]) <= KEY_BYTES:
            shown.append(words[1].decode("utf-8", "backslashreplace"))
        if len(words) > len(shown):
            shown.append(f"… {len(words) - len(shown)} more")
        rows.append((one["id"], one["start_time"], one["duration"], " ".join(shown)))
    return table(("ID", "AT", "MICROSECONDS", "COMMAND"), rows)


def _clients(client: Any) -> str:
    found = client.client_list()
    heads = ("id", "addr", "name", "user", "age", "idle", "db", "cmd", "omem", "tot-mem")
    rows = (tuple(one.get(head, "") for head in heads) for one in found[:CLIENTS])
    return f"{len(found)} clients\n\n" + table((head.upper() for head in heads), rows)


def _striking(desk: Desk, name: str, info: dict[str, Any]) -> None:
    used, most = float(info.get("used_memory", 0)), float(info.get("maxmemory", 0))
    if most and used >= FULL_RATIO * most:
        desk.striking(f"{name}: {used / most:.0%} of its memory is used")
    if int(info.get("rejected_connections", 0)):
        desk.striking(f"{name}: {info['rejected_connections']} connections were rejected")
    if info.get("role") == "slave" and info.get("master_link_status") != "up":
        desk.striking(f"{name}: its link to the primary is down")
    if info.get("rdb_last_bgsave_status", "ok") != "ok":
        desk.striking(f"{name}: its last save failed")
