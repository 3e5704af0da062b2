"""Parameters of ``command``: a program, and what it needs of the host.

What is declared here is what the job's unit lets through; a program that needs more fails there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Annotated, Final

from runtime.contract.entry import Entry, entry
from runtime.contract.forms import NOT_EMPTY, text_of
from runtime.contract.secret import Secret
from runtime.contract.units import Bytes, Described, Whole

ANY_PEER: Final = "any"
"""What `connects` says when the addresses cannot be told beforehand."""


Argument = Annotated[str, text_of(r"^[^\x00]*$", "--verbose", max_length=100_000)]
"""One argument of a program, which may be empty."""
Argv = Annotated[tuple[Argument, ...], NOT_EMPTY]
"""A program and its arguments."""
Value = Annotated[str, text_of(r"^[^\x00\n]*$", "tabular", max_length=100_000)]
"""Text of one line, which may be empty."""
Variable = Annotated[str, text_of(r"^[A-Za-z_][A-Za-z0-9_]*$", "PGUSER", max_length=200)]
"""Name of an environment variable."""
HostPath = Annotated[str, text_of(r"^/[^\x00]*$", "/var/lib/tabular")]
"""An absolute path of the host."""
Peer = Annotated[
    str,
    text_of(
        r"^[A-Za-z0-9:]([A-Za-z0-9._:-]*[A-Za-z0-9:])?(/[0-9]{1,3})?$",
        *("db1.example.org", "192.0.2.0/24", "any"),
        max_length=253,
    ),
]
"""A host name, an address, a network, or ``any``; without a port."""
Capability = Annotated[str, text_of(r"^CAP_[A-Z_]+$", "CAP_DAC_READ_SEARCH", max_length=64)]
"""A capability of Linux."""


@entry
class Command(Entry):
    """A program that is run as it is said, without a shell."""

    argv: Argv
    """The program, by its path or by a name on the PATH, and its arguments."""
    environment: Mapping[Variable, Value] = field(default_factory=dict)
    """Environment variables."""
    secrets: Mapping[Variable, Secret] = field(default_factory=dict)
    """Environment variables whose values are secrets."""
    directory: HostPath = "/"
    """Folder that it is run in."""
    ok_codes: Annotated[tuple[Whole, ...], NOT_EMPTY] = (0,)
    """Exit codes that are good."""
    retry_codes: tuple[Whole, ...] = ()
    """Exit codes that are worth another attempt; none means every one that is not good."""
    writes: tuple[HostPath, ...] = ()
    """Folders and files that it writes."""
    reads: tuple[HostPath, ...] = ()
    """Paths that it reads where a unit sees nothing by itself: homes, sockets, shared `/tmp`."""
    connects: tuple[Peer, ...] = ()
    """Hosts, addresses and networks that it connects to; `any` for all."""
    capabilities: tuple[Capability, ...] = ()
    """Capabilities that it needs, which a program that is run by a plain user has not."""
    makes_code: Annotated[
        bool, Described({"type": "bool", "strict": True}, {"type": "boolean"})
    ] = False
    """Whether it makes code while it runs, as Java and Node do."""
    memory_bytes: Bytes | None = None
    """Memory that the job may use, beyond which it is killed; none means 1GiB."""
