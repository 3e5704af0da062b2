from __future__ import annotations

import asyncio
import enum
import inspect
import logging
from typing import TYPE_CHECKING, Any

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from tests.compiler.emit.catalogues import every_metric
from tests.compiler.emit.instrumentation.compiled import imported, text_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator


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


def plain(what: str) -> str:
    """Fail, or answer."""
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


def run(function: Callable[..., Any], what: str) -> Any:
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
