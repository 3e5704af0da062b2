from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING

import pytest

from runtime.http import HttpError, Request, ask, get
from tests.runtime.http_server import served
from tests.runtime.receiver import receiving

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The address of a server."""
    with served() as url:
        yield url


def test_an_answer_has_status_and_body(address: str) -> None:
    """Path and query arrive."""
    response = get(f"{address}/a?b=c", timeout_seconds=30, limit_bytes=1000)

    assert (200, "all is well at /a?b=c") == (response.status, response.text)


def test_a_timeout_that_no_socket_can_hold_is_cut(address: str) -> None:
    """A hundred years are asked for; the answer comes all the same."""
    response = get(f"{address}/a", timeout_seconds=100 * 365 * 86_400, limit_bytes=1000)

    assert response.status == 200


def test_a_status_that_is_no_success_is_an_answer_too(address: str) -> None:
    """What a status means is the caller's business."""
    assert get(f"{address}/status/503", timeout_seconds=30, limit_bytes=10).status == 503


def test_a_body_is_read_up_to_the_limit(address: str) -> None:
    """A large body fills no memory."""
    assert len(get(f"{address}/large", timeout_seconds=30, limit_bytes=1000).body) == 1000


@pytest.mark.parametrize("path", ["/hang", "/trickle"])
def test_a_server_that_hangs_or_trickles_is_given_up_at_the_deadline(
    address: str, path: str
) -> None:
    """The timeout is over all, not between two bytes."""
    began = time.monotonic()

    with pytest.raises(HttpError, match=r"no answer within 0\.3s"):
        get(address + path, timeout_seconds=0.3, limit_bytes=1000)

    assert 0.25 < time.monotonic() - began < 20


def test_redirects_are_followed_within_the_scheme(address: str) -> None:
    """A relative one leads on; the last answer counts."""
    assert get(f"{address}/to/|there", timeout_seconds=30, limit_bytes=100).text.endswith("/there")


@pytest.mark.parametrize("target", ["file:||etc|passwd", "ftp:||127.0.0.1|", "https:||127.0.0.1|"])
def test_a_redirect_to_another_scheme_is_refused(address: str, target: str) -> None:
    """A server cannot make the check read files or change protocol."""
    with pytest.raises(HttpError, match="another scheme"):
        get(f"{address}/to/{target}", timeout_seconds=30, limit_bytes=100)


def test_redirects_without_end_are_refused(address: str) -> None:
    """A loop ends."""
    with pytest.raises(HttpError, match="more than 5 times"):
        get(f"{address}/loop", timeout_seconds=30, limit_bytes=100)


def test_a_port_where_nobody_listens_is_an_error_at_once() -> None:
    """The system's own words are passed on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]

    with pytest.raises(HttpError, match="Connection refused"):
        get(f"http://127.0.0.1:{port}/", timeout_seconds=30, limit_bytes=100)


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "http://", "nothing", "http://127.0.0.1:99999/", "http://a b/"]
)
def test_what_is_no_http_address_is_refused(url: str) -> None:
    """Other schemes and broken addresses are errors, not exceptions of another kind."""
    with pytest.raises(HttpError):
        get(url, timeout_seconds=30, limit_bytes=100)


def test_headers_go_to_the_addressed_server_alone() -> None:
    """A token is not carried along a redirect to somebody else."""
    with receiving() as own, receiving() as other:
        own.status, own.headers = 302, {"Location": f"{other.url}/there"}
        request = Request(url=own.url, headers={"Authorization": "Bearer canary"})
        response = ask(request, timeout_seconds=30, limit_bytes=100)

    assert response.status == 200
    assert own.received[0].headers["authorization"] == "Bearer canary"
    assert "authorization" not in other.received[0].headers


def test_what_is_posted_follows_no_redirect() -> None:
    """The body may be a secret too; the redirect is the answer."""
    with receiving() as own, receiving() as other:
        own.status, own.headers = 307, {"Location": f"{other.url}/there"}
        request = Request(url=own.url, method="POST", body=b"{}")
        response = ask(request, timeout_seconds=30, limit_bytes=100)

    assert (307, []) == (response.status, other.received)
    assert own.received[0].body == b"{}"


@pytest.mark.parametrize(
    ("url", "headers"),
    [
        ("http://127.0.0.1/canary path", {}),
        ("http://127.0.0.1:canary/", {}),
        ("http://[canary/", {}),
        ("canary://127.0.0.1/", {}),
        ("http://127.0.0.1:1/canary", {}),
        ("http://127.0.0.1:1/", {"Authorization": "Bearer canary\r\nX: y"}),
        ("http://127.0.0.1:1/", {"Authorization": "Bearer canary\u20ac"}),
    ],
)
def test_no_error_says_an_address_or_a_header(url: str, headers: dict[str, str]) -> None:
    """Whoever knows the address of a webhook can post."""
    with receiving() as receiver:
        request = Request(url=url.replace(":1/", f":{receiver.url[17:]}/"), headers=headers)
        receiver.manner = "hang"
        with pytest.raises(HttpError) as refused:
            ask(request, timeout_seconds=0.3, limit_bytes=100)

    assert "canary" not in str(refused.value)
