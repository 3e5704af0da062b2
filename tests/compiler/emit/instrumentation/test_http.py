from __future__ import annotations

import asyncio
import http.client
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from urllib.request import urlopen

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.requests import ClientDisconnect

from compiler.model.metrics import Metric
from tests.compiler.emit.instrumentation.served import ask, served
from tests.compiler.emit.instrumentation.shop import METHODS, Shop

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("path", "method", "endpoint", "status"),
    [
        ("/", "GET", "/", "200"),
        ("/users/7", "POST", "/users/{user}", "200"),
        ("/users/7", "DELETE", "/users/{user}", "405"),
        ("/same/3", "GET", "/same/{one:int}", "200"),
        ("/stream", "GET", "/stream", "200"),
        ("/tenants/9/orders/4", "GET", "/tenants/{tenant}/orders/{order}", "200"),
        ("/tenants/9/nothing", "GET", "unmatched", "404"),
        ("/files/a/b.txt", "GET", "/files", "200"),
        ("/nothing/at/all", "GET", "unmatched", "404"),
        ("/users/7/", "GET", "unmatched", "307"),
    ],
)
def test_a_request_is_counted_by_its_route(
    shop: Shop, path: str, method: str, endpoint: str, status: str
) -> None:
    """Templates stand for paths, also of what is mounted; where there is none, `unmatched`."""
    asyncio.run(ask(shop.app, path, method))
    said = method if method in METHODS else "other"

    assert {(said, endpoint, status): 1} == shop.counted()
    assert {(endpoint,): 1} == shop.counted("shop_request_seconds_count")


@pytest.mark.parametrize("path", ["/broken", "/tenants/9/broken", "/cut"])
def test_an_error_is_counted_as_500_and_goes_on(shop: Shop, path: str) -> None:
    """Before an answer, and within one."""
    with pytest.raises((ValueError, ExceptionGroup)):
        asyncio.run(ask(shop.app, path))

    assert ["500"] == [status for _method, _endpoint, status in shop.counted()]


def test_what_runs_after_an_answer_is_not_the_request(shop: Shop) -> None:
    """A background task that fails does not make an answer fail that went well."""
    with pytest.raises(ValueError, match="broken"):
        asyncio.run(ask(shop.app, "/after"))

    assert {("GET", "/after", "200"): 1} == shop.counted()


def test_a_client_that_leaves_before_an_answer_is_no_failure(shop: Shop) -> None:
    """It is counted as 499, as nginx does."""
    with pytest.raises(ClientDisconnect):
        asyncio.run(ask(shop.app, "/body", leaves=True))

    assert {("GET", "/body", "499"): 1} == shop.counted()


def test_a_request_that_is_cancelled_is_no_failure(shop: Shop) -> None:
    """Whoever cancels it: a server that ends, a time limit around it."""

    async def cancelled() -> None:
        task = asyncio.create_task(ask(shop.app, "/slow"))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])

    asyncio.run(cancelled())

    assert [499] == [int(status) for _method, _endpoint, status in shop.counted()]
    assert 0 == shop.registry.get_sample_value("shop_running")


def test_a_connection_that_breaks_within_an_answer_keeps_the_status_sent(shop: Shop) -> None:
    """The service did what it could."""

    async def breaking(scope: Any, receive: Any, send: Any) -> None:
        async def broken(message: Any) -> None:
            if message["type"] == "http.response.body":
                raise OSError("gone")

        await shop.app(scope, receive, broken)

    with pytest.raises(OSError, match="gone"):
        asyncio.run(ask(breaking, "/"))

    assert {("GET", "/", "200"): 1} == shop.counted()


def test_active_requests_go_up_and_down(shop: Shop) -> None:
    """While a request is answered it is under way, and then no longer."""
    asyncio.run(ask(shop.app, "/"))

    assert 1 == shop.during
    assert 0 == shop.registry.get_sample_value("shop_running")


def test_series_of_failures_exist_before_any_failure(shop: Shop) -> None:
    """With the first request of all each route has a series of its failures, at 0."""
    asyncio.run(ask(shop.app, "/"))
    series = {"method": "POST", "endpoint": "/users/{user}", "status": "500"}

    assert 0 == shop.registry.get_sample_value("shop_requests_total", series)


def test_the_page_itself_is_not_counted(shop: Shop) -> None:
    """Prometheus' own questions are not the service's traffic."""
    sent = asyncio.run(ask(shop.app, "/metrics"))

    assert 200 == sent[0]["status"]
    assert {} == shop.counted()


def test_two_middlewares_count_once(shop: Shop) -> None:
    """A mounted application that brings its own is not counted twice."""
    twice = shop.module.HttpMiddleware(shop.app, metrics=shop.metrics)
    asyncio.run(ask(twice, "/"))

    assert 1 == sum(shop.counted().values())


def test_websockets_and_lifespans_pass_untouched(shop: Shop) -> None:
    """The application gets the very scope and channels that the server gave."""
    seen: list[tuple[Any, ...]] = []

    async def app(*given: Any) -> None:
        seen.append(given)

    middleware = shop.module.HttpMiddleware(app, metrics=shop.metrics)
    given = [({"type": kind}, object(), object()) for kind in ("websocket", "lifespan")]
    for each in given:
        asyncio.run(middleware(*each))

    assert given == seen
    assert {} == shop.counted()


def test_measuring_that_fails_is_logged_once_and_breaks_nothing(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    """The answer is the same, whatever happens to the metrics."""

    def failing(scope: Any) -> str:
        raise RuntimeError("no template")

    app = shop.module.HttpMiddleware(shop.raw, metrics=shop.metrics, template_of=failing)
    sent = [asyncio.run(ask(app, "/x"))[0]["status"] for _time in range(3)]

    assert [200, 200, 200] == sent
    assert ["counting a request"] == [record.args[0] for record in caplog.records if record.args]  # type: ignore[index]  # a tuple


def test_another_framework_tells_its_templates_itself(shop: Shop) -> None:
    """What has no routes of Starlette's kind says what an endpoint is."""
    app = shop.module.HttpMiddleware(
        shop.raw, metrics=shop.metrics, template_of=lambda _scope: "/any"
    )
    asyncio.run(ask(app, "/x"))

    assert {("GET", "/any", "200"): 1} == shop.counted()


def test_a_flood_of_paths_and_methods_makes_no_series(shop: Shop) -> None:
    """Who asks for what is not there cannot fill the memory."""

    async def flood() -> None:
        for number in range(500):
            await ask(shop.app, f"/{number}", f"M{number}")

    asyncio.run(flood())

    assert {("other", "unmatched", "404"): 500} == shop.counted()


def test_classes_of_status_and_constants_fill_their_labels(tmp_path: Path) -> None:
    """A status that is declared by its class is counted there; other labels are said once."""
    codes = ("2xx", "4xx", "5xx")
    labels: dict[str, tuple[str, ...] | int] = {"code": codes, "region": ("eu", "us")}
    metric = Metric(counter="Requests", measures="http_requests", labels=labels)
    shop = Shop(tmp_path, {"shop_requests_total": metric}, region="eu")
    asyncio.run(ask(shop.app, "/"))
    asyncio.run(ask(shop.app, "/none"))
    found = {
        code: shop.registry.get_sample_value("shop_requests_total", {"code": code, "region": "eu"})
        for code in codes
    }

    assert {"2xx": 1, "4xx": 1, "5xx": 0} == found


@pytest.mark.parametrize(
    ("declared", "counted"),
    [
        (("200", "500", "503", "404"), {404: "404", 403: "404", 503: "503", 507: "500"}),
        (("200", "503", "502", "404", "400"), {403: "400", 499: "400", 500: "503", 520: "503"}),
        (("200", "5xx", "500"), {500: "500", 501: "5xx", 403: "other", 302: "other"}),
        (("2xx", "200", "500"), {201: "2xx", 530: "500", 101: "other"}),
    ],
)
def test_an_error_that_is_not_declared_is_counted_as_one_that_is(
    tmp_path: Path, declared: tuple[str, ...], counted: dict[int, str]
) -> None:
    """A share of bad events that asks for `5..` sees each of them."""
    metric = Metric(counter="Requests", measures="http_requests", labels={"status": declared})
    shop = Shop(tmp_path, {"shop_requests_total": metric})
    found = {}
    for status in counted:
        before = shop.counted()
        asyncio.run(ask(shop.answering(status)))
        found[status] = next(
            said for (said,), count in shop.counted().items() if count != before.get((said,), 0)
        )

    assert counted == found


def test_of_an_estimated_status_an_error_stays_one(tmp_path: Path) -> None:
    """When more statuses have come than were estimated, a 5xx is still a 5xx."""
    metric = Metric(counter="Requests", measures="http_requests", labels={"status": 1})
    shop = Shop(tmp_path, {"shop_requests_total": metric})
    for status in (*range(200, 230), 418, 599):
        asyncio.run(ask(shop.answering(status)))

    assert {
        **{(str(status),): 1 for status in range(200, 208)},
        ("other",): 22,
        ("400",): 1,
        ("500",): 1,
    } == shop.counted()


def test_failures_that_are_declared_exist_before_the_first(tmp_path: Path) -> None:
    """Each of them, for each route and method."""
    labels: dict[str, tuple[str, ...] | int] = {"endpoint": 9, "status": ("200", "500", "503")}
    metric = Metric(counter="Requests", measures="http_requests", labels=labels)
    shop = Shop(tmp_path, {"shop_requests_total": metric})
    asyncio.run(ask(shop.app, "/"))
    found = [
        shop.registry.get_sample_value(
            "shop_requests_total", {"endpoint": "/users/{user}", "status": status}
        )
        for status in ("500", "503")
    ]

    assert [0, 0] == found


def test_under_a_server_every_request_is_counted_once(shop: Shop) -> None:
    """Hundreds of requests at once, through uvicorn: the page says what the clients saw."""
    paths = ["/", "/users/{}", "/broken", "/stream", "/cut", "/tenants/1/orders/{}", "/no/{}"]

    def get(number: int) -> tuple[str, int]:
        path = paths[number % len(paths)]
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        try:
            connection.request("GET", path.format(number))
            response = connection.getresponse()
            response.read()
        except http.client.IncompleteRead:
            pass
        finally:
            connection.close()
        return path, response.status

    with served(shop.app) as address, ThreadPoolExecutor(8) as pool:
        port = int(address.rpartition(":")[2])
        seen = Counter(pool.map(get, range(350)))
        page = urlopen(f"{address}/metrics", timeout=10).read().decode()
    families = {family.name: family for family in text_string_to_metric_families(page)}
    counted = {
        (sample.labels["endpoint"], int(sample.labels["status"])): int(sample.value)
        for sample in families["shop_requests"].samples
        if sample.name == "shop_requests_total" and sample.value
    }
    templates = {
        "/users/{}": "/users/{user}",
        "/tenants/1/orders/{}": "/tenants/{tenant}/orders/{order}",
        "/no/{}": "unmatched",
    }
    # What fails within its answer has told the client 200, and is a failure all the same.
    wanted = {
        (templates.get(path, path), 500 if path == "/cut" else status): count
        for (path, status), count in seen.items()
    }

    assert wanted == counted
    assert {"counter", "histogram", "gauge"} == {
        families[name].type for name in ("shop_requests", "shop_request_seconds", "shop_running")
    }
    assert [0.0] == [sample.value for sample in families["shop_running"].samples]
