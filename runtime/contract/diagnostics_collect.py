"""Parameters of ``diagnostics.collect``: one archive of what is asked for first at night."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, get_args

from runtime.contract.entry import Entry, entry
from runtime.contract.files_expire import Place
from runtime.contract.forms import NOT_EMPTY, whole_of
from runtime.contract.roots import problem
from runtime.contract.secret import Secret
from runtime.contract.units import (
    SIZE_PATTERN,
    Described,
    PositiveSeconds,
    Seconds,
    Unit,
    validate_bytes,
)

if TYPE_CHECKING:
    from pydantic_core.core_schema import ValidationInfo

Collector = Literal["system", "logs", "database", "cache", "network", "docker", "opsrun"]
"""A part of the bundle; ``runtime/kinds/diagnostics/`` has a module of the same name for each."""

COLLECTORS: Final[tuple[Collector, ...]] = get_args(Collector)

LEAST_BYTES: Final = 64 * 2**10
MOST_BYTES: Final = 256 * 2**20
"""Largest limit: what is collected is held in memory until it is free of secrets."""


def refuse_unsafe_folder(value: Any) -> str:
    """Given a folder for archives, return it; raise ``spec/wrong-type`` when it is none to use."""
    # What only an error needs is loaded with it.
    from pydantic_core import PydanticCustomError

    why = problem(value) if isinstance(value, str) else "is no path"
    if why is not None:
        shown = value if isinstance(value, str) else type(value).__name__
        raise PydanticCustomError(
            "spec/wrong-type",
            "`{shown}` {why}: no archives are kept and removed there",
            {
                "shown": shown,
                "why": why,
                "help": "name a folder of its own, such as `/var/lib/tabular/diagnostics`",
            },
        )
    return str(value)


def validate_limit(value: Any, info: ValidationInfo) -> int:
    """Given a written size, return bytes; raise ``spec/bad-unit``, or ``spec/out-of-range``."""
    size = validate_bytes(value, info)
    if not LEAST_BYTES <= size <= MOST_BYTES:
        from pydantic_core import PydanticCustomError

        raise PydanticCustomError(
            "spec/out-of-range",
            "`{shown}` is no limit of an archive",
            {"shown": value, "help": "write a size from `64KiB` to `256MiB`"},
        )
    return size


Lines = Annotated[int, whole_of(1, 1_000_000)]
"""A number of lines."""
Limit = Annotated[
    int, Unit(pattern=SIZE_PATTERN, examples=("4MiB", "16MiB"), validate=validate_limit)
]
"""A size from 64KiB to 256MiB."""
Archives = Annotated[int, whole_of(1, 10_000)]
"""A number of archives."""
OwnFolder = Annotated[
    str,
    Described(
        {
            "type": "function-plain",
            "function": {"type": "no-info", "function": refuse_unsafe_folder},
        },
        {
            "type": "string",
            "pattern": r"^/[^\x00]*$",
            "examples": ["/var/lib/tabular/diagnostics"],
        },
    ),
]
"""An absolute path of a folder that belongs to nobody else."""


@entry
class Extent(Entry):
    """What is collected, how much of it, and where it goes: said the same in a spec and a plan."""

    collectors: Annotated[tuple[Collector, ...], NOT_EMPTY] = COLLECTORS
    """Parts of the bundle."""
    docker_socket: str = "/var/run/docker.sock"
    """Socket of the Docker engine."""
    lines: Lines = 1000
    """Lines of each log, and of each unit's journal, the latest."""
    container_lines: Lines = 100
    """Lines of each container's output, the latest."""
    since_seconds: Seconds | None = None
    """How far back logs reach; files that were not written since are left out. None means any."""
    collector_timeout_seconds: PositiveSeconds = 30
    """Time after which a collector is stopped; what it has found by then is kept."""
    collector_limit_bytes: Limit = 4 * 2**20
    """Most that one collector may find; what is beyond is cut off, and said so."""
    limit_bytes: Limit = 16 * 2**20
    """Most that all collectors may find, before it is packed."""
    archives: Archives = 10
    """Number of archives that are kept."""
    keep_seconds: PositiveSeconds = 30 * 86_400
    """Age at which an archive goes, but for the latest one."""
    output: OwnFolder | None = None
    """Folder of the archives. None means `diagnostics` below the state folder of opsrun."""


@entry
class DiagnosticsCollect(Extent):
    """One archive of what is asked for first at night, free of secrets."""

    service: str = ""
    """Service that the archive is about, and named after."""
    databases: Mapping[str, Secret] = field(default_factory=dict)
    """Where the connection strings of PostgreSQL databases are kept, by their names."""
    caches: Mapping[str, Secret] = field(default_factory=dict)
    """Where the addresses of Redis servers are kept, by their names."""
    endpoints: Mapping[str, str] = field(default_factory=dict)
    """Addresses whose hosts are looked up and connected to, by their names."""
    folders: tuple[str, ...] = ()
    """Folders whose file systems are looked at, beside those of the host."""
    units: tuple[str, ...] = ()
    """Units of systemd whose state and journal are read."""
    logs: tuple[Place, ...] = ()
    """Log files."""
    containers: tuple[str, ...] = ("*",)
    """Names of containers, as globs, that are inspected and whose output is read."""
