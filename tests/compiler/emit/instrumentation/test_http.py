from __future__ import annotations

import asyncio
import http.client
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from urllib.request import urlopen

import pytest
from fastapi import APIRouter, FastAPI
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Host, Mount, Route, WebSocketRoute

from compiler.model.metrics import Metric
from tests.compiler.emit.instrumentation.compiled import imported, text_of
from tests.compiler.emit.instrumentation.served import ask, served

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from starlette.websockets import WebSocket

METHODS = ("GET", "POST")
LABELS: dict[str, tuple[str, ...] | int] = {"method": METHODS, "endpoint": 10, "status": 12}
CATALOGUE = {
    "shop_requests_total": Metric(counter="Requests", measures="http_requests", labels=LABELS),
    "shop_request_seconds": Metric(
        histogram="Time",
        unit="seconds",
        measures="http_request_duration",
        buckets=(0.1, 1),
        labels={"endpoint": 10},
    ),
    "shop_running": Metric(gauge="Under way", measures="http_requests_active"),
}


class Shop:
    """A compiled module, its metrics in a registry of their own, and an application."""

    def __init__(self, folder: Path, catalogue: Any = CATALOGUE, **constants: str) -> None:
        self.module = imported(text_of(catalogue), folder)
        self.registry = CollectorRegistry()
        self.metrics = self.module.ShopMetrics(self.registry)
        self.during: float | None = None
        middleware = Middleware(self.module.HttpMiddleware, metrics=self.metrics, **constants)
        self.app: Any = Starlette(routes=self.routes(), middleware=[middleware])

    def routes(self) -> list[Any]:
        """Return routes of every kind."""
        tenant = Starlette(
            routes=[Route("/orders/{order}", self.fine), Route("/broken", self.broken)]
        )
        return [
            Route("/", self.fine),
            Route("/users/{user}", self.fine, methods=["GET", "POST"]),
            Route("/same/{one:int}", self.fine),
            Route("/broken", self.broken),
            Route("/stream", self.stream),
            Route("/cut", self.cut),
            Route("/slow", self.slow),
            Route("/body", self.body),
            Route("/after", self.after),
            Mount("/tenants/{tenant}", tenant),
            Mount("/files", self.raw),
            WebSocketRoute("/socket", self.socket),
            Route("/metrics", self.metrics.app()),
        ]

    async def fine(self, request: Request) -> Response:
        """Answer, and note what is under way."""
        self.during = self.registry.get_sample_value("shop_running")
        return PlainTextResponse("fine")

    async def broken(self, request: Request) -> Response:
        """Fail."""
        raise ValueError("broken")

    async def slow(self, request: Request) -> Response:
        """Never answer."""
        await asyncio.Event().wait()
        return Response()

    async def body(self, request: Request) -> Response:
        """Read what the client sends."""
        return PlainTextResponse(await request.body())

    async def after(self, request: Request) -> Response:
        """Answer, and fail when the answer is out."""
        return PlainTextResponse("out", background=BackgroundTask(self.broken, request))

    async def stream(self, request: Request) -> Response:
        """Answer in parts."""
        return StreamingResponse(self._parts(3, fails=False))

    async def cut(self, request: Request) -> Response:
        """Fail within the answer."""
        return StreamingResponse(self._parts(2, fails=True))

    async def _parts(self, count: int, *, fails: bool) -> AsyncIterator[bytes]:
        for _number in range(count):
            yield b"x" * 1000
        if fails:
            raise ValueError("cut")

    async def raw(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer as an application without routes."""
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": scope["path"].encode()})

    def answering(self, status: int) -> Any:
        """Return an application that answers so, measured."""

        async def answer(scope: Any, receive: Any, send: Any) -> None:
            await Response(status_code=status)(scope, receive, send)

        return self.measured(answer)

    def measured(self, app: Any) -> Any:
        """Return an application of one's own, measured."""
        return self.module.HttpMiddleware(app, metrics=self.metrics)

    async def socket(self, socket: WebSocket) -> None:
        """Greet."""
        await socket.accept()
        await socket.close()

    def counted(self, name: str = "shop_requests_total") -> dict[tuple[str, ...], float]:
        """Return what is counted above 0, by the values of the labels in their order."""
        labels = ("method", "endpoint", "status")
        return {
            tuple(sample.labels[label] for label in labels if label in sample.labels): sample.value
            for family in self.registry.collect()
            for sample in family.samples
            if sample.name == name and sample.value
        }


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """A service of the usual catalogue."""
    return Shop(tmp_path)


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


@pytest.mark.parametrize(
    ("path", "endpoint", "status"),
    [
        ("/orders/7", "/orders/{order}", "200"),
        ("/orders/seven", "/orders/{order}", "422"),
        ("/again/orders/7", "/again/orders/{order}", "200"),
        ("/again/deep/x", "/again/deep/{name}", "200"),
        ("/tenants/5/things/3", "/tenants/{tenant}/things/{thing}", "200"),
        ("/tenants/5/none", "unmatched", "404"),
    ],
)
def test_fastapi_says_its_templates(shop: Shop, path: str, endpoint: str, status: str) -> None:
    """Of routers that are included, twice too, and of what is mounted."""
    orders, deep, things = APIRouter(), APIRouter(prefix="/deep"), FastAPI()

    @orders.get("/orders/{order}")
    async def order(order: int) -> int:
        return order

    @deep.get("/{name}")
    def named(name: str) -> str:
        return name

    @things.get("/things/{thing}")
    async def thing(thing: int) -> int:
        return thing

    orders.include_router(deep)
    app = FastAPI()
    app.add_middleware(shop.module.HttpMiddleware, metrics=shop.metrics)
    app.include_router(orders)
    app.include_router(orders, prefix="/again")
    app.mount("/tenants/{tenant}", things)
    asyncio.run(ask(app, path))

    assert {("GET", endpoint, status): 1} == shop.counted()


def test_an_application_that_is_mounted_twice_is_counted_by_its_mount(shop: Shop) -> None:
    """Its routes are the same objects below both, also two mounts deep."""
    inner = Starlette(routes=[Route("/a/{x}", shop.fine)])
    outer = Starlette(routes=[Mount("/deep/{y}", inner)])
    routes = [Mount(path, app) for path in ("/m1", "/m2") for app in (outer,)]
    app = shop.measured(Starlette(routes=[*routes, Mount("/m3", inner), Mount("", inner)]))
    for path in ("/m1/deep/5/a/1", "/m2/deep/6/a/1", "/m3/a/1", "/a/1"):
        asyncio.run(ask(app, path))

    assert {
        ("GET", "/m1/deep/{y}/a/{x}", "200"): 1,
        ("GET", "/m2/deep/{y}/a/{x}", "200"): 1,
        ("GET", "/m3/a/{x}", "200"): 1,
        ("GET", "/a/{x}", "200"): 1,
    } == shop.counted()


def test_a_route_that_is_added_later_is_counted_by_its_template(shop: Shop) -> None:
    """At the top and within a mount, after requests have come."""
    inner = Starlette(routes=[Route("/a", shop.fine)])
    app = Starlette(routes=[Mount("/m", inner)])
    measured = shop.measured(app)
    asyncio.run(ask(measured, "/m/a"))
    inner.router.routes.append(Route("/late/{x}", shop.fine))
    asyncio.run(ask(measured, "/m/late/1"))
    app.router.routes.append(Route("/late/{y}", shop.fine))
    asyncio.run(ask(measured, "/late/1"))

    assert {
        ("GET", "/m/a", "200"): 1,
        ("GET", "/m/late/{x}", "200"): 1,
        ("GET", "/late/{y}", "200"): 1,
    } == shop.counted()


@pytest.mark.parametrize(
    ("path", "endpoint"),
    [
        ("/a/1", "/a/{x}"),
        ("/m/a/1", "/m/a/{x}"),
        ("/m/b/1", "/m/b/{x:int}"),
        ("/m/b/x", "/m/b/{y}"),
        ("/m/none", "unmatched"),
        ("/raw/a", "/raw"),
    ],
)
def test_routers_that_say_no_route_are_asked_for_its_endpoint(
    shop: Shop, path: str, endpoint: str
) -> None:
    """As those of Starlette before 1.0."""

    async def fine(request: Request) -> Response:
        request.scope.pop("route")
        return PlainTextResponse("fine")

    async def raw(scope: Any, receive: Any, send: Any) -> None:
        scope.pop("route")
        await shop.raw(scope, receive, send)

    routes = [Route("/a/{x}", fine), Route("/b/{x:int}", fine), Route("/b/{y}", fine)]
    app = Starlette(routes=[Route("/a/{x}", fine), Mount("/m", routes=routes), Mount("/raw", raw)])
    asyncio.run(ask(shop.measured(app), path))

    assert [endpoint] == [each for _method, each, _status in shop.counted()]


@pytest.mark.parametrize("root_path", ["", "/api"])
@pytest.mark.parametrize(
    ("path", "endpoint"),
    [
        ("/plain/1", "/plain/{x}"),
        ("/v1/plain/1", "/v1/plain/{x}"),
        ("/v1/m/a/1", "/v1/m/a/{x}"),
        ("/v1/m/none", "unmatched"),
        ("/v1/deep/z/1", "/v1/deep/z/{q}"),
        ("/host/a/1", "/host/a/{x}"),
    ],
)
def test_what_fastapi_includes_is_counted_by_its_prefix(
    shop: Shop, root_path: str, path: str, endpoint: str
) -> None:
    """Plain routes and mounts of included routers, and hosts; also below a server's own path."""
    inner = Starlette(routes=[Route("/a/{x}", shop.fine)])
    deep, router = APIRouter(), APIRouter()
    deep.add_api_route("/z/{q}", lambda q: q)
    router.routes.append(Route("/plain/{x}", shop.fine))
    router.mount("/m", inner)
    router.include_router(deep, prefix="/deep")
    app = FastAPI()
    app.routes.append(Route("/plain/{x}", shop.fine))
    app.include_router(router, prefix="/v1")
    app.routes.append(Host("shop.example.org", Starlette(routes=[Mount("/host", inner)])))
    headers = [(b"host", b"shop.example.org")]
    asyncio.run(ask(shop.measured(app), root_path + path, root_path=root_path, headers=headers))

    assert [endpoint] == [each for _method, each, _status in shop.counted()]


def test_a_scope_that_is_copied_is_told_once(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    """No route is known then, and the log says what to do."""

    async def copying(scope: Any, receive: Any, send: Any) -> None:
        await Starlette(routes=[Route("/", shop.fine)])(dict(scope), receive, send)

    app = shop.measured(copying)
    for _time in range(3):
        asyncio.run(ask(app, "/"))

    assert {("GET", "unmatched", "200"): 3} == shop.counted()
    assert ["a copy of the scope" in record.message for record in caplog.records] == [True]


def test_answers_of_a_middleware_itself_are_not_told(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    """A refusal and a question of a browser reach no route."""
    asyncio.run(ask(shop.answering(401), "/"))
    asyncio.run(ask(shop.answering(200), "/", "OPTIONS"))

    assert "scope" not in caplog.text


@pytest.mark.parametrize(
    ("path", "root_path"),
    [
        ("/metrics", ""),
        ("/metrics/", ""),
        ("/api/metrics", "/api"),
        ("/api/metrics/", "/api/"),
        ("/metrics", "/api"),
    ],
)
@pytest.mark.parametrize("skipped", ["/metrics", "/metrics/"])
def test_the_page_is_not_counted_wherever_it_stands(
    tmp_path: Path, path: str, root_path: str, skipped: str
) -> None:
    """Mounted, and below a server's own path, with which the path is asked or without it."""
    shop = Shop(tmp_path)
    app = shop.module.HttpMiddleware(shop.raw, metrics=shop.metrics, skip_paths=(skipped,))
    asyncio.run(ask(app, path, root_path=root_path))

    assert {} == shop.counted()


@pytest.mark.parametrize(
    ("path", "root_path"), [("/metrics2", ""), ("/apimetrics", "/api"), ("/x/metrics", "")]
)
def test_what_only_looks_like_the_page_is_counted(shop: Shop, path: str, root_path: str) -> None:
    """A longer path, and one that is not below the server's own."""
    asyncio.run(ask(shop.measured(shop.raw), path, root_path=root_path))

    assert 1 == sum(shop.counted().values())


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
