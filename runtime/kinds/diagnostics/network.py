"""The network: addresses, routes, sockets, and how the resources' hosts are reached from here."""

from __future__ import annotations

import ipaddress
import os
import socket
import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlsplit

from runtime.deadline import LateError, within
from runtime.errors import SecretError
from runtime.kinds.diagnostics.desk import table
from runtime.kinds.diagnostics.program import asked
from runtime.kinds.health.answer import CheckError
from runtime.secrets import resolve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runtime.kinds.diagnostics.desk import Desk

LIMIT_BYTES: Final = 256 * 2**10
REACH_SECONDS: Final = 3.0
"""How long a look-up, or a connection, may take."""

STATES: Final = (
    *("", "established", "syn sent", "syn received", "fin wait 1", "fin wait 2", "time wait"),
    *("close", "close wait", "last ack", "listen", "closing", "new syn received"),
)
"""States of a TCP socket by their numbers, of <net/tcp_states.h>."""
LISTENING: Final = 10

TABLES: Final = (("tcp", 4), ("tcp6", 6), ("udp", 4), ("udp6", 6))
"""Files of /proc/net that list sockets, and the version of the addresses in them."""
RAW: Final = ("dev", "snmp", "netstat", "sockstat", "route", "ipv6_route", "if_inet6", "fib_trie")
"""Files of /proc/net that are taken as they are."""
DEFAULT_PORTS: Final = {"http": 80, "https": 443, "postgres": 5432, "redis": 6379, "rediss": 6379}


class Peer(NamedTuple):
    """A host that is connected to, and whose."""

    name: str
    host: str
    port: int


def collect(desk: Desk) -> None:
    """Write what the host has of a network, and how far it reaches."""
    for name in RAW:
        if os.path.exists(f"/proc/net/{name}"):
            desk.part(f"proc/{name}", _raw, f"/proc/net/{name}")
    desk.part("resolv.conf", _raw, "/etc/resolv.conf")
    for name, argv in (("addresses", ("addr", "show")), ("routes", ("route", "show"))):
        # What it says stands in /proc too, less readable: a unit does not let it ask.
        try:
            desk.write(f"{name}.txt", _ip(desk, argv))
        except CheckError as error:
            desk.absent(f"{name}.txt: {error}")
    desk.part("sockets.txt", _sockets)
    peers = tuple(_peers(desk))
    if peers:
        desk.part("reached.txt", _reached, desk, peers)


def _raw(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read(LIMIT_BYTES)


def _ip(desk: Desk, argv: tuple[str, ...]) -> bytes:
    return asked("ip", *argv, seconds=min(desk.seconds_left, 5.0), limit_bytes=LIMIT_BYTES)


def _sockets() -> str:
    """Return which sockets listen, and how many of the others are in which state."""
    listening, states = [], Counter[tuple[str, str]]()
    for name, version in TABLES:
        try:
            with open(f"/proc/net/{name}", encoding="ascii") as file:
                lines = file.read().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            state = int(fields[3], 16)
            is_datagram = name.startswith("udp")
            if state == LISTENING or is_datagram:
                listening.append((name, *_address(fields[1], version), fields[7]))
            if not is_datagram:
                states[name, STATES[state] if state < len(STATES) else str(state)] += 1
    rows = ((name, state, number) for (name, state), number in sorted(states.items()))
    return (
        table(("PROTOCOL", "ADDRESS", "PORT", "UID"), sorted(listening, key=str))
        + "\n"
        + table(("PROTOCOL", "STATE", "SOCKETS"), rows)
    )


def _address(text: str, version: int) -> tuple[str, int]:
    """Given an address as /proc writes it, words in the host's order, return it and its port."""
    raw, _, port = text.partition(":")
    words = [bytes.fromhex(raw[at : at + 8])[::-1] for at in range(0, len(raw), 8)]
    packed = b"".join(words)
    found = ipaddress.IPv4Address(packed) if version == 4 else ipaddress.IPv6Address(packed)
    return str(found), int(port, 16)


def _peers(desk: Desk) -> Iterator[Peer]:
    """Yield the hosts of the resources, but for one whose address cannot be had.

    That is a fault of the collector that asks it, not of the network.
    """
    for name, url in desk.asked.endpoints.items():
        yield from _of_url(desk, name, url)
    for name, secret in desk.asked.caches.items():
        try:
            yield from _of_url(desk, name, resolve(secret, os.environ))
        except SecretError as error:
            desk.absent(f"{name}: {error}")
    for name, secret in desk.asked.databases.items():
        try:
            yield from _of_dsn(name, resolve(secret, os.environ))
        except (SecretError, CheckError) as error:
            desk.absent(f"{name}: {error}")


def _of_url(desk: Desk, name: str, url: str) -> Iterator[Peer]:
    try:
        parts = urlsplit(url)
        port = parts.port or DEFAULT_PORTS.get(parts.scheme, DEFAULT_PORTS["https"])
    except ValueError:
        desk.absent(f"{name}: its address is malformed")
        return
    if parts.hostname:
        yield Peer(name, parts.hostname, port)


def _of_dsn(name: str, dsn: str) -> Iterator[Peer]:
    """Yield the hosts of a connection string, of which there may be several."""
    try:
        import psycopg
        from psycopg.conninfo import conninfo_to_dict
    except ImportError:
        raise CheckError("the driver is missing: install `opsc[postgres]`") from None
    try:
        said = conninfo_to_dict(dsn)
    except psycopg.Error:
        raise CheckError("its connection string is malformed") from None
    hosts = str(said.get("hostaddr") or said.get("host") or "localhost").split(",")
    ports = str(said.get("port") or DEFAULT_PORTS["postgres"]).split(",")
    for index, host in enumerate(hosts):
        port = ports[index] if index < len(ports) else ports[0]
        if not host.startswith(("/", "@")) and port.isdigit():
            yield Peer(name, host, int(port))


def _reached(desk: Desk, peers: tuple[Peer, ...]) -> str:
    """Return how long the look-up of each host took, and a connection to it."""
    rows = []
    for peer in peers:
        addresses, took, fault = _timed(desk, _LookUp(peer=peer))
        row = [peer.name, peer.host, peer.port, " ".join(addresses), _seconds(took)]
        if not fault and addresses:
            _, took, fault = _timed(desk, _Connect(address=addresses[0], port=peer.port))
            row.append(_seconds(took))
        else:
            row.append("-")
        if fault:
            desk.striking(f"{peer.name} ({peer.host}:{peer.port}): {fault}")
        rows.append([*row, fault or "connected"])
    heads = ("RESOURCE", "HOST", "PORT", "ADDRESSES", "LOOKED UP IN", "CONNECTED IN", "RESULT")
    return table(heads, rows)


def _seconds(took: float) -> str:
    return f"{took:.4f}s"


@dataclass(slots=True, kw_only=True)
class _LookUp:
    """A host's addresses are asked for."""

    peer: Peer
    socket: socket.socket | None = None

    def run(self) -> tuple[str, ...]:
        """Return them."""
        found = socket.getaddrinfo(self.peer.host, self.peer.port, type=socket.SOCK_STREAM)
        return tuple(dict.fromkeys(str(one[4][0]) for one in found))


@dataclass(slots=True, kw_only=True)
class _Connect:
    """A connection is made, and closed."""

    address: str
    port: int
    socket: socket.socket | None = None

    def run(self) -> tuple[str, ...]:
        """Return nothing, once it is connected."""
        with socket.create_connection((self.address, self.port), timeout=REACH_SECONDS):
            return ()


def _timed(desk: Desk, exchange: _LookUp | _Connect) -> tuple[tuple[str, ...], float, str]:
    """Return what came, how long it took, and what went wrong."""
    began = time.monotonic()
    fault = ""
    found: tuple[str, ...] = ()
    try:
        found = within(exchange, min(REACH_SECONDS, desk.seconds_left))
    except LateError as error:
        fault = str(error)
    except OSError as error:
        fault = error.strerror or str(error)
    return found, time.monotonic() - began, fault
