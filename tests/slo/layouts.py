"""How a process exposes its events: what it counts becomes series, and what was seen of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from tests.slo.targets import Samples, Series, Target, increases
from tests.slo.truth import Seen, Stream


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposed:
    """What Prometheus gets, and what was seen of the events."""

    series: tuple[Series, ...]
    streams: tuple[Stream, ...]


Layout: TypeAlias = Callable[[str, Target, float], Exposed]
"""Given a prefix of names, a target and the shortest window, returns how its events are exposed."""


def by_status(prefix: str, target: Target, near_seconds: float) -> Exposed:
    """One counter, whose label `code` tells good from bad; both series are there from the start."""
    return _by_status(prefix, target, near_seconds, is_late=False)


def by_late_status(prefix: str, target: Target, near_seconds: float) -> Exposed:
    """One counter, whose label `code` tells good from bad; a series comes with its first event."""
    return _by_status(prefix, target, near_seconds, is_late=True)


def _by_status(prefix: str, target: Target, near_seconds: float, *, is_late: bool) -> Exposed:
    name = f"{prefix}_requests_total"
    good, bad = target.counter(target.good), target.counter(target.bad, is_late=is_late)
    return Exposed(
        series=(target.series(name, good, code="200"), target.series(name, bad, code="500")),
        streams=(
            _stream(target, good, near_seconds, is_bad=False),
            _stream(target, bad, near_seconds, is_bad=True),
        ),
    )


def by_counters(prefix: str, target: Target, near_seconds: float) -> Exposed:
    """A counter of all events, and one of the bad ones."""
    total, bad = target.counter(_both(target)), target.counter(target.bad)
    return Exposed(
        series=(
            target.series(f"{prefix}_events_total", total),
            target.series(f"{prefix}_errors_total", bad),
        ),
        streams=(
            _rest(target, total, bad, near_seconds, is_bad=False),
            _stream(target, bad, near_seconds, is_bad=True),
        ),
    )


def by_buckets(prefix: str, target: Target, near_seconds: float) -> Exposed:
    """A histogram, whose bucket up to 0.5 holds the good events."""
    total, good = target.counter(_both(target)), target.counter(target.good)
    return Exposed(
        series=(
            target.series(f"{prefix}_seconds_count", total),
            target.series(f"{prefix}_seconds_bucket", good, le="0.5"),
            target.series(f"{prefix}_seconds_bucket", total, le="+Inf"),
        ),
        streams=(
            _stream(target, good, near_seconds, is_bad=False),
            _rest(target, total, good, near_seconds, is_bad=True),
        ),
    )


def _both(target: Target) -> list[float]:
    return [good + bad for good, bad in zip(target.good, target.bad, strict=True)]


def _stream(target: Target, samples: Samples, near_seconds: float, *, is_bad: bool) -> Stream:
    return Stream(is_bad, increases(target, samples, near_seconds), target.scrape_seconds)


def _rest(
    target: Target, total: Samples, part: Samples, near_seconds: float, *, is_bad: bool
) -> Stream:
    """Return what one scrape saw of all events, and not of a part of them."""
    seen = increases(target, total, near_seconds, part)
    whole = _stream(target, total, near_seconds, is_bad=is_bad)
    return Stream(is_bad, seen, target.scrape_seconds, rest_of=whole)


def by_outcome(prefix: str, target: Target, near_seconds: float) -> Exposed:
    """The runs of a job, as opsrun counts them; both outcomes are there from the start."""
    name = "opsrun_job_runs_total"
    labels = {"service": "shop", "job_name": f"{prefix}-job"}
    good, bad = target.counter(target.good), target.counter(target.bad)
    return Exposed(
        series=(
            target.series(name, good, outcome="ok", **labels),
            target.series(name, bad, outcome="failed", **labels),
        ),
        streams=(
            _stream(target, good, near_seconds, is_bad=False),
            _stream(target, bad, near_seconds, is_bad=True),
        ),
    )


def by_gauge(prefix: str, target: Target, near_seconds: float) -> Exposed:
    """A gauge that is 1 while all is well: every sample is an event."""
    return _by_share(target, f"{prefix}_up", lambda share: 1 - share, is_whole=True)


def by_share(prefix: str, target: Target, near_seconds: float) -> Exposed:
    """A gauge of the share that is bad: every sample is an event, of which so much is bad."""
    return _by_share(target, f"{prefix}_bad_ratio", lambda share: share, is_whole=False)


def by_age(prefix: str, target: Target, near_seconds: float) -> Exposed:
    """A gauge of the time at which something was last renewed; old after ten minutes.

    It is renewed at the scrapes before which something good is counted.
    """
    renewed = target.at(0)
    samples: list[float | None] = []
    shares: list[float | None] = []
    for number, good in enumerate(target.good):
        if good:
            renewed = target.at(number)
        is_there = _is_seen(target, number)
        samples.append(renewed if is_there else None)
        shares.append(float(target.at(number) - renewed > STALE_SECONDS) if is_there else None)
    return Exposed(
        series=(target.series(f"{prefix}_renewed_seconds", samples),),
        streams=_gauged(target, shares),
    )


STALE_SECONDS: Final = 600
"""Age after which what `by_age` exposes is old."""


def _by_share(
    target: Target, name: str, shown: Callable[[float], float], *, is_whole: bool
) -> Exposed:
    shares: list[float | None] = []
    for number, (good, bad) in enumerate(zip(target.good, target.bad, strict=True)):
        share = bad / (good + bad) if good + bad else 0.0
        shares.append((float(bad > 0) if is_whole else share) if _is_seen(target, number) else None)
    samples = [None if share is None else shown(share) for share in shares]
    return Exposed(series=(target.series(name, samples),), streams=_gauged(target, shares))


def _is_seen(target: Target, scrape: int) -> bool:
    return target.is_up(scrape) and scrape not in target.missed


def _gauged(target: Target, shares: Samples) -> tuple[Stream, ...]:
    """Given the bad share at each scrape, return its good and its bad part as streams."""
    return tuple(
        Stream(is_bad, list(_moments(target, shares, is_bad)), target.scrape_seconds, False)
        for is_bad in (False, True)
    )


def _moments(target: Target, shares: Samples, is_bad: bool) -> Iterator[Seen]:  # noqa: FBT001  # which of the two
    for number, share in enumerate(shares):
        if share is not None:
            at = target.at(number)
            yield Seen(after=at, by=at, count=share if is_bad else 1 - share)


_BY_CODE: Final = {"bad": {"code": {"matches": "5.."}}}

SLIS: Final[Mapping[Layout, Callable[[str], Mapping[str, Any]]]] = {
    by_status: lambda name: {"events": {"total": f"{name}_requests_total", **_BY_CODE}},
    by_late_status: lambda name: {"events": {"total": f"{name}_requests_total", **_BY_CODE}},
    by_counters: lambda name: {
        "events": {"total": f"{name}_events_total", "bad": f"{name}_errors_total"}
    },
    by_buckets: lambda name: {"latency": {"of": f"{name}_seconds", "under": "500ms"}},
    by_outcome: lambda name: {"job": f"{name}-job"},
    by_gauge: lambda name: {"boolean": {"of": f"{name}_up"}},
    by_share: lambda name: {"ratio": {"bad": f"{name}_bad_ratio"}},
    by_age: lambda name: {"freshness": {"of": f"{name}_renewed_seconds", "under": "10m"}},
}
"""How an SLO says what a layout exposes under a prefix."""
