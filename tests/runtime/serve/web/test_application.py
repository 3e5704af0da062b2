from __future__ import annotations

import base64
import json
import socket
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from runtime.collector.judge import HostStatus, State
from runtime.contract.secret import Secret
from runtime.contract.serve import Serve
from runtime.journal.store import open_store
from runtime.metrics import Family
from runtime.serve.web import application, protocol, serving
from tests.runtime import plans
from tests.runtime.journals import ask as claim
from tests.runtime.journals import do_step, finish, granted
from tests.runtime.serve.resident import TOKEN, Answer, alert, ask, post
from tests.runtime.serve.web.webs import Web, web
from tests.servers.process import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from runtime.contract.plan import Plan

GUARDED = Serve(token=Secret(env="SERVE_TOKEN"))
ALL = ("/status", "/status.json", "/metrics", "/health")
LOCAL = b"Host: localhost\r\n"


@pytest.fixture
def plan() -> Plan:
    """A plan with one job, which makes one check."""
    return plans.loaded(plans.job({"check": plans.disk("/")}, schedule="every 1h"))


@pytest.fixture
def open_web(tmp_path: Path, plan: Plan) -> Iterator[Web]:
    """A web that asks nobody who they are."""
    with web(tmp_path / "state", plan) as one:
        one.answers.body_seconds = 0.3
        yield one


def basic(user: str, password: str) -> str:
    """Return what a browser says when its user has said both."""
    return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"


def send(one: Web, body: bytes, **fields: Any) -> Answer:
    """Post to the alerts."""
    return ask(one.at("/alerts"), body, **fields)


def test_a_post_is_in_the_journal_when_it_is_answered(open_web: Web) -> None:
    """What came is told by number, and stands there with its labels; an open end is none."""
    answer = send(open_web, post(alert(1), alert(2)))
    second, first = open_web.alerts()

    assert (200, {"alerts": 2, "new": 2}) == (answer.status, answer.json)
    assert ("DiskFull", "firing", None) == (
        first.alert.name,
        first.alert.status,
        first.alert.ends_at,
    )
    assert "node2.example.org" == second.alert.labels["instance"]


def test_retries_duplicates_and_replays_are_known(open_web: Web) -> None:
    """The same bytes again, the same alert twice in a post, and the end of it."""
    over = alert(1, status="resolved", endsAt="2026-03-02T11:00:00Z")
    answers = [
        send(open_web, body).json
        for body in (
            post(alert(1), alert(1)),
            post(alert(1), alert(1)),
            post(over),
            post(alert(1, startsAt="2026-03-02T12:00:00.123456+02:00"), over),
        )
    ]

    assert [1, 0, 1, 0] == [one["new"] for one in answers]
    assert [2, 5] == sorted(one.times for one in open_web.alerts())


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "body"),
        (b"{", "body"),
        (b"[]", "body"),
        (b"\xff\xfe", "body"),
        (b'{"version": "4"}', "alerts"),
        (post(version="3"), "version"),
        (post(alert(status="pending")), "alerts.0.status"),
        (post(alert(startsAt="yesterday")), "alerts.0.startsAt"),
        (post(alert(startsAt="2026-03-02T10:00:00")), "alerts.0.startsAt"),
        (post(alert(startsAt="0001-01-01T00:00:00+14:00")), "years 1 to 9999"),
        (post(alert(fingerprint="../etc")), "alerts.0.fingerprint"),
        (post(alert(labels={"alertname": 1})), "alerts.0.labels.alertname"),
        (post(alert(labels={"a": "\0"})), "alerts.0.labels.a"),
        (post(alert(labels=[])), "alerts.0.labels"),
        (b"[" * 100_000, "body"),
    ],
)
def test_what_is_no_post_is_refused_and_nothing_of_it_kept(
    open_web: Web, body: bytes, said: str
) -> None:
    """The answer names the place, quotes nothing, and leads to no further try."""
    answer = send(open_web, body)

    assert 400 == answer.status
    assert said in answer.body.decode()
    assert [] == open_web.alerts()


def test_a_post_of_another_type_is_refused(open_web: Web) -> None:
    """A form of a web page cannot post alerts."""
    answer = send(open_web, post(alert()), Content_Type="text/plain")

    assert (415, []) == (answer.status, open_web.alerts())


def test_a_post_that_is_too_long_is_refused(open_web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether it says so or not; the connection ends, and what still comes is not read."""
    monkeypatch.setattr(application, "LIMIT_BYTES", 1_000)
    head = b"POST /alerts HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    told = talk(open_web, head + b"Content-Length: 1001\r\n\r\n")
    untold = talk(
        open_web,
        head + b"Transfer-Encoding: chunked\r\n\r\n" + b"200\r\n" + b" " * 512 + b"\r\n" * 1,
        b"200\r\n" + b" " * 512 + b"\r\n",
    )

    assert [b"413", b"413"] == [answer.split()[1] for answer in (told, untold)]
    assert [] == open_web.alerts()


def talk(one: Web, *parts: bytes) -> bytes:
    """Say something on a connection, and return all that is answered until it ends."""
    with socket.create_connection(one.address, timeout=30) as connection:
        for part in parts:
            connection.sendall(part)
        answer = b""
        while found := connection.recv(65_536):
            answer += found
    return answer


def test_a_body_that_does_not_come_is_given_up(open_web: Web) -> None:
    """A sender that stops in the middle has no connection for long."""
    head = b"POST /alerts HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    answer = talk(open_web, head + b"Content-Length: 1000\r\n\r\n{")

    assert b"408" == answer.split()[1]


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"GET /health HTTP/1.1\r\nX-Slow: ",
        b"GET /metrics HTTP/1.1\r\n" + LOCAL + b"\r\nGET /he",
    ],
)
def test_a_head_that_does_not_come_is_given_up(
    open_web: Web, said: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither an idle connection nor half a head, the first or a later one, is kept."""
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.3)
    began = time.monotonic()
    talk(open_web, said)

    assert time.monotonic() - began < 20


SLOW = (b"Content-Length: 100000000\r\n\r\n{", b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n")


@pytest.mark.parametrize("body", SLOW)
@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (b"GET /health/live", b"200"),
        (b"GET /status", b"200"),
        (b"GET /nothing", b"404"),
        (b"DELETE /status", b"405"),
        (b"POST /alerts", b"415"),
    ],
)
def test_a_body_that_nobody_asked_for_is_not_waited_for(
    open_web: Web, asked: bytes, code: bytes, body: bytes
) -> None:
    """The answer is whole, and the connection ends with it, however slowly the rest would come."""
    answer = talk(open_web, asked + b" HTTP/1.1\r\n" + LOCAL + body)

    assert code == answer.split()[1]
    assert answer.partition(b"\r\n\r\n")[2]


def test_slow_peers_leave_room_for_others(
    tmp_path: Path, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody without a token has a connection for longer than an answer takes."""
    monkeypatch.setattr(serving, "CONNECTIONS", 5)
    monkeypatch.setenv("SERVE_TOKEN", TOKEN)
    ends = [*SLOW, b"\r\n", b"Connection: keep-alive\r\n\r\n"]
    with web(tmp_path / "state", plan, GUARDED) as one, ExitStack() as held:
        for end in ends:
            peer = held.enter_context(socket.create_connection(one.address, timeout=30))
            peer.sendall(b"GET /health/live HTTP/1.1\r\n" + LOCAL + end)
            assert peer.recv(12) == b"HTTP/1.1 200"
        until(lambda: ask(one.at("/health/live")).status == 200, "room")


def test_a_peer_that_does_not_read_is_given_up(
    open_web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who asks and asks, and leaves the answers, has a connection for so long and no longer."""
    monkeypatch.setattr(protocol, "UNREAD_SECONDS", 0.3)
    asked = b"GET /metrics HTTP/1.1\r\n" + LOCAL + b"\r\n"
    with (
        socket.create_connection(open_web.address, timeout=30) as peer,
        pytest.raises(ConnectionError),
    ):
        peer.sendall(asked * 1_000_000)


def test_a_journal_that_cannot_be_written_is_tried_again(open_web: Web) -> None:
    """The sender is told to come again, and then it is written."""
    path = f"{open_web.state}/journal.sqlite3"
    open_store(open_web.state).connection.close()
    refused = sqlite3.connect(path)
    refused.execute("ALTER TABLE alerts RENAME TO away")
    answer = send(open_web, post(alert()))
    refused.execute("ALTER TABLE away RENAME TO alerts")
    refused.close()

    assert (503, "5") == (answer.status, answer.headers["retry-after"])
    assert 200 == send(open_web, post(alert())).status


def test_too_many_posts_at_one_time_are_told_to_come_again(open_web: Web) -> None:
    """What is read at one time is bounded."""
    open_web.answers.reading = application.POSTS_AT_ONCE

    assert 503 == send(open_web, post(alert())).status


@pytest.mark.parametrize("path", [*ALL, "/alerts", "/", "/nothing"])
@pytest.mark.parametrize(
    "said",
    [
        "",
        f"Basic {TOKEN}",
        "Bearer ",
        f"Bearer {TOKEN[:-1]}",
        TOKEN,
        "Basic",
        "Basic %%%",
        basic("anna", TOKEN[:-1]),
        basic(TOKEN, ""),
        f"Bearer {basic('anna', TOKEN).partition(' ')[2]}",
    ],
)
def test_without_the_token_nothing_is_told(
    tmp_path: Path, plan: Plan, path: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even whether there is such an address."""
    monkeypatch.setenv("SERVE_TOKEN", TOKEN)
    with web(tmp_path / "state", plan, GUARDED) as one:
        answer = ask(one.at(path), Authorization=said)

    assert (401, "Bearer") == (answer.status, answer.headers["www-authenticate"])
    assert b"no such token\n" == answer.body


def test_a_browser_asks_its_user_for_the_token(
    tmp_path: Path, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the password of whomever; programs are asked for a bearer token alone."""
    monkeypatch.setenv("SERVE_TOKEN", TOKEN)
    with web(tmp_path / "state", plan, GUARDED) as one:
        first = ask(one.at("/status"), Accept="text/html,*/*;q=0.8")
        then = [
            ask(one.at("/status"), Accept="text/html", Authorization=basic(user, TOKEN)).status
            for user in ("", "anna", "Jürgen")
        ]

    assert (401, {"Bearer", 'Basic realm="opsrun", charset="UTF-8"'}) == (
        first.status,
        set(first.challenges),
    )
    assert [200, 200, 200] == then


def test_with_the_token_all_is_told(
    tmp_path: Path, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether somebody is there is told to everybody; what was refused is counted."""
    monkeypatch.setenv("SERVE_TOKEN", TOKEN)
    with web(tmp_path / "state", plan, GUARDED) as one:
        live = ask(one.at("/health/live")).status
        ask(one.at("/status"))
        told = [ask(one.at(path), token=TOKEN).status for path in ALL]
        posted = send(one, post(alert()), token=TOKEN).status
        metrics = ask(one.at("/metrics"), token=TOKEN).body.decode()

    assert (200, [200, 200, 200, 200], 200) == (live, told, posted)
    assert "opsrun_serve_unauthorized_requests_total{} 1.0" in metrics
    assert TOKEN not in metrics


@pytest.mark.parametrize(
    "name",
    ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "192.0.2.1", "", "[::1"],
)
def test_without_a_token_another_name_than_localhost_is_not_answered_for(
    open_web: Web, name: str
) -> None:
    """A page whose name is made to mean this host reads nothing, and is sent nowhere."""
    for path in (*ALL, "/health/live", "/status/", "/nothing"):
        answer = ask(open_web.at(path), Host=name)

        assert (421, "close") == (answer.status, answer.headers["connection"])
        assert "location" not in answer.headers


@pytest.mark.parametrize(
    "name", ["localhost", "LOCALHOST:9465", "127.0.0.1", "127.3.2.1:80", "[::1]", "[::1]:9465"]
)
def test_names_of_loopback_are_answered_for(open_web: Web, name: str) -> None:
    """With whatever port: it may have been forwarded."""
    assert 200 == ask(open_web.at("/status"), Host=name).status


def test_with_a_token_any_name_is_answered_for(
    tmp_path: Path, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has it may reach the host by the names that it has."""
    monkeypatch.setenv("SERVE_TOKEN", TOKEN)
    with web(tmp_path / "state", plan, GUARDED) as one:
        answers = [
            ask(one.at(path), token=TOKEN, Host="node1.example.org") for path in ("/status", "/no/")
        ]

    assert [200, 404] == [answer.status for answer in answers]


@pytest.mark.parametrize("token", [None, TOKEN])
@pytest.mark.parametrize(
    ("origin", "code"),
    [
        ("http://evil.example", 403),
        ("http://localhost:1", 403),
        ("null", 403),
        ("https://localhost", 200),
    ],
)
def test_a_page_of_another_site_posts_nothing(
    tmp_path: Path,
    plan: Plan,
    token: str | None,
    origin: str,
    code: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nor does a browser that knows the token post on its behalf."""
    monkeypatch.setenv("SERVE_TOKEN", TOKEN)
    with web(tmp_path / "state", plan, GUARDED if token else Serve()) as one:
        answer = send(one, post(alert()), token=token, Origin=origin, Host="localhost")
        kept = len(one.alerts())

    assert (code, int(code == 200)) == (answer.status, kept)


def test_metrics_are_those_of_the_jobs_and_of_the_process(open_web: Web) -> None:
    """All can be read by Prometheus; what another collects stands beside."""
    more = Family(name="more", kind="gauge", help="More.")
    more.add(1.0)
    open_web.answers.collected = lambda: [more]
    send(open_web, post(alert(1), alert(2)))
    send(open_web, post(alert(1)))
    answer = ask(open_web.at("/metrics"))
    found = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.body.decode())
        for sample in family.samples
    }

    assert "text/plain; version=0.0.4; charset=utf-8" == answer.headers["content-type"]
    assert 2.0 == found["opsrun_serve_alerts_total", "new"]
    assert 1.0 == found["opsrun_serve_alerts_total", "known"]
    assert 2.0 == found["opsrun_serve_alert_posts_total", "200"]
    assert 0.0 == found["opsrun_job_running", "tabular", "tidy"]
    assert 1.0 == found[("more",)]


def test_metrics_of_alerts_begin_with_zero(open_web: Web) -> None:
    """Else the first alert would have no rate."""
    metrics = ask(open_web.at("/metrics")).body.decode()

    assert 'opsrun_serve_alerts_total{what="new"} 0.0' in metrics
    assert 'opsrun_serve_alerts_total{what="known"} 0.0' in metrics
    assert 'opsrun_serve_alert_posts_total{status="503"} 0.0' in metrics


def test_status_is_the_page_for_browsers_and_json_for_programs(open_web: Web) -> None:
    """Both answer what an address asks for, are never kept, and say what they depend on."""
    page = ask(open_web.at("/"), Accept="text/html,*/*")
    facts = ask(open_web.at("/status?size=1"))
    none = ask(open_web.at("/status.json?q=nothing"), Accept="text/html,*/*")

    assert "text/html; charset=utf-8" == page.headers["content-type"]
    assert b'id="job-tabular/tidy"' in page.body
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert ["tabular/tidy"] == [one["job"] for one in facts.json["jobs"]]
    assert [] == none.json["jobs"]
    for one in (page, facts, none):
        assert ("no-store", "Accept") == (one.headers["cache-control"], one.headers["vary"])


def test_no_alert_and_no_health_waits_for_a_page(
    open_web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long one takes."""
    begun, done = threading.Event(), threading.Event()

    def slow(_: object) -> str:
        begun.set()
        assert done.wait(30)
        return "slow"

    monkeypatch.setattr(open_web.answers.board, "page", slow)
    with ThreadPoolExecutor(1) as other:
        page = other.submit(ask, open_web.at("/status"), Accept="text/html")
        try:
            assert begun.wait(30)
            codes = [send(open_web, post(alert())).status, ask(open_web.at("/health")).status]
        finally:
            done.set()

    assert ([200, 200], b"slow") == (codes, page.result().body)


def found_by_check(one: Web, status: str, **fields: Any) -> None:
    """Have the check of the job find something."""
    with open_store(one.state) as store:
        grant = granted(claim(store))
        facts = {"status": status, "checks": {"disk": {"status": status, "message": "so"}}}
        do_step(store, grant, "check", facts=facts, **fields)
        finish(store, grant)


@pytest.mark.parametrize(
    ("status", "whole", "code"),
    [
        ("healthy", "healthy", 200),
        ("degraded", "degraded", 200),
        ("unhealthy", "unhealthy", 503),
        ("error", "unhealthy", 503),
    ],
)
def test_health_is_the_worst_of_the_checks(
    open_web: Web, status: str, whole: str, code: int
) -> None:
    """Each check is told by its service, job and name; degraded is still a success."""
    found_by_check(open_web, status)
    answer = ask(open_web.at("/health"))
    (check,) = answer.json["checks"]

    assert (code, whole) == (answer.status, answer.json["status"])
    assert ("tabular", "tidy", "disk") == (check["service"], check["job"], check["check"])
    assert (status, "so", "2026-03-02T12:00:00Z") == (
        check["status"],
        check["message"],
        check["at"],
    )


def test_a_check_without_a_fresh_result_makes_the_whole_degraded(open_web: Web) -> None:
    """Before the first result, and after three that are missing."""
    first = ask(open_web.at("/health"))
    found_by_check(open_web, "healthy")
    well = ask(open_web.at("/health"))
    open_web.answers.clock.sleep(3 * 3_600 + 61)
    late = ask(open_web.at("/health"))

    assert ["degraded", "healthy", "degraded"] == [
        one.json["status"] for one in (first, well, late)
    ]
    assert ["it has not been made yet", "so", "nothing new since it was healthy: so"] == [
        one.json["checks"][0]["message"] for one in (first, well, late)
    ]


@pytest.mark.parametrize(
    ("state", "code"), [("healthy", 200), ("degraded", 200), ("unhealthy", 503)]
)
def test_the_host_counts(tmp_path: Path, state: State, code: int) -> None:
    """Where it is watched; the scheduler's own parts stand beside."""
    host = HostStatus(state=state, at=None, measures=(), sample=None)
    with web(
        tmp_path / "state", plans.loaded(), collector=SimpleNamespace(status=lambda: host)
    ) as one:
        answer = ask(one.at("/health"))

    assert (code, state, state) == (
        answer.status,
        answer.json["status"],
        answer.json["host"]["status"],
    )
    assert ["scheduler", "plan", "journal"] == list(answer.json["serve"])


def test_a_scheduler_that_is_stuck_is_unhealthy(open_web: Web) -> None:
    """It is told to whoever asks for its life, too; one that stops is degraded."""
    open_web.dials["is_draining"] = 1.0
    draining = ask(open_web.at("/health/live"))
    open_web.dials["beat"] -= 60
    stuck = [ask(open_web.at(path)) for path in ("/health", "/health/live")]

    assert (200, {"status": "degraded"}) == (draining.status, draining.json)
    assert [503, 503] == [one.status for one in stuck]
    assert "has not looked around" in json.dumps(stuck[0].json["serve"]["scheduler"])


def test_jobs_that_wait_long_for_their_turn_are_told(open_web: Web) -> None:
    """As many run as may at a time, and none of them comes to its end."""
    open_web.dials["waits_seconds"] = 59.0
    soon = ask(open_web.at("/health")).json["serve"]["scheduler"]
    open_web.dials["waits_seconds"] = 61.0
    late = ask(open_web.at("/health")).json["serve"]["scheduler"]

    assert ("healthy", "degraded") == (soon["status"], late["status"])
    assert "for up to 61s" in late["message"]


def test_a_refused_plan_is_degraded(open_web: Web) -> None:
    """Somebody has to look at it, and nothing stands still."""
    open_web.dials["is_reload_failed"] = 1.0
    answer = ask(open_web.at("/health"))

    assert (200, "degraded") == (answer.status, answer.json["serve"]["plan"]["status"])


def test_a_journal_that_cannot_be_read_is_unhealthy(tmp_path: Path, plan: Plan) -> None:
    """The answer says what is wrong with it."""
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "journal.sqlite3").write_bytes(b"no journal")
    with web(tmp_path / "state", plan) as one:
        health, status = ask(one.at("/health")), ask(one.at("/status"))

    assert (503, 503) == (health.status, status.status)
    assert "damaged" in health.json["serve"]["journal"]["message"]
