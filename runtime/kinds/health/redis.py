"""A Redis: its answer, its role, its memory, its link to the primary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from runtime.kinds.health.answer import Answer, Limit, judged, slow
from runtime.kinds.health.cache import connected

if TYPE_CHECKING:
    from runtime.contract.health_check import RedisCheck
    from runtime.kinds.health.answer import Line

ROLES: Final = {"master": "primary", "slave": "replica"}
"""Our words for what Redis calls itself."""


def ask(check: RedisCheck, line: Line) -> Answer:
    """Given a check, ask the Redis, and return how it is."""
    began = line.clock.monotonic()
    with connected(check.url, line) as client:
        client.ping()
        took = line.clock.monotonic() - began
        memory, replication = client.info("memory"), client.info("replication")
    role = ROLES.get(str(replication.get("role")), "unknown")
    fault = _fault(check, role, replication)
    if fault is not None:
        return Answer(status="unhealthy", message=fault, response_seconds=took)
    used = float(memory["used_memory"])
    values, limits = (
        {"memory_bytes": used},
        [slow(took, check.slow_seconds, check.too_slow_seconds)],
    )
    allowed = float(memory.get("maxmemory") or check.capacity_bytes or 0)
    if allowed:
        share = values["memory_ratio"] = used / allowed
        limits.append(
            Limit(
                value=share,
                said=f"{share * 100:.0f}% of the memory is used",
                degraded=check.degraded_memory_ratio,
                unhealthy=check.unhealthy_memory_ratio,
            )
        )
    elif check.degraded_memory_ratio is not None or check.unhealthy_memory_ratio is not None:
        said = "its memory has no limit to compare with: set `maxmemory`, or say `capacity`"
        limits.append(Limit(value=1, said=said, degraded=1, unhealthy=None))
    if role == "replica":
        values["lag_seconds"] = max(float(replication.get("master_last_io_seconds_ago", 0)), 0.0)
    return judged(limits, healthy=f"answered as {role}", response_seconds=took, values=values)


def _fault(check: RedisCheck, role: str, replication: dict[str, Any]) -> str | None:
    if check.role is not None and role != check.role:
        return f"it is a {role}, not a {check.role}"
    if role == "replica" and replication.get("master_link_status") != "up":
        return "its link to the primary is down"
    return None
