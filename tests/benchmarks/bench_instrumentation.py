"""What the compiled middleware costs a request: an application with it against the same without.

Both are asked in one process, in turns, through ASGI and without a server, so that nothing hides
the difference. The limit is on the ratio of medians for a route of Starlette's that does nothing;
beside it stands what a request costs more, in microseconds of processor time.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any, Final

from prometheus_client import CollectorRegistry
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from tests.checkout import ROOT
from tests.compiler.emit.instrumentation.compiled import imported
from tests.compiler.emit.instrumentation.served import ask

RATIO_LIMIT: Final = 1.6
ROUNDS: Final = 31
REQUESTS: Final = 300


async def nothing(_request: Any) -> PlainTextResponse:
    """Answer."""
    return PlainTextResponse("fine")


def application() -> Starlette:
    """Return an application of thirty routes."""
    return Starlette(routes=[Route(f"/{number}/{{item}}", nothing) for number in range(30)])


async def microseconds(app: Any) -> float:
    """Return the processor time of a request."""
    start = time.process_time()
    for number in range(REQUESTS):
        await ask(app, f"/{number % 30}/{number}")
    return (time.process_time() - start) / REQUESTS * 1e6


async def measured(subject: Any, yardstick: Any) -> tuple[float, float]:
    """Return the medians of both, which take turns."""
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(-1, ROUNDS):
        both = ((subject, times[0]), (yardstick, times[1]))
        for app, found in both if number % 2 else both[::-1]:
            elapsed = await microseconds(app)
            if number >= 0:
                found.append(elapsed)
    return median(times[0]), median(times[1])


def main() -> int:
    """Print the comparison; return 1 when it is over the limit."""
    text = (ROOT / "generated/production/instrumentation/tabular_metrics.py").read_text()
    with tempfile.TemporaryDirectory(prefix="opsc-bench-") as name:
        module = imported(text, Path(name))
        metrics = module.TabularMetrics(CollectorRegistry())
        subject = module.HttpMiddleware(application(), metrics=metrics)
        with_it, without = asyncio.run(measured(subject, application()))
    ratio = with_it / without
    is_within = ratio <= RATIO_LIMIT
    print(
        f"{'ok  ' if is_within else 'OVER'} a request with the middleware {with_it:.0f} us"
        f" = {ratio:.2f} x without {without:.0f} us, {with_it - without:.0f} us more"
        f" (limit {RATIO_LIMIT:g} x)"
    )
    return 0 if is_within else 1


if __name__ == "__main__":
    sys.exit(main())
