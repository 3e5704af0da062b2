from __future__ import annotations

import asyncio
import contextvars
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from prometheus_client import CollectorRegistry

from compiler.model.metrics import Metric
from tests.compiler.emit.instrumentation.compiled import imported, text_of
from tests.compiler.emit.instrumentation.watched import (
    FUNCTIONS,
    PLAIN_SECONDS,
    Clock,
    generator,
    run,
    value,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path


@pytest.mark.parametrize(
    ("error", "result"),
    [(None, "ok"), (ValueError("x"), "failed"), (asyncio.CancelledError(), "cancelled")],
)
def test_a_run_is_timed_and_counted_by_how_it_ended(
    metrics: Any, error: BaseException | None, result: str
) -> None:
    """Under way while it runs, then in the series of its outcome, which all existed before."""
    during: list[float | None] = []

    async def order() -> None:
        async with metrics.order(size="small"):
            during.append(value(metrics, "shop_orders_running"))
            during.append(value(metrics, "shop_orders_total", size="small", result="failed"))
            if error is not None:
                raise error

    with pytest.raises(type(error)) if error else pytest.MonkeyPatch.context():
        asyncio.run(order())
    counted = {
        each: value(metrics, "shop_orders_total", size="small", result=each)
        for each in ("ok", "failed", "cancelled")
    }

    assert [1, 0] == during
    assert 0 == value(metrics, "shop_orders_running")
    assert 1 == value(metrics, "shop_order_seconds_count", size="small")
    assert {each: float(each == result) for each in counted} == counted


def test_a_run_may_fail_without_an_error(metrics: Any) -> None:
    """Code says so."""
    with metrics.order(size="large") as run_:
        run_.fail()

    assert 1 == value(metrics, "shop_orders_total", size="large", result="failed")


@pytest.mark.parametrize("function", FUNCTIONS)
def test_each_call_of_a_decorated_function_is_a_run(metrics: Any, function: Any) -> None:
    """Also of coroutines and generators, and also when one calls itself."""
    watched = metrics.order(size="small")(function)
    for _time in range(3):
        run(watched, "")
    with pytest.raises(KeyError):
        run(watched, "key")

    assert 3 == value(metrics, "shop_orders_total", size="small", result="ok")
    assert 1 == value(metrics, "shop_orders_total", size="small", result="failed")
    assert 0 == value(metrics, "shop_orders_running")


def test_a_generator_that_nobody_uses_up_counts_as_cancelled(metrics: Any) -> None:
    """It was closed before its end."""
    made = metrics.order(size="small")(generator)("")
    next(made)
    made.close()

    assert 1 == value(metrics, "shop_orders_total", size="small", result="cancelled")


def test_a_run_that_fails_leaves_the_next_one_well(metrics: Any) -> None:
    """Of one object, one after the other and one in the other."""
    order = metrics.order(size="small")
    with order:
        order.fail()
    with order:
        pass
    with order as outer, order:
        outer.fail()

    assert 2 == value(metrics, "shop_orders_total", size="small", result="failed")
    assert 2 == value(metrics, "shop_orders_total", size="small", result="ok")


def test_runs_of_tasks_under_one_object_have_times_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first to begin is the first to end, and neither takes the other's beginning."""
    seconds = Metric(
        histogram="Time", unit="seconds", measures="run_duration", activity="order", buckets=(5,)
    )
    module = imported(text_of({"shop_order_seconds": seconds}), tmp_path)
    monkeypatch.setattr(module, "time", clock := Clock())
    metrics = module.ShopMetrics(CollectorRegistry())
    order = metrics.order()

    async def ordered(begun: asyncio.Event, goes: asyncio.Event) -> None:
        async with order:
            begun.set()
            await goes.wait()

    async def both() -> None:
        tasks, goes = [], [asyncio.Event(), asyncio.Event()]
        for each in goes:
            tasks.append(asyncio.create_task(ordered(begun := asyncio.Event(), each)))
            await begun.wait()
            clock.seconds += 9
        for task, each in zip(tasks, goes, strict=True):
            each.set()
            await task
            clock.seconds -= 8

    asyncio.run(both())

    # From 0 to 18, and from 9 to 10.
    assert 1 == value(metrics, "shop_order_seconds_bucket", le="5.0")
    assert 19 == value(metrics, "shop_order_seconds_sum")


def test_a_block_may_end_in_another_context_than_it_began_in(metrics: Any) -> None:
    """As that of a dependency does whose parts run in threads."""
    order = metrics.order(size="small")
    with ThreadPoolExecutor(1) as pool:
        pool.submit(contextvars.copy_context().run, order.__enter__).result()
        during = value(metrics, "shop_orders_running")
        pool.submit(contextvars.copy_context().run, order.__exit__, None, None, None).result()

    assert (1, 0) == (during, value(metrics, "shop_orders_running"))
    assert 1 == value(metrics, "shop_orders_total", size="small", result="ok")


def failing(current: Callable[[], Any]) -> str:
    """Let the run fail."""
    current().fail()
    return "fine"


async def failing_coroutine(current: Callable[[], Any]) -> str:
    """Let the run fail, later."""
    await asyncio.sleep(0)
    return failing(current)


def failing_generator(current: Callable[[], Any]) -> Iterator[str]:
    """Let the run fail between two steps."""
    yield "first"
    yield failing(current)


async def failing_async_generator(current: Callable[[], Any]) -> AsyncIterator[str]:
    """Let the run fail between two steps, later."""
    yield "first"
    yield failing(current)


@pytest.mark.parametrize("is_named", [False, True])
@pytest.mark.parametrize(
    "function", [failing, failing_coroutine, failing_generator, failing_async_generator]
)
def test_decorated_code_lets_its_run_fail(
    module: Any, metrics: Any, function: Any, *, is_named: bool
) -> None:
    """By the current run, or by the object that it is decorated with."""
    order = metrics.order(size="small")
    answer = run(order(function), (lambda: order) if is_named else module.Run.current)

    assert "fine" == answer
    assert 1 == value(metrics, "shop_orders_total", size="small", result="failed")
    assert 0 == value(metrics, "shop_orders_total", size="small", result="ok")


def test_what_uses_a_generator_is_not_within_its_run(module: Any, metrics: Any) -> None:
    """Between its steps the current run is that of whoever asks."""
    with metrics.order(size="large"):
        for _each in metrics.order(size="small")(generator)(""):
            module.Run.current().fail()

    assert 1 == value(metrics, "shop_orders_total", size="large", result="failed")
    assert 1 == value(metrics, "shop_orders_total", size="small", result="ok")


def test_outside_of_any_run_the_current_one_counts_nowhere(module: Any, metrics: Any) -> None:
    """Code that is shared may fail without a run."""
    module.Run.current().fail()
    metrics.order(size="small").fail()

    assert 0 == value(metrics, "shop_orders_total", size="small", result="failed")


def test_what_is_sent_and_thrown_into_a_generator_arrives_and_its_result_leaves(
    metrics: Any,
) -> None:
    """As `yield from` would hand it on."""

    @metrics.order(size="small")  # type: ignore[untyped-decorator]  # a module made here
    def echo() -> Any:
        got = yield "first"
        try:
            yield got
        except ValueError:
            yield "handled"
        return "result"

    made = echo()
    said = [next(made), made.send("sent"), made.throw(ValueError())]
    with pytest.raises(StopIteration) as end:
        next(made)

    assert ["first", "sent", "handled", "result"] == [*said, end.value.value]
    assert 1 == value(metrics, "shop_orders_total", size="small", result="ok")


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_timed_function_is_timed_to_its_end(metrics: Any, clock: Clock, function: Any) -> None:
    """Coroutines and generators, too, and not what makes them."""
    timed = metrics.shop_plain_seconds.time()(function)
    run(timed, "")
    with pytest.raises(KeyError):
        run(timed, "key")

    assert 2 == value(metrics, "shop_plain_seconds_count")
    assert 2 * PLAIN_SECONDS == value(metrics, "shop_plain_seconds_sum")


def test_a_timed_block_says_how_long_it_took(metrics: Any) -> None:
    """In seconds, once it has ended."""
    with metrics.shop_order_seconds.time(size="small") as timing:
        during = timing.duration

    assert 0 == during < timing.duration
    assert timing.duration == value(metrics, "shop_order_seconds_sum", size="small")


def test_runs_within_runs_are_counted_each(metrics: Any) -> None:
    """Of one object, too."""
    order = metrics.order(size="small")
    with order, order:
        during = value(metrics, "shop_orders_running")

    assert 2 == during
    assert 2 == value(metrics, "shop_orders_total", size="small", result="ok")
