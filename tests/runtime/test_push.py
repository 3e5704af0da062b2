from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

import pytest

from runtime.contract.frozen import frozen
from runtime.http import get
from runtime.push import Gateway, gateway_of, push_newest
from tests.e2e import servers
from tests.e2e.servers import free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
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


@frozen
class Watched(Gateway):
    """A gateway to which something happens `meanwhile`, once, while the first push is under way."""

    meanwhile: Callable[[], object]
    pushes: list[bytes] = field(default_factory=list)

    def push(self, exposition: bytes) -> str | None:
        """Push, and let happen what does."""
        self.pushes.append(exposition)
        if len(self.pushes) == 1:
            self.meanwhile()
        return Gateway.push(self, exposition)


@pytest.mark.e2e
def test_what_is_written_while_a_push_is_under_way_is_pushed_after_it(
    pushgateway: str, tmp_path: Path
) -> None:
    """By who pushes already: the other one waits for nothing, and the newest state stands last."""
    file = tmp_path / "opsrun.prom"
    file.write_bytes(b"opsrun_job_held 1\n")
    answers: list[str | None] = []

    def another_run() -> None:
        file.write_bytes(b"opsrun_job_held 2\n")
        answers.append(push_newest(Gateway(url=pushgateway, instance="x"), str(file)))

    gateway = Watched(url=pushgateway, instance="x", meanwhile=another_run)
    answers.append(push_newest(gateway, str(file)))

    assert [None, None] == answers
    assert [b"opsrun_job_held 1\n", b"opsrun_job_held 2\n"] == gateway.pushes
    assert ['opsrun_job_held{instance="x",job="opsrun"} 2'] == _series(pushgateway)


def test_a_push_that_fails_is_left_to_the_next_run(tmp_path: Path) -> None:
    """Also when there is something newer: a gateway that is gone keeps nobody twice."""
    file = tmp_path / "opsrun.prom"
    file.write_bytes(SAID)
    gateway = Watched(
        url=f"http://127.0.0.1:{free_port()}",
        instance="x",
        meanwhile=lambda: file.write_bytes(b"opsrun_job_held 2\n"),
    )

    assert "Connection refused" == push_newest(gateway, str(file))
    assert [SAID] == gateway.pushes
    assert "Connection refused" == push_newest(gateway, str(file))


def test_a_text_file_that_is_gone_is_a_word_and_no_more(tmp_path: Path) -> None:
    """As whatever else keeps a push from being made."""
    path = str(tmp_path / "opsrun.prom")

    assert f"{path}: No such file or directory" == push_newest(Gateway(url="", instance=""), path)


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
