"""Names of rotated files: which file, when, how many that second, and how far it has come.

The name is all the state there is. A run that was killed leaves names from which the next one
knows what is still to be done.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Container

Stage: TypeAlias = Literal["untold", "copied", "cutting"]
"""What is still to be done: `untold`, its writer is to be told; `copied`, what was copied is to be
taken off the original; `cutting`, the original is being cut to nothing."""

_STAMP: Final = "%Y%m%dT%H%M%SZ"
_NAME: Final = re.compile(
    r"(?P<base>.+)\.(?P<stamp>[0-9]{8}T[0-9]{6}Z)(?:-(?P<number>[0-9]{1,6}))?"
    r"(?:\.(?P<stage>untold|copied|cutting)(?:\.(?P<inode>[0-9]{1,20})\.(?P<end>[0-9]{1,20}))?)?"
    r"(?P<packed>\.gz)?",
    re.DOTALL,
)
_PART: Final = re.compile(r"\.(?P<name>.+)\.opsrun-part", re.DOTALL)
_ROTATED_BY_OTHERS: Final = re.compile(
    r".*(\.[0-9]{1,4}|-[0-9]{8}([T-]?[0-9]{2,6})?|\.(gz|bz2|xz|zst|lz4|Z|zip|old|bak))", re.DOTALL
)


@frozen
class Rotated(Frozen):
    """A rotated file by its name.

    `number` tells those of one second apart, from 0. While it is `copied` or `cutting`, `inode` is
    the original's, and `end` the offset up to which it was copied.
    """

    base: str
    stamp: str
    number: int = 0
    stage: Stage | None = None
    inode: int = 0
    end: int = 0
    is_packed: bool = False

    @property
    def name(self) -> str:
        """The name within its folder."""
        name = f"{self.base}.{self.stamp}" + (f"-{self.number}" if self.number else "")
        if self.stage is not None:
            name += f".{self.stage}"
        if self.inode:
            name += f".{self.inode}.{self.end}"
        return name + (".gz" if self.is_packed else "")

    @property
    def order(self) -> tuple[str, int]:
        """What sorts the rotated files of one file by time."""
        return self.stamp, self.number

    @property
    def at(self) -> float:
        """The instant of rotation, in Unix seconds; 0 when the name holds no real one."""
        try:
            return datetime.strptime(self.stamp, _STAMP).replace(tzinfo=UTC).timestamp()
        except ValueError:
            return 0.0

    @property
    def settled(self) -> Rotated:
        """The same with nothing left to be done."""
        return replace(self, stage=None, inode=0, end=0)

    @property
    def untold(self) -> Rotated:
        """The same, of which its writer does not know yet."""
        return replace(self, stage="untold")

    @property
    def packed(self) -> Rotated:
        """The same, packed."""
        return replace(self, is_packed=True)


def rotated(name: str) -> Rotated | None:
    """Given a file's name, return it as that of a rotated file; None when it is none."""
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    stage: Stage | None = match["stage"]  # type: ignore[assignment]  # one of the pattern's words
    found = Rotated(
        base=match["base"],
        stamp=match["stamp"],
        number=int(match["number"] or 0),
        stage=stage,
        inode=int(match["inode"] or 0),
        end=int(match["end"] or 0),
        is_packed=match["packed"] is not None,
    )
    return found if found.name == name else None


def fresh(base: str, now: datetime, taken: Container[tuple[str, int]]) -> Rotated:
    """Given a file's name and the orders of its rotated ones, return the next one's name."""
    found = Rotated(base=base, stamp=now.astimezone(UTC).strftime(_STAMP))
    while found.order in taken:
        found = replace(found, number=found.number + 1)
    return found


def part_of(name: str) -> str:
    """Given a name, return that under which the file is written until it is whole."""
    return f".{name}.opsrun-part"


def of_part(name: str) -> str | None:
    """Given a name, return what the file was to be called when it was whole; None for others.

    It was never finished, and all that is in it stands elsewhere.
    """
    match = _PART.fullmatch(name)
    return None if match is None else match["name"]


def is_original(name: str) -> bool:
    """Whether a name is that of a file that may be rotated: not one that was."""
    return not (rotated(name) or of_part(name) or _ROTATED_BY_OTHERS.fullmatch(name))
