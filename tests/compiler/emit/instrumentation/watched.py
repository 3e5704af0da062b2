"""What is watched under test: functions of every kind, and a time that they take."""

from __future__ import annotations

import asyncio
import inspect
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator


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
