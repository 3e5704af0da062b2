from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runtime.http import get
from runtime.push import Gateway, gateway_of
from tests.e2e import servers
from tests.e2e.servers import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SAID = b'# TYPE opsrun_job_running gauge\nopsrun_job_running{service="shop"} 1\n'


@pytest.fixture
def pushgateway(tmp_path: Path) -> Iterator[str]:
    """A Pushgateway of its own, on loopback."""
    port = free_port()
    with servers.pushgateway(port, tmp_path / "pushgateway"):
        yield f"http://127.0.0.1:{port}"


def _series(url: str) -> list[str]:
    shown = get(f"{url}/metrics", timeout_seconds=5, limit_bytes=2**20).text
    return [line for line in shown.splitlines() if line.startswith("opsrun_")]


@pytest.mark.e2e
def test_a_push_stands_under_its_instance_and_replaces_the_last(pushgateway: str) -> None:
    """What is scraped has the labels that a host's would have."""
    gateway = Gateway(url=f"{pushgateway}/", instance="tabular-kubernetes")

    assert gateway.push(b"opsrun_job_held 1\n") is None
    assert gateway.push(SAID) is None
    assert [
        'opsrun_job_running{instance="tabular-kubernetes",job="opsrun",service="shop"} 1'
    ] == _series(pushgateway)


@pytest.mark.e2e
def test_what_the_gateway_refuses_is_said_in_its_words(pushgateway: str) -> None:
    """A push that is not taken is no secret."""
    reason = Gateway(url=pushgateway, instance="x").push(b"no metrics\n")

    assert reason is not None
    assert reason.startswith("it answered 400: ")


def test_a_gateway_that_is_not_there_is_a_word_and_no_more() -> None:
    """The job has run all the same."""
    reason = Gateway(url=f"http://127.0.0.1:{free_port()}", instance="x").push(SAID)

    assert "Connection refused" == reason


def test_nobody_is_told_where_nothing_names_a_gateway() -> None:
    """On hosts the textfile collector reads what was written."""
    url = "http://gateway:9091"

    assert gateway_of({}, "api1") is None
    assert Gateway(url=url, instance="api1") == gateway_of({"OPSRUN_PUSHGATEWAY": url}, "api1")
