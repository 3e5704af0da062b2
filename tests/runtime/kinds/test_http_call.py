from __future__ import annotations

import os
import ssl
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from runtime.contract.http_call import HttpCall
from runtime.contract.secret import Secret
from runtime.errors import Exit
from runtime.kinds import http_call
from runtime.kinds.result import Context, Result
from tests.faults.opsrun import argv, due_text
from tests.runtime import plans
from tests.runtime.http_server import served
from tests.runtime.receiver import Receiver, receiving
from tests.runtime.turned_clock import TurnedClock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CANARY = "canary-that-nobody-may-see"


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """A server that keeps what it gets, and a secret in the environment."""
    monkeypatch.setenv("TOKEN", CANARY)
    monkeypatch.setenv("OPSRUN_OCCURRENCE", "tabular/call@2026-03-02T12:00:00Z")
    with receiving() as running:
        yield running


def call(url: str | None, *, dry_run: bool = False, **fields: Any) -> tuple[Result, list[str]]:
    """Make a call; return the result and what was said."""
    lines: list[str] = []
    context = Context(clock=TurnedClock(), say=lines.append, dry_run=dry_run)
    return http_call.carry_out(HttpCall(url=url, **fields), context), lines


def test_a_request_goes_out_as_it_is_said(receiver: Receiver) -> None:
    """Method, headers, secrets, body, query; the answer's status and size are facts."""
    result, _ = call(
        f"{receiver.url}/reload?scope=all",
        method="POST",
        headers={"Content-Type": "application/json"},
        secrets={"X-Key": Secret(env="TOKEN")},
        token=Secret(env="TOKEN"),
        body='{"a": 1}',
    )
    (got,) = receiver.received

    assert (Exit.OK, 200, 2) == (
        result.exit_code,
        result.facts["status"],
        result.facts["body_bytes"],
    )
    assert ("POST", "/reload?scope=all", {"a": 1}) == (got.method, got.path, got.json)
    assert ("application/json", CANARY, f"Bearer {CANARY}") == (
        got.headers["content-type"],
        got.headers["x-key"],
        got.headers["authorization"],
    )


def test_no_secret_is_said(receiver: Receiver) -> None:
    """Not when the server echoes it, not in a dry run, and nothing of the query."""
    receiver.echoes = True
    fields: dict[str, Any] = {
        "secrets": {"X-Key": Secret(env="TOKEN")},
        "contains": "what is not there",
    }
    found = [
        call(f"{receiver.url}/a?q=private", dry_run=dry_run, **fields) for dry_run in (False, True)
    ]

    assert CANARY not in repr(found)
    assert "private" not in repr(found)
    assert "  with X-Key, a secret" in found[1][1]


def test_a_dry_run_asks_nothing(receiver: Receiver) -> None:
    """It says what it would, with the size of the body."""
    result, lines = call(f"{receiver.url}/a", dry_run=True, method="PUT", body="äb")

    assert ([], Exit.OK, 3) == (receiver.received, result.exit_code, result.facts["sent_bytes"])
    assert f"would ask PUT {receiver.url}/a, up to 30s" == lines[0]


@pytest.mark.parametrize(
    ("status", "fields", "code", "is_final"),
    [
        (204, {}, Exit.OK, False),
        (404, {}, Exit.FAILED, True),
        (404, {"status": (404, 410)}, Exit.OK, False),
        (200, {"status": (404,)}, Exit.FAILED, False),
        (403, {}, Exit.FAILED, True),
        (429, {}, Exit.FAILED, False),
        (503, {}, Exit.FAILED, False),
        (501, {}, Exit.FAILED, True),
    ],
)
def test_an_answer_is_judged_by_its_status(
    receiver: Receiver, status: int, fields: dict[str, Any], code: Exit, *, is_final: bool
) -> None:
    """What may be another the next time is worth another attempt; what is refused for good not."""
    receiver.status, receiver.body = status, b""
    result, _ = call(receiver.url, **fields)

    assert (code, is_final) == (result.exit_code, result.is_final)


def test_an_answer_is_judged_by_its_body(receiver: Receiver) -> None:
    """The text is in it, or it is not."""
    assert Exit.OK == call(receiver.url, contains="ok")[0].exit_code
    assert Exit.FAILED == call(receiver.url, contains="ko")[0].exit_code


def test_an_answer_that_is_too_large_is_a_fault() -> None:
    """No more of it is read; one of exactly the limit is good."""
    with served() as address:
        large, _ = call(f"{address}/large", limit_bytes=1000)
        fits, _ = call(f"{address}/large", limit_bytes=3_000_000)

    assert (Exit.FAILED, 1000) == (large.exit_code, large.facts["body_bytes"])
    assert large.summary.endswith("the answer is larger than 1000 bytes")
    assert (Exit.OK, 3_000_000) == (fits.exit_code, fits.facts["body_bytes"])


@pytest.mark.parametrize("path", ["/hang", "/trickle"])
def test_a_server_that_hangs_or_trickles_is_late(path: str) -> None:
    """Which is worth another attempt."""
    with served() as address:
        result, _ = call(f"{address}{path}", timeout_seconds=0.3)

    assert (Exit.FAILED, False) == (result.exit_code, result.is_final)
    assert result.summary == f"GET {address}{path}: no answer within 0.3s"


def test_a_redirect_to_another_server_brings_no_credentials(receiver: Receiver) -> None:
    """It is followed by a GET, without the headers."""
    with receiving() as other:
        receiver.status, receiver.headers = 302, {"Location": f"{other.url}/b"}
        call(f"{receiver.url}/a", token=Secret(env="TOKEN"), headers={"X-Mine": "1"})

        assert f"Bearer {CANARY}" == receiver.received[0].headers["authorization"]
        assert {"authorization", "x-mine", "idempotency-key"}.isdisjoint(other.received[0].headers)


def test_what_changes_something_follows_no_redirect(receiver: Receiver) -> None:
    """The answer is a redirect, and not what was expected."""
    with receiving() as other:
        receiver.status, receiver.headers = 307, {"Location": f"{other.url}/b"}
        result, _ = call(f"{receiver.url}/a", method="POST", body="x")

        assert (Exit.FAILED, []) == (result.exit_code, other.received)


def test_an_address_may_be_a_secret(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is called by where it is kept."""
    monkeypatch.setenv("HOOK", f"{receiver.url}/{CANARY}")
    result, lines = call(None, url_from=Secret(env="HOOK"))

    assert f"/{CANARY}" == receiver.received[0].path
    assert CANARY not in repr((result, lines))
    assert "the address in the variable HOOK" in result.summary


@pytest.mark.parametrize("value", ["no address", "", "file:///etc/passwd", f"http://a:{CANARY}/"])
def test_a_secret_that_is_no_address_is_not_shown(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    """Nor asked."""
    monkeypatch.setenv("HOOK", value)
    result, _ = call(None, url_from=Secret(env="HOOK"))

    assert Exit.FAILED == result.exit_code
    assert CANARY not in repr(result)


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    """Whatever is behind it."""
    made = [str(tmp_path / "key.pem"), str(tmp_path / "certificate.pem")]
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"),
            *("-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", made[0], "-out", made[1]),
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made[1], made[0])
    with served(context=context) as address:
        result, _ = call(f"{address}/health")

    assert address.startswith("https://")
    assert Exit.FAILED == result.exit_code
    assert "certificate" in result.summary


def test_every_attempt_of_an_occurrence_has_one_key(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another occurrence, and another call, have others."""
    for url in (receiver.url, receiver.url, f"{receiver.url}/b"):
        call(url)
    monkeypatch.setenv("OPSRUN_OCCURRENCE", "tabular/call@2026-03-03T12:00:00Z")
    call(receiver.url)
    first, second, other, later = receiver.keys

    assert first == second
    assert 3 == len({first, other, later})


def test_a_run_that_is_killed_asks_again_under_the_same_key(
    receiver: Receiver, tmp_path: Path
) -> None:
    """The server can tell that it did already what it is asked."""
    step = {
        "kind": "http.call",
        "parameters": {"url": f"{receiver.url}/a", "method": "POST", "token": {"env": "TOKEN"}},
    }
    plans.write(tmp_path, plans.job({"one": step}))
    receiver.manner = "hang"
    run = argv(tmp_path, "run", "tidy", "--due", due_text())
    with subprocess.Popen(run, stderr=subprocess.PIPE, env=os.environ) as runner:
        while not receiver.received:
            assert runner.poll() is None
        runner.kill()
    receiver.manner = "answer"
    again = subprocess.run(run, capture_output=True, text=True, check=False)

    assert 0 == again.returncode, again.stderr
    assert 2 == len(receiver.keys)
    assert 1 == len(set(receiver.keys))
    assert CANARY not in again.stderr + again.stdout + "".join(
        path.read_text(errors="replace") for path in tmp_path.rglob("*") if path.is_file()
    )


@pytest.mark.parametrize(("status", "attempts"), [(503, 3), (404, 1)])
def test_what_is_refused_for_good_is_asked_once(
    receiver: Receiver, tmp_path: Path, status: int, attempts: int
) -> None:
    """The job's retries are for what may pass."""
    receiver.status = status
    step = {"kind": "http.call", "parameters": {"url": f"{receiver.url}/a"}}
    retries = {"attempts": 3, "base_seconds": 0.01, "cap_seconds": 0.01}
    plans.write(tmp_path, plans.job({"one": step}, retries=retries))
    ended = subprocess.run(argv(tmp_path, "run", "tidy"), capture_output=True, check=False)

    assert (1, attempts) == (ended.returncode, len(receiver.received))
