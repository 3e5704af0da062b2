from __future__ import annotations

import os
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Barrier, Thread
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from runtime.contract.health_check import Check, HealthCheck, HttpCheck, StorageCheck
from runtime.errors import Exit
from runtime.kinds import health_check
from runtime.kinds.result import Context, Result
from tests.runtime.http_server import served
from tests.runtime.turned_clock import TurnedClock

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The address of a server."""
    with served() as url:
        yield url


def carry_out(*, dry_run: bool = False, **checks: Check) -> tuple[Result, list[str]]:
    """Make the checks; return the result and what was said."""
    lines: list[str] = []
    context = Context(clock=TurnedClock(), say=lines.append, dry_run=dry_run)
    return health_check.carry_out(HealthCheck(checks=checks), context), lines


def http(url: str, **fields: Any) -> Check:
    """Return a check of an endpoint."""
    timeout_seconds = fields.pop("timeout_seconds", 30)
    return Check(http=HttpCheck(url=url, **fields), timeout_seconds=timeout_seconds)


def disk(path: str = "/", *, degraded: str = "0.2", unhealthy: str = "0.1") -> Check:
    """Return a check of a disk."""
    ratios: dict[str, Any] = {
        "degraded_below_ratio": Decimal(degraded),
        "unhealthy_below_ratio": Decimal(unhealthy),
    }
    return Check(storage=StorageCheck(path=path, **ratios))


def status_of(check: Check) -> tuple[str, Exit]:
    """Return the status of one check, and what the job exits with."""
    result, _ = carry_out(one=check)
    return result.facts["checks"]["one"]["status"], result.exit_code


def test_an_endpoint_that_answers_as_expected_is_healthy(address: str) -> None:
    """Status and text are as asked for."""
    check = http(f"{address}/a", contains="all is well", slow_seconds=60)

    assert ("healthy", Exit.OK) == status_of(check)


def test_an_endpoint_with_another_status_is_unhealthy(address: str) -> None:
    """It answered, and the answer is bad."""
    result, lines = carry_out(api=http(f"{address}/status/503"))

    assert (Exit.FAILED, "unhealthy: api answered 503, not 200") == (
        result.exit_code,
        result.summary,
    )
    assert lines == ["api: unhealthy: answered 503, not 200 (0.000s)"]


def test_an_expected_status_may_be_any(address: str) -> None:
    """A health page that says 204 is healthy when 204 is expected."""
    assert ("healthy", Exit.OK) == status_of(http(f"{address}/status/204", status=204))


def test_an_endpoint_without_the_expected_text_is_unhealthy(address: str) -> None:
    """A page of another service on the same port is not healthy."""
    assert ("unhealthy", Exit.FAILED) == status_of(http(f"{address}/a", contains="nowhere"))


def test_a_slow_endpoint_is_degraded_and_the_job_ok(address: str) -> None:
    """Degraded is worth a word, not a failure."""
    assert ("degraded", Exit.OK) == status_of(http(f"{address}/a", slow_seconds=0))


@pytest.mark.parametrize("path", ["/hang", "/trickle"])
def test_an_endpoint_that_does_not_answer_in_time_is_an_error(address: str, path: str) -> None:
    """No answer is worse than a bad one."""
    result, _ = carry_out(api=http(address + path, timeout_seconds=0.2))

    assert (Exit.FAILED, "error: api no answer within 0.2s") == (result.exit_code, result.summary)


@pytest.mark.parametrize(
    ("available", "expected"),
    [(21, "healthy"), (20, "healthy"), (19, "degraded"), (10, "degraded"), (9, "unhealthy")],
)
def test_a_disk_is_judged_by_its_free_share(
    monkeypatch: pytest.MonkeyPatch, available: int, expected: str
) -> None:
    """Below a limit it is worse; at the limit it is not."""
    space = SimpleNamespace(
        f_blocks=100, f_bfree=available, f_bavail=available, f_frsize=1, f_files=0
    )
    monkeypatch.setattr(os, "statvfs", lambda _: space)

    assert expected == status_of(disk())[0]


def test_space_kept_for_root_is_not_free(monkeypatch: pytest.MonkeyPatch) -> None:
    """As `df` counts: 50 used, 5 for root alone, 45 of 95 free."""
    space = SimpleNamespace(f_blocks=100, f_bfree=50, f_bavail=45, f_frsize=1, f_files=0)
    monkeypatch.setattr(os, "statvfs", lambda _: space)

    result, _ = carry_out(disk=disk())

    assert result.facts["checks"]["disk"]["message"] == "47.4% free on /"


def test_a_path_that_is_not_there_and_a_place_without_a_disk_are_errors() -> None:
    """Neither can be judged."""
    assert status_of(disk("/nowhere")) == ("error", Exit.FAILED)
    assert status_of(disk("/proc")) == ("error", Exit.FAILED)


def test_the_worst_check_decides_and_all_are_made(address: str) -> None:
    """A failing check hides no other."""
    result, lines = carry_out(
        good=http(f"{address}/a"), bad=http(f"{address}/status/500"), lost=disk("/nowhere")
    )

    assert (Exit.FAILED, "error") == (result.exit_code, result.facts["status"])
    assert [line.split(":")[1] for line in lines] == [" healthy", " unhealthy", " error"]


def test_a_dry_run_asks_nothing() -> None:
    """It says what would be asked."""
    result, lines = carry_out(dry_run=True, api=http("http://192.0.2.1/"), disk=disk("/srv"))

    assert (Exit.OK, "would make 2 checks") == (result.exit_code, result.summary)
    assert lines == [
        "would check api: GET http://192.0.2.1/, up to 30s",
        "would check disk: the file system of /srv, up to 5s",
    ]


def test_an_optional_check_makes_the_whole_degraded_at_most(address: str) -> None:
    """Its own status stays what it is."""
    cache = Check(http=HttpCheck(url=f"{address}/status/500"), timeout_seconds=30, optional=True)
    result, _ = carry_out(good=http(f"{address}/a"), cache=cache)

    assert (Exit.OK, "degraded: cache answered 500, not 200") == (result.exit_code, result.summary)
    assert ["degraded", "unhealthy"] == [
        result.facts["status"],
        result.facts["checks"]["cache"]["status"],
    ]


class Together(BaseHTTPRequestHandler):
    """Answers when two ask at the same time."""

    barrier: Barrier

    def do_GET(self) -> None:
        """Answer one request, once there is another."""
        self.barrier.wait()
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_checks_are_made_at_once() -> None:
    """One that hangs keeps no other waiting."""
    handler = type("Handler", (Together,), {"barrier": Barrier(2, timeout=30)})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}/"
        result, _ = carry_out(one=http(url), other=http(url))
        server.shutdown()
        thread.join()

    assert "healthy: 2 checks" == result.summary
