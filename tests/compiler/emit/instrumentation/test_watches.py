from __future__ import annotations

import asyncio
import contextlib
import contextvars
import inspect
import pickle
from typing import TYPE_CHECKING, Any

import pytest

from tests.compiler.emit.instrumentation.watched import (
    FUNCTIONS,
    coroutine,
    errors,
    run,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


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
