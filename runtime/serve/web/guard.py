"""Keeps off who may not ask, and ends what takes too long; an ASGI application around another."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import hmac
from typing import TYPE_CHECKING, Final

from starlette.responses import PlainTextResponse

from runtime.contract.serve import is_loopback

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

LIVE: Final = "/health/live"
"""What anybody may ask: it says nothing but that somebody is there."""
ANSWER_SECONDS: Final = 60.0
"""How long a request may take from its head to the last byte of its answer."""


def digest_of(token: str) -> bytes:
    """Return what a token is compared by: of one length, whatever the token's."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()


class Guard:
    """`digest` is that of the token that requests bear; None where none is asked for.

    Where nobody is asked who they are, requests must be `only_local`: for a name of loopback. Else
    a page of another site, whose name is made to mean this host, could have a browser ask.
    """

    def __init__(self, application: ASGIApp, digest: bytes | None, *, only_local: bool) -> None:
        self.application = application
        self.digest = digest
        self.only_local = only_local
        self.refused = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it before anything of its body is read."""
        if self.digest is not None and scope["path"] != LIVE and not self._may_ask(scope):
            self.refused += 1
            await _challenge(scope)(scope, receive, send)
            return
        host = _said(scope, b"host")
        if self.only_local and not is_loopback(host.decode("latin-1")):
            said = "without a token only localhost is answered for: ask http://localhost"
            await refuse(421, said)(scope, receive, send)
            return
        if scope["method"] == "POST" and _is_foreign(_said(scope, b"origin"), host):
            await refuse(403, "pages of other sites post nothing here")(scope, receive, send)
            return
        has_begun = False

        async def noting(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self.application(scope, receive, noting)
        except TimeoutError:
            if has_begun:
                # Nothing can be said any more in the middle of an answer: uvicorn closes.
                raise
            await refuse(503, "that took too long")(scope, receive, send)

    def _may_ask(self, scope: Scope) -> bool:
        """Return whether a request bears the token, or has it for a password, whoever it names.

        What is compared takes the same time always.
        """
        scheme, _, said = _said(scope, b"authorization").partition(b" ")
        is_basic = scheme.lower() == b"basic"
        token = _password(said) if is_basic else said.strip()
        is_equal = hmac.compare_digest(hashlib.sha256(token).digest(), self.digest or b"")
        return is_equal and (is_basic or scheme.lower() == b"bearer")


def _said(scope: Scope, header: bytes) -> bytes:
    """Return what a request says in a header; nothing where it says it twice."""
    said = [value for name, value in scope["headers"] if name == header]
    return bytes(said[0]) if len(said) == 1 else b""


def _password(said: bytes) -> bytes:
    """Return the password that HTTP Basic says; nothing where it is none."""
    try:
        return base64.b64decode(said.strip(), validate=True).partition(b":")[2]
    except binascii.Error:
        return b""


def _challenge(scope: Scope) -> PlainTextResponse:
    """Return the refusal of who has no token: a browser asks its user for it, as a password."""
    response = refuse(401, "no such token", {"WWW-Authenticate": "Bearer"})
    if b"text/html" in _said(scope, b"accept"):
        response.headers.append("WWW-Authenticate", 'Basic realm="opsrun", charset="UTF-8"')
    return response


def _is_foreign(origin: bytes, host: bytes) -> bool:
    """Return whether a request comes from a page that was not loaded from here."""
    return bool(origin) and origin.lower().partition(b"://")[2] != host.lower()


def refuse(status: int, why: str, headers: dict[str, str] | None = None) -> PlainTextResponse:
    """Return a refusal after which the connection ends: what still comes is not read."""
    return PlainTextResponse(f"{why}\n", status, {"Connection": "close", **(headers or {})})
