"""Parameters of ``http.call``: one request, and the answer that is expected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Annotated, ClassVar, Final, Literal

from runtime.contract.address import URL_PATTERN, readable_text
from runtime.contract.entry import Entry, entry
from runtime.contract.forms import text_of, whole_of
from runtime.contract.secret import Secret
from runtime.contract.units import Bytes, PositiveSeconds

_HEADER: Final = r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$"
_VALUE: Final = r"^[^\x00-\x08\x0a-\x1f\x7f]*$"


CallUrl = Annotated[
    str, readable_text(text_of(URL_PATTERN, "https://hooks.example.org/reload", max_length=4096))
]
"""An http or https address without credentials in it, of which a call is made."""
HeaderName = Annotated[str, text_of(_HEADER, "X-Request-Source", max_length=200)]
"""Name of a header of http."""
HeaderValue = Annotated[str, text_of(_VALUE, "opsrun", max_length=8192)]
"""Value of a header of http."""
CallBody = Annotated[str, text_of(r"^[^\x00]*$", '{"scope": "all"}', max_length=1_000_000)]
"""What a request brings along."""
HttpStatus = Annotated[int, whole_of(100, 599)]
"""A status of http."""


@entry
class HttpCall(Entry):
    """One request, certificates checked, whose answer is expected to be of some kind.

    It bears an `Idempotency-Key` that is the same in every attempt. A GET follows redirects, with
    its headers only where they lead to the same server. What is wrong with the request for good (a
    status such as 403 or 404) is not tried again; no answer, 408, 425, 429 and 5xx are, as the
    job's `retries` say.
    """

    exactly_one: ClassVar = (("url", "url_from"),)

    url: CallUrl | None = None
    """Address that is called."""
    url_from: Secret | None = None
    """Where the address is kept, if it is a secret."""
    method: Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] = "GET"
    """What is asked of it."""
    headers: Mapping[HeaderName, HeaderValue] = field(default_factory=dict)
    """Headers of the request."""
    secrets: Mapping[HeaderName, Secret] = field(default_factory=dict)
    """Headers whose values are secrets."""
    token: Secret | None = None
    """Where a token is kept that is sent as `Authorization: Bearer …`."""
    body: CallBody | None = None
    """What the request brings along; say its `Content-Type` among the headers."""
    status: tuple[HttpStatus, ...] = ()
    """Statuses of a good answer; none means every one from 200 to 299."""
    contains: CallBody | None = None
    """Text that the body of a good answer holds."""
    timeout_seconds: PositiveSeconds = 30
    """Time within which the whole answer is there."""
    limit_bytes: Bytes = 2**20
    """Largest body of an answer; a larger one is a fault."""
