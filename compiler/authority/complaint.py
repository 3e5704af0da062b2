"""What a tool says against an artifact."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

_YAML_LINE = re.compile(r"\bline (\d+): (.*)")
_PLACE_LINE = re.compile(r":\s*(\d+)(?::\d+)?: (.*)")


@frozen
class Complaint(Frozen):
    """One complaint: the tool, the artifact's path below its folder, its 1-indexed line if said."""

    tool: str
    path: str
    message: str
    line: int | None = None


def complaints_of(tool: str, path: str, place: str, output: str) -> Iterator[Complaint]:
    """Given what a tool wrote about one artifact, which it calls `place`, yield its complaints.

    Go's YAML reader says ``line 5: …``, rule checks and systemd ``<place>:5: …``. Without any such
    line the whole output is one complaint.
    """
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    found = False
    for line in lines:
        numbered = _YAML_LINE.search(line) or _PLACE_LINE.match(line.partition(place)[2])
        if numbered is not None:
            found = True
            yield Complaint(tool=tool, path=path, line=int(numbered[1]), message=numbered[2])
    if not found and lines:
        yield Complaint(tool=tool, path=path, message="; ".join(lines).replace(place, path))
