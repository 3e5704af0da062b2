from __future__ import annotations

import socket
from typing import Any

import pytest

from runtime.contract.secret import Secret
from runtime.contract.serve import Serve, ServeTls
from runtime.errors import PlanError, RunError
from runtime.serve.listening import listen_on, refusal, remark, split_address

TLS = ServeTls(certificate="/tls/crt", key="/tls/key")
MUTUAL = ServeTls(certificate="/tls/crt", key="/tls/key", client_ca="/tls/ca")
TOKEN = Secret(env="TOKEN")


@pytest.mark.parametrize("listen", ["127.0.0.1:1", "127.1.2.3:1", "[::1]:1", "localhost:1"])
def test_loopback_needs_no_guard(listen: str) -> None:
    """Only this host reaches it."""
    assert refusal(Serve(listen=listen)) is None


@pytest.mark.parametrize(
    "listen", ["0.0.0.0:1", "[::]:1", "192.0.2.1:1", "node1.example.org:1", "[2001:db8::1]:1"]
)
def test_what_others_reach_needs_a_guard(listen: str) -> None:
    """A name may be anybody's; a certificate of the server's own tells nobody apart."""
    assert "`token`" in str(refusal(Serve(listen=listen)))
    assert "`token`" in str(refusal(Serve(listen=listen, tls=TLS)))


@pytest.mark.parametrize("guard", [{"token": TOKEN}, {"tls": MUTUAL}])
def test_a_token_or_certificates_of_clients_are_a_guard(guard: dict[str, Any]) -> None:
    """Either is enough."""
    assert refusal(Serve(listen="0.0.0.0:1", **guard)) is None


def test_a_token_that_travels_in_plain_is_worth_a_word() -> None:
    """Encrypted, or on loopback, it is not."""
    assert "in plain" in str(remark(Serve(listen="0.0.0.0:1", token=TOKEN)))
    assert remark(Serve(listen="0.0.0.0:1", token=TOKEN, tls=TLS)) is None
    assert remark(Serve(listen="127.0.0.1:1", token=TOKEN)) is None


@pytest.mark.parametrize("text", ["", "9465", ":9465", "localhost:", "localhost:x", "[::1]:70000"])
def test_what_is_no_address_is_refused(text: str) -> None:
    """The text says how one is written."""
    with pytest.raises(PlanError, match=r"127\.0\.0\.1:9465"):
        split_address(text)


def test_a_port_that_is_taken_is_refused_in_words() -> None:
    """The address and the reason are told."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(RunError, match=f"127.0.0.1:{port}: Address already in use"):
            listen_on(f"127.0.0.1:{port}")


def test_ipv6_is_listened_on() -> None:
    """Brackets are not part of the address."""
    with listen_on("[::1]:0") as opened:
        assert socket.AF_INET6 == opened.family
