"""An http endpoint: its status, its text, its JSON, its version, its response time."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from runtime.http import HttpError, get
from runtime.kinds.health.answer import Answer, CheckError, Limit, judged, slow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runtime.contract.health_check import HttpCheck
    from runtime.http import Response
    from runtime.kinds.health.answer import Line

BODY_LIMIT_BYTES: Final = 1 * 2**20
"""Most of a body that is read."""

SHOWN_CHARACTERS: Final = 60
"""Most that a message shows of a value in a body, which is somebody else's text."""


def ask(check: HttpCheck, line: Line) -> Answer:
    """Given a check, ask the endpoint, and return what it answers."""
    began = line.clock.monotonic()
    try:
        response = get(check.url, timeout_seconds=line.seconds, limit_bytes=BODY_LIMIT_BYTES)
    except HttpError as error:
        raise CheckError(str(error)) from None
    took = line.clock.monotonic() - began
    fault = _fault(check, response)
    if fault is not None:
        return Answer(status="unhealthy", message=fault, response_seconds=took)
    version = _version(check, response)
    return judged(
        (
            slow(took, check.slow_seconds, check.too_slow_seconds),
            *_versions(check, version),
        ),
        healthy=f"answered {response.status}",
        response_seconds=took,
        version=version,
    )


def _fault(check: HttpCheck, response: Response) -> str | None:
    """Return what is wrong with an answer, or None."""
    if response.status != check.status:
        return f"answered {response.status}, not {check.status}"
    if check.contains is not None and check.contains not in response.text:
        return f"the answer lacks `{check.contains}`"
    if not check.fields:
        return None
    body = _parsed(response)
    for path, expected in check.fields.items():
        found = _at(body, path)
        if found is None:
            return f"the answer has no `{path}`"
        if found != expected:
            return f"`{path}` is {_shown(found)}, not {expected}"
    return None


def _version(check: HttpCheck, response: Response) -> str | None:
    found = _at(_parsed(response), check.version_field) if check.version_field else None
    return None if found is None else _shown(found)


def _versions(check: HttpCheck, version: str | None) -> Iterator[Limit]:
    """Yield what there is to say of a version; each is degraded."""
    if check.version_field is None:
        return
    expected, least = check.version, check.version_at_least
    if version is None:
        said = f"the answer has no `{check.version_field}`"
    elif expected is not None and version != expected:
        said = f"version is {version}, not {expected}"
    elif least is not None and _numbers(version) < _numbers(least):
        said = f"version is {version}, older than {least}"
    else:
        return
    yield Limit(value=1, said=said, degraded=1, unhealthy=None)


def _numbers(version: str) -> tuple[int, ...]:
    """Return the numbers of a version, by which versions are ordered: ``v1.10.2-rc1``."""
    release = re.split(r"[-+ ]", version.removeprefix("v"), maxsplit=1)[0]
    return tuple(int(part) for part in re.findall(r"[0-9]{1,9}", release))


def _parsed(response: Response) -> Any:
    try:
        return json.loads(response.text)
    except (ValueError, RecursionError):
        return None


def _at(body: Any, path: str) -> str | None:
    """Return the plain value at a path of a JSON body as text, None where there is none."""
    for key in path.split("."):
        if not isinstance(body, dict) or key not in body:
            return None
        body = body[key]
    if isinstance(body, dict | list) or body is None:
        return None
    return body if isinstance(body, str) else json.dumps(body)


def _shown(text: str) -> str:
    """Return another one's text as one short line."""
    line = " ".join(text.split())
    return line if len(line) <= SHOWN_CHARACTERS else line[: SHOWN_CHARACTERS - 1] + "…"
