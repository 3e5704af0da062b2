"""Metrics to a Pushgateway, for runs that no node exporter sees, as those in pods are.

One group holds what one state folder says of all its jobs, and each push replaces it. Scraped with
`honor_labels`, its series look like those of a host of the instance's name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from runtime.contract.frozen import Frozen, frozen
from runtime.http import HttpError, Request, ask

if TYPE_CHECKING:
    from collections.abc import Mapping

JOB: Final = "opsrun"
TIMEOUT_SECONDS: Final = 5.0
LIMIT_BYTES: Final = 4096


@frozen
class Gateway(Frozen):
    """A Pushgateway, and the instance that its group is of."""

    url: str
    instance: str

    def push(self, exposition: bytes) -> str | None:
        """Put an exposition in the place of the last one; return why that could not be done."""
        group = f"metrics/job/{JOB}/instance/{quote(self.instance, safe='')}"
        request = Request(
            url=f"{self.url.rstrip('/')}/{group}",
            method="PUT",
            headers={"Content-Type": "text/plain; version=0.0.4"},
            body=exposition,
        )
        try:
            answer = ask(request, timeout_seconds=TIMEOUT_SECONDS, limit_bytes=LIMIT_BYTES)
        except HttpError as error:
            return str(error)
        said = " ".join(answer.text.split())[:200]
        return None if answer.status in (200, 202) else f"it answered {answer.status}: {said}"


def gateway_of(environment: Mapping[str, str], host: str) -> Gateway | None:
    """Given a process's environment and its host's name, return where it is to report to.

    That is ``OPSRUN_PUSHGATEWAY``; None where nobody says it.
    """
    url = environment.get("OPSRUN_PUSHGATEWAY")
    return Gateway(url=url, instance=host) if url else None
