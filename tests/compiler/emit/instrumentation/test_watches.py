from __future__ import annotations

import asyncio
import contextlib
import contextvars
import enum
import inspect
import logging
import pickle
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from compiler.model.metrics import Metric
from tests.compiler.emit.catalogues import every_metric
from tests.compiler.emit.instrumentation.compiled import imported, text_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The module of a catalogue with everything in it."""
    return imported(text_of(every_metric()), tmp_path_factory.mktemp("compiled"))


@pytest.fixture
def metrics(module: Any) -> Any:
    """Its metrics, in a registry of their own."""
    return module.ShopMetrics(CollectorRegistry())


def value(metrics: Any, name: str, **labels: str) -> float | None:
    """Return the value of a series; None when there is none."""
    found: float | None = metrics.registry.get_sample_value(name, labels)
    return found


def errors(metrics: Any) -> dict[tuple[str, str], float]:
    """Return the errors that were counted, by kind and component."""
    return {
        (sample.labels["error_type"], sample.labels["component"]): sample.value
        for family in metrics.registry.collect()
        for sample in family.samples
        if sample.name == "shop_errors_total" and sample.value
    }


class Clock:
    """A time that goes on when it is told to."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def perf_counter(self) -> float:
        """Return the time."""
        return self.seconds


CLOCK = Clock()
PLAIN_SECONDS = 4


@pytest.fixture
def clock(module: Any, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The time by which the module measures."""
    monkeypatch.setattr(module, "time", CLOCK)
    return CLOCK


def plain(what: str) -> str:
    """Fail, or answer, in four seconds."""
    CLOCK.seconds += PLAIN_SECONDS
    if what:
        raise {"timeout": TimeoutError, "value": ValueError, "key": KeyError}[what](what)
    return "fine"


async def coroutine(what: str) -> str:
    """Fail, or answer, later."""
    await asyncio.sleep(0)
    return plain(what)


def generator(what: str) -> Iterator[str]:
    """Yield, and fail or end."""
    yield "first"
    yield plain(what)


async def async_generator(what: str) -> AsyncIterator[str]:
    """Yield, and fail or end, later."""
    yield "first"
    yield plain(what)


class Called:
    """An object that is called, as a coroutine."""

    async def __call__(self, what: str) -> str:
        """Fail, or answer, later."""
        return plain(what)


def run(function: Callable[..., Any], what: Any) -> Any:
    """Return what a function of any kind gives in the end."""
    made = function(what)
    if inspect.isawaitable(made):

        async def awaited() -> Any:
            return await made

        return asyncio.run(awaited())
    if inspect.isasyncgen(made):

        async def listed() -> list[Any]:
            return [each async for each in made]

        return asyncio.run(listed())[-1]
    return list(made)[-1] if inspect.isgenerator(made) else made


FUNCTIONS = (plain, coroutine, generator, async_generator, Called())


@pytest.mark.parametrize("function", FUNCTIONS)
def test_errors_that_leave_a_function_are_counted_by_kind(metrics: Any, function: Any) -> None:
    """Of a function, a coroutine and generators of both kinds; a result stays what it is."""
    watched = metrics.shop_errors_total.watch(component="a")(function)
    answer = run(watched, "")
    with pytest.raises(TimeoutError):
        run(watched, "timeout")

    assert "fine" == answer
    assert {("timeout", "a"): 1} == errors(metrics)


@pytest.mark.parametrize("function", FUNCTIONS[:4])
def test_a_watched_function_looks_as_it_did(metrics: Any, function: Any) -> None:
    """Frameworks see its name, its signature, and what kind of function it is."""
    watched = metrics.shop_errors_total.watch(component="a")(function)
    kinds = (
        inspect.iscoroutinefunction,
        inspect.isgeneratorfunction,
        inspect.isasyncgenfunction,
    )

    assert function.__name__ == watched.__name__
    assert inspect.signature(function) == inspect.signature(watched)
    assert [kind(function) for kind in kinds] == [kind(watched) for kind in kinds]


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (TimeoutError(), "timeout"),
        (ValueError(), "ValueError"),
        (UnicodeError(), "ValueError"),
        (ConnectionResetError(), "OSError"),
        (KeyError(), "other"),
    ],
)
def test_a_class_is_counted_as_what_the_catalogue_calls_it_or_a_base(
    metrics: Any, error: Exception, kind: str
) -> None:
    """The nearest class that the catalogue has a word for."""
    with pytest.raises(type(error)), metrics.shop_errors_total.watch(component="b"):
        raise error

    assert {(kind, "b"): 1} == errors(metrics)


def test_kinds_and_what_is_ignored_are_said_by_code(metrics: Any) -> None:
    """A class may be called otherwise, or be no error at all."""
    watch = metrics.shop_errors_total.watch(
        component="a", kinds={LookupError: "timeout"}, ignore=(ZeroDivisionError,)
    )
    for error in (KeyError(), ZeroDivisionError(), asyncio.CancelledError(), StopIteration()):
        with pytest.raises(type(error)), watch:
            raise error

    assert {("timeout", "a"): 1} == errors(metrics)


def test_an_error_that_passes_two_watches_is_counted_where_it_arose(metrics: Any) -> None:
    """The inner one counts it."""
    outer = metrics.shop_errors_total.watch(component="a")
    inner = metrics.shop_errors_total.watch(component="b")
    with pytest.raises(ValueError, match="x"), outer, inner:
        raise ValueError("x")

    assert {("ValueError", "b"): 1} == errors(metrics)


def test_a_counted_error_is_as_it_was(metrics: Any) -> None:
    """A worker process hands it over in a pickle: it bears no mark, within a watch or after it."""
    watch = metrics.shop_errors_total.watch(component="a")
    with watch:
        with pytest.raises(ValueError, match="x") as found, watch:
            raise ValueError("x")
        within = pickle.dumps(found.value)

    assert pickle.dumps(ValueError("x")) == within == pickle.dumps(found.value)


def test_an_error_that_is_raised_again_counts_again(metrics: Any) -> None:
    """One object, made once and raised for each case, is as many errors; also under a watch."""
    error = ValueError("x")
    inner = metrics.shop_errors_total.watch(component="b")
    for _time in range(3):
        with contextlib.suppress(ValueError), inner:
            raise error
    with metrics.shop_errors_total.watch(component="a"):
        for _time in range(2):
            with contextlib.suppress(ValueError), inner:
                raise error

    assert {("ValueError", "b"): 5} == errors(metrics)


def test_one_error_of_two_tasks_counts_in_each(metrics: Any) -> None:
    """What another task counts meanwhile has not passed this one."""
    error = ValueError("x")
    watched = metrics.shop_errors_total.watch(component="a")

    @watched  # type: ignore[untyped-decorator]  # a module made here
    async def failing(after: asyncio.Event, then: asyncio.Event) -> None:
        await after.wait()
        then.set()
        raise error

    async def both() -> None:
        first, second = asyncio.Event(), asyncio.Event()
        first.set()
        tasks = [failing(second, asyncio.Event()), failing(first, second)]
        await asyncio.gather(*tasks, return_exceptions=True)

    asyncio.run(both())

    assert {("ValueError", "a"): 2} == errors(metrics)


def test_an_error_of_a_task_counts_once_where_it_is_awaited(metrics: Any) -> None:
    """The task began within the watch that its error leaves in the end."""
    inner = metrics.shop_errors_total.watch(component="b")(coroutine)

    async def awaited() -> None:
        async with metrics.shop_errors_total.watch(component="a"):
            await asyncio.create_task(inner("value"))

    with pytest.raises(ValueError, match="value"):
        asyncio.run(awaited())

    assert {("ValueError", "b"): 1} == errors(metrics)


@pytest.mark.parametrize("is_elsewhere", [False, True])
def test_an_error_thrown_into_a_generator_counts_where_it_arose(
    metrics: Any, *, is_elsewhere: bool
) -> None:
    """A dependency that yields is watched, too, and runs in a context of its own."""

    def dependency() -> Iterator[str]:
        yield "session"

    opened = metrics.shop_errors_total.watch(component="a")(dependency)()
    context = contextvars.copy_context()
    step = context.run if is_elsewhere else lambda call, *given: call(*given)
    step(next, opened)
    using = metrics.shop_errors_total.watch(component="b")
    with pytest.raises(ValueError, match="x") as found, using:
        raise ValueError("x")
    with pytest.raises(ValueError, match="x"):
        step(opened.throw, found.value)

    assert {("ValueError", "b"): 1} == errors(metrics)


def test_errors_are_held_only_while_they_may_pass(metrics: Any) -> None:
    """A watch that never ends, of a worker's loop, keeps a few of them, and none is kept after."""
    counted = metrics.shop_errors_total.counted
    inner = metrics.shop_errors_total.watch(component="b")
    with metrics.shop_errors_total.watch(component="a"):
        for number in range(100):
            with contextlib.suppress(ValueError), inner:
                raise ValueError(number)
        during = len(counted._errors)

    assert 9 == during
    assert (0, 0) == (len(counted._errors), len(counted._open))
    assert {("ValueError", "b"): 100} == errors(metrics)


def test_what_is_sent_and_thrown_into_an_async_generator_arrives(metrics: Any) -> None:
    """A dependency that yields may handle what its user raises."""

    @metrics.shop_errors_total.watch(component="a")  # type: ignore[untyped-decorator]  # a module made here
    async def echo() -> Any:
        got = yield "first"
        try:
            yield got
        except ValueError:
            yield "handled"

    async def asked() -> list[Any]:
        made = echo()
        said = [await anext(made), await made.asend("sent"), await made.athrow(ValueError())]
        await made.aclose()
        return said

    assert ["first", "sent", "handled"] == asyncio.run(asked())
    assert {} == errors(metrics)


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


def test_a_value_outside_of_its_set_is_other_and_told_once(
    metrics: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """However often it comes; what is told is bounded, too."""
    for number in range(10_000):
        metrics.shop_stock.set(1, type=f"new{number % 500}\n", self_="x")

    assert 1 == value(metrics, "shop_stock", type="other", self="x")
    assert 20 == len(caplog.records)
    assert "'new0\\n'" in caplog.text
    assert caplog.text.rstrip().endswith("further ones are not logged")


def test_of_an_estimated_label_the_first_values_count(
    metrics: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Ten at least, three times the estimate; then it is `other`, and told once."""
    for number in range(50):
        metrics.shop_stock.inc(type="a", self_=f"value{number}")

    assert 1 == value(metrics, "shop_stock", type="a", self="value9")
    assert 40 == value(metrics, "shop_stock", type="a", self="other")
    assert 1 == len(caplog.records)


class Kind(str, enum.Enum):  # noqa: UP042  # what services have
    """A type of the service's own."""

    A = "a"


def test_enumerations_and_numbers_are_their_values(metrics: Any) -> None:
    """What code has at hand is what is counted."""
    metrics.shop_stock.inc(2, type=Kind.A, self_=7)

    assert 2 == value(metrics, "shop_stock", type="a", self="7")


class Unspeakable:
    """What has no text."""

    def __str__(self) -> str:
        """Fail."""
        raise RuntimeError("no text")


def test_a_call_that_fails_is_logged_once_and_not_raised(
    metrics: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither a value that a metric cannot take nor a label without a text breaks the service."""
    for _time in range(3):
        metrics.shop_faults_total.inc(-1, kind="x")
        metrics.shop_stock.set(1, type=Unspeakable(), self_="x")
        metrics.shop_plain_seconds.observe("much")
        with metrics.shop_order_seconds.time(size=Unspeakable()), metrics.order(size=Unspeakable()):
            pass

    assert [
        "shop_faults_total.inc",
        "shop_stock.set",
        "shop_plain_seconds.observe",
        "what a block begins with",
        "what a block ends with",
    ] == [record.args[0] for record in caplog.records if record.args]  # type: ignore[index]  # a tuple


def test_what_no_page_could_hold_is_other(metrics: Any, caplog: pytest.LogCaptureFixture) -> None:
    """A lone surrogate would break the page for Prometheus, and a long value its memory."""
    caplog.set_level(logging.CRITICAL)
    for odd in ("\udc80", "x" * 100_000):
        metrics.shop_stock.inc(type="a", self_=odd)

    assert 2 == value(metrics, "shop_stock", type="a", self="other")
    assert generate_latest(metrics.registry)


def test_declared_series_exist_from_the_start_within_bounds(metrics: Any) -> None:
    """Those of 1331 series are too many, and appear with their first value."""
    assert 0 == value(metrics, "shop_share_ratio", type="y")
    assert 0 == value(metrics, "shop_errors_total", error_type="timeout", component="b")
    assert None is value(metrics, "shop_wide", a="a0", b="b0", c="c0")


def test_a_program_has_one_set_of_metrics(module: Any) -> None:
    """`shared` registers once, however often it is asked."""
    first = module.shared()

    assert first is module.shared()
