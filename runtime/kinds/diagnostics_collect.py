"""`diagnostics.collect`: one archive of what is asked for first at night.

Each collector runs in a process of its own, all at once, and may fail alone: the archive holds what
the others found, and its index what is missing. All of it is freed of secrets first.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from runtime.contract.diagnostics_collect import COLLECTORS
from runtime.errors import Exit, SecretError, UnsafePathError, reason_of
from runtime.kinds.diagnostics.archive import folder_of, shelf
from runtime.kinds.diagnostics.bundle import FAILED, Packing
from runtime.kinds.diagnostics.gather import gather
from runtime.kinds.diagnostics.index import Index
from runtime.kinds.diagnostics.redaction import Redactor
from runtime.kinds.result import Result
from runtime.masking import references_in
from runtime.secrets import resolve, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from runtime.contract.diagnostics_collect import DiagnosticsCollect
    from runtime.kinds.diagnostics.archive import Shelf, Written
    from runtime.kinds.diagnostics.bundle import Part
    from runtime.kinds.diagnostics.gather import Gathered
    from runtime.kinds.result import Context

MODULES: Final[Mapping[str, str]] = {
    name: f"runtime.kinds.diagnostics.{name}" for name in COLLECTORS
}
"""The module of each collector, with `collect(desk)`."""

STRIKING: Final = 50
"""Most striking things that the facts hold; the index has all."""


def carry_out(parameters: DiagnosticsCollect, context: Context) -> Result:
    """Collect, hide secrets, write the archive; return where it is and what is missing.

    PARTLY when a collector failed, in whole or in part; FAILED when there is no archive. A dry run
    says what would be collected, and collects nothing.
    """
    try:
        path = folder_of(parameters, context.state)
        if context.dry_run:
            for line in _intended(parameters, path):
                context.say(line)
            number = len(parameters.collectors)
            facts = {"collectors": number, "limit_bytes": parameters.limit_bytes}
            return Result(exit_code=Exit.OK, summary=f"would run {number} collectors", facts=facts)
        with shelf(path, parameters.service) as place:
            return _collect(parameters, context, place)
    except UnsafePathError as error:
        return Result(exit_code=Exit.FAILED, summary=f"there is no archive: {error}")
    except OSError as error:
        return Result(exit_code=Exit.FAILED, summary=f"there is no archive: {reason_of(error)}")


def _collect(parameters: DiagnosticsCollect, context: Context, place: Shelf) -> Result:
    place.clear_leftovers()
    began, now = context.clock.monotonic(), context.clock.now()
    redactor = Redactor(_secrets(parameters))

    def ended(gathered: Gathered) -> None:
        context.say(f"{gathered.name}: {len(gathered.files)} files in {gathered.seconds:.1f}s")

    modules: dict[str, str] = {
        name: path for name, path in MODULES.items() if name in parameters.collectors
    }
    found = gather(modules, parameters, state=context.state, plan=context.plan, ended=ended)
    packing = Packing(
        redactor=redactor,
        left_bytes=parameters.limit_bytes,
        seconds_allowed=parameters.collector_timeout_seconds,
    )
    parts = [packing.part(one) for one in found]
    index = Index(
        service=parameters.service,
        host=os.uname().nodename,
        made_at=now,
        seconds=context.clock.monotonic() - began,
        parts=parts,
        redactions=redactor.counts,
    )
    files = {name: content for part in parts for name, content in part.files.items()}
    written = place.put(place.name(now), {**index.files(), **files}, now)
    old = place.expired(
        now,
        os.path.basename(written.path),
        most=parameters.archives,
        keep_seconds=parameters.keep_seconds,
    )
    removed = place.remove(old)
    for line in _said(parts):
        context.say(line)
    context.say(written.path)
    return _result(index, written, removed)


def _secrets(parameters: DiagnosticsCollect) -> Iterator[str]:
    """Yield the values of the secrets that are declared; one that cannot be had hides nothing."""
    for reference in references_in(parameters):
        try:
            yield resolve(reference, os.environ)
        except SecretError:
            continue


def _said(parts: list[Part]) -> Iterator[str]:
    for part in parts:
        for what, lines in (
            ("!", part.striking),
            ("fault", part.faults),
            ("cut", part.cut),
            ("absent", part.absent),
        ):
            yield from (f"{part.name}: {what}: {line}" for line in lines)


def _result(index: Index, written: Written, removed: int) -> Result:
    failed = [part.name for part in index.parts if part.status in FAILED]
    files = sum(len(part.files) for part in index.parts)
    summary = f"{files} files of {len(index.parts)} collectors, {written.bytes} bytes"
    if failed:
        summary += f"; not all could be had of {', '.join(failed)}"
    facts: dict[str, Any] = {
        "archive": written.path,
        "archive_bytes": written.bytes,
        "files": files,
        "bytes": sum(part.bytes for part in index.parts),
        "duration_seconds": round(index.seconds, 3),
        "failed": failed,
        "redactions": sum(index.redactions.values()),
        "cut": sum(len(part.cut) for part in index.parts),
        "removed_archives": removed,
        "striking": list(index.striking[:STRIKING]),
        "faults": sum(len(part.faults) for part in index.parts),
        "by_collector": {
            part.name: {
                "status": part.status,
                "duration_seconds": round(part.seconds, 3),
                "files": len(part.files),
                "bytes": part.bytes,
                "could_not": list(part.faults),
                "faults": len(part.faults),
            }
            for part in index.parts
        },
    }
    code = Exit.PARTLY if failed else Exit.OK
    return Result(exit_code=code, summary=f"{written.path}: {summary}", facts=facts)


def _intended(parameters: DiagnosticsCollect, path: str) -> Iterator[str]:
    """Yield what would be done, with no secret in it."""
    up_to = f"up to {parameters.collector_timeout_seconds:g}s"
    for name in COLLECTORS:
        if name in parameters.collectors:
            what = "; ".join(_targets(parameters, name)) or "nothing is named"
            yield f"would collect {name}: {what}, {up_to}"
    yield f"would write an archive of at most {parameters.limit_bytes} bytes, unpacked, to {path}"
    yield f"would keep {parameters.archives} archives"


def _targets(parameters: DiagnosticsCollect, name: str) -> Iterator[str]:
    if name == "system":
        yield from ("this host", *parameters.folders)
    elif name == "opsrun":
        yield "the plan and the journal"
    elif name == "logs":
        lines = f"the last {parameters.lines} lines"
        yield from (f"{lines} of {one.root}/{one.pattern}" for one in parameters.logs)
        yield from (f"{lines} of the journal of {unit}" for unit in parameters.units)
    elif name in ("database", "cache"):
        named = parameters.databases if name == "database" else parameters.caches
        yield from (f"{key}, by {shown(secret)}" for key, secret in named.items())
    elif name == "network":
        yield "this host"
        # In the query of an address tokens stand.
        yield from (
            f"a connection to {urlsplit(url).netloc}" for url in parameters.endpoints.values()
        )
        yield from (f"a connection to {key}" for key in (*parameters.databases, *parameters.caches))
    elif name == "docker":
        lines = f"the last {parameters.container_lines} lines"
        yield from (f"{lines} of containers {glob}" for glob in parameters.containers)
