from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest

from runtime.contract.health_check import Check, HttpCheck
from tests.runtime.kinds.health.asked import asked, status

if TYPE_CHECKING:
    from collections.abc import Iterator

BODY = {"status": "healthy", "version": "1.10.2", "database": {"open": True, "used": 5}}


class Handler(BaseHTTPRequestHandler):
    """Answers what a service says of itself, or no JSON at all."""

    def do_GET(self) -> None:
        """Answer one request."""
        body = b"<html>" if self.path == "/html" else json.dumps(BODY).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Return the address of a server."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def check(url: str, **fields: Any) -> Check:
    """Return a check of an address."""
    return Check(http=HttpCheck(url=url, **fields), timeout_seconds=30)


def test_the_version_that_answers_is_part_of_the_result(address: str) -> None:
    """Taken from the body."""
    facts = asked(check(address, version_field="version"))

    assert ("healthy", "1.10.2") == (facts["status"], facts["version"])


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"version_at_least": "1.9"}, ("healthy", "answered 200")),
        ({"version_at_least": "1.11"}, ("degraded", "version is 1.10.2, older than 1.11")),
        ({"version": "1.10.2"}, ("healthy", "answered 200")),
        ({"version": "1.10.1"}, ("degraded", "version is 1.10.2, not 1.10.1")),
    ],
)
def test_another_version_than_is_expected_is_degraded(
    address: str, fields: dict[str, str], expected: tuple[str, str]
) -> None:
    """Versions are ordered by their numbers, not by their letters."""
    assert expected == status(check(address, version_field="version", **fields))


def test_a_version_that_is_not_there_is_degraded(address: str) -> None:
    """The endpoint answers, and nobody knows what."""
    expected = ("degraded", "the answer has no `version`")

    assert expected == status(check(f"{address}/html", version_field="version"))


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"status": "healthy", "database.open": "true"}, ("healthy", "answered 200")),
        ({"database.used": "4"}, ("unhealthy", "`database.used` is 5, not 4")),
        ({"database.free": "4"}, ("unhealthy", "the answer has no `database.free`")),
        ({"database": "x"}, ("unhealthy", "the answer has no `database`")),
    ],
)
def test_values_of_the_body_are_compared_by_their_path(
    address: str, fields: dict[str, str], expected: tuple[str, str]
) -> None:
    """As JSON writes them."""
    assert expected == status(check(address, fields=fields))


def test_an_answer_that_is_too_slow_is_unhealthy(address: str) -> None:
    """Slow is degraded, too slow is worse."""
    found = status(check(address, slow_seconds=0, too_slow_seconds=0))

    assert ("unhealthy", "slower than 0s") == found
