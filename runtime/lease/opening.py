"""The place where hosts agree is opened: where a plan says that it is enters, a client leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runtime.lease.postgres import PostgresPlace
from runtime.lease.redis import RedisPlace
from runtime.secrets import resolve, shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runtime.contract.plan import Lease
    from runtime.lease.place import Place


def open_place(lease: Lease, environment: Mapping[str, str], timeout_seconds: float = 10) -> Place:
    """Given where leases are kept, return the place; it is reached when it is first asked.

    Raise `SecretError` when the connection string cannot be had, `LeaseError` when it is none or
    the driver is not installed.
    """
    if lease.postgres is not None:
        name = f"the leases in PostgreSQL, of {shown(lease.postgres)}"
        return PostgresPlace(resolve(lease.postgres, environment), name, timeout_seconds)
    if lease.redis is not None:
        name = f"the leases in Redis, of {shown(lease.redis)}"
        return RedisPlace(resolve(lease.redis, environment), name, timeout_seconds)
    raise AssertionError("a lease names one place")
