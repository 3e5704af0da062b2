"""`http.call`: ask an address once, and judge what it answers.

Neither the answer's body nor a secret is ever written down; of the address its query is left out,
where tokens stand.
"""

from __future__ import annotations

import hashlib
import json
import os
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from runtime.contract.plan import plan_form
from runtime.errors import Exit, SecretError
from runtime.http import HttpError, Request, ask
from runtime.kinds.result import Result
from runtime.lineage import OCCURRENCE
from runtime.secrets import resolve, shown

if TYPE_CHECKING:
    from runtime.contract.http_call import HttpCall
    from runtime.http import Response
    from runtime.kinds.result import Context

PASSING: Final = frozenset((408, 425, 429, 500, 502, 503, 504))
"""Statuses that may be others the next time (RFC 9110, RFC 6585, RFC 8470)."""


def carry_out(parameters: HttpCall, context: Context) -> Result:
    """Make the call; OK when the answer is as expected, else FAILED, for good or for now.

    A dry run says what would be asked, and asks nothing.
    """
    what = f"{parameters.method} {_where(parameters)}"
    if context.dry_run:
        return _said(parameters, what, context)
    try:
        request = _request(parameters)
    except SecretError as error:
        return Result(exit_code=Exit.FAILED, summary=str(error))
    began = context.clock.monotonic()
    try:
        response = ask(
            request,
            timeout_seconds=parameters.timeout_seconds,
            limit_bytes=parameters.limit_bytes + 1,
        )
    except HttpError as error:
        return Result(exit_code=Exit.FAILED, summary=f"{what}: {error}")
    took = context.clock.monotonic() - began
    context.say(f"{what}: answered {response.status} ({took:.3f}s)")
    facts: dict[str, Any] = {
        "status": response.status,
        "response_seconds": took,
        "body_bytes": min(len(response.body), parameters.limit_bytes),
    }
    fault = _fault(parameters, response)
    if fault is None:
        summary = f"{what}: answered {response.status} in {took:.3f}s"
        return Result(exit_code=Exit.OK, summary=summary, facts=facts)
    is_final = response.status >= 300 and response.status not in PASSING
    return Result(exit_code=Exit.FAILED, summary=f"{what}: {fault}", facts=facts, is_final=is_final)


def _where(parameters: HttpCall) -> str:
    """Return where the call goes, for people."""
    if parameters.url_from is not None:
        return f"the address in {shown(parameters.url_from)}"
    parts = urlsplit(str(parameters.url))
    return f"{parts.scheme}://{parts.netloc}{parts.path or '/'}"


def _said(parameters: HttpCall, what: str, context: Context) -> Result:
    context.say(f"would ask {what}, up to {parameters.timeout_seconds:g}s")
    for name, value in sorted(parameters.headers.items()):
        context.say(f"  with {name}: {value}")
    for name in sorted({*parameters.secrets, *(["Authorization"] if parameters.token else [])}):
        context.say(f"  with {name}, a secret")
    size = len((parameters.body or "").encode())
    context.say(f"  with a body of {size} bytes")
    facts = {"sent_bytes": size}
    return Result(exit_code=Exit.OK, summary=f"would ask {what}", facts=facts)


def _request(parameters: HttpCall) -> Request:
    """Return the request, its secrets looked up. Raise `SecretError` when one cannot be had."""
    secrets = {name: resolve(one, os.environ) for name, one in parameters.secrets.items()}
    if parameters.token is not None:
        secrets["Authorization"] = f"Bearer {resolve(parameters.token, os.environ)}"
    url = parameters.url
    if parameters.url_from is not None:
        url = resolve(parameters.url_from, os.environ)
    body = None if parameters.body is None else parameters.body.encode()
    headers = {"Idempotency-Key": _key(parameters), **parameters.headers, **secrets}
    return Request(url=str(url), method=parameters.method, headers=headers, body=body)


def _key(parameters: HttpCall) -> str:
    """Return what tells this call from others: by its occurrence and by what it says."""
    said = json.dumps([os.environ.get(OCCURRENCE), plan_form(parameters)], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def _fault(parameters: HttpCall, response: Response) -> str | None:
    """Return what is wrong with an answer, or None."""
    good = parameters.status or range(200, 300)
    if response.status not in good:
        expected = " or ".join(map(str, parameters.status)) or "2xx"
        return f"answered {response.status}, not {expected}"
    if len(response.body) > parameters.limit_bytes:
        return f"the answer is larger than {parameters.limit_bytes} bytes"
    if parameters.contains is not None and parameters.contains not in response.text:
        return "the answer lacks the text that is expected"
    return None
