from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from fastapi import APIRouter, FastAPI
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Host, Mount, Route

from tests.compiler.emit.instrumentation.served import ask
from tests.compiler.emit.instrumentation.shop import Shop

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.requests import Request


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
