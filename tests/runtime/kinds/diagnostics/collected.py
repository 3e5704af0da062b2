"""Collect diagnostics, as a step does, and read the archive."""

from __future__ import annotations

import json
import tarfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from runtime.clock import SystemClock
from runtime.contract.diagnostics_collect import DiagnosticsCollect
from runtime.kinds import diagnostics_collect
from runtime.kinds.result import Context

if TYPE_CHECKING:
    from pathlib import Path

    from runtime.kinds.result import Result


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """What a run said, and what its archive holds, by path without the archive's own name."""

    result: Result
    said: tuple[str, ...]
    files: dict[str, str]

    @property
    def index(self) -> Any:
        """The archive's index."""
        return json.loads(self.files["index.json"])

    def collector(self, name: str) -> Any:
        """What the index says of a collector."""
        return self.index["collectors"][name]

    @property
    def everything(self) -> str:
        """All that anybody is shown of the run."""
        shown = (*self.said, self.result.summary, json.dumps(dict(self.result.facts)))
        return "\n".join([*shown, *self.files, *self.files.values()])


def collected(state: Path, *collectors: Any, dry_run: bool = False, **asked: Any) -> Collected:
    """Collect with these collectors."""
    said: list[str] = []
    state.mkdir(exist_ok=True)
    context = Context(
        clock=SystemClock(), say=said.append, dry_run=dry_run, state=str(state), plan=""
    )
    parameters = DiagnosticsCollect(
        service="tabular", collectors=collectors, **{"collector_timeout_seconds": 60, **asked}
    )
    result = diagnostics_collect.carry_out(parameters, context)
    archive = result.facts.get("archive")
    return Collected(result=result, said=tuple(said), files=read(str(archive)) if archive else {})


def read(path: str) -> dict[str, str]:
    """Return the files of an archive."""
    files = {}
    with tarfile.open(path) as archive:
        for member in archive.getmembers():
            file = archive.extractfile(member)
            assert file is not None
            files[member.name.partition("/")[2]] = file.read().decode()
    return files
