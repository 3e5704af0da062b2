"""SLIs: what an SLO says it measures becomes the expressions of all and of bad events.

An expression stands within a rule that sums it by the labels of `by`; `WINDOW` is its range.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from compiler.lower.slo.bounds import is_part, is_share, is_truth
from compiler.lower.slo.plan import Sli
from compiler.promql.selector import matched, quoted, selected, split
from compiler.promql.tokens import without_comments
from compiler.promql.window import WINDOW

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from compiler.model.slos import Boolean, Composite, ErrorRatio, Events, Latency, Slo

LEAST_SHARE: Final = -1
MOST_SHARE: Final = 2
"""Between which a share that something else computes is taken as it is."""


def sli_of(slo: Slo, *, service: str, parts: Mapping[str, str]) -> Sli | None:
    """Given an SLO and the service's name, return how its events are counted.

    `parts` has, for each SLO that a composite can be made of, the selector of its share of bad
    events in its shortest window. None where a query is neither a selector nor has `WINDOW` in it
    (`slo/no-window` says so), or where a part is not there.
    """
    by = slo.by
    if slo.events is not None:
        return _events(slo.events, by)
    if slo.latency is not None:
        return _latency(slo.latency, by)
    if slo.ratio is not None:
        return _ratio(slo.ratio, by)
    if slo.boolean is not None:
        return _boolean(slo.boolean, by)
    if slo.freshness is not None:
        newest = f"max{grouped(by)} ({without_comments(slo.freshness.of)})"
        age = f"(time() - {newest})"
        limit = f"{slo.freshness.under_seconds:g}"
        # What is no time is left out: it would be no number in each sum of its window.
        return Sli(
            total=f"({newest} > -Inf < Inf) * 0 + 1", bad=f"{age} > bool {limit}", is_sampled=True
        )
    if slo.job is not None:
        return _job(service, slo.job, by)
    if slo.composite is not None:
        return _composite(slo.composite, parts, by)
    return None


def grouped(by: Iterable[str]) -> str:
    """Given labels, return the clause that keeps them, with the blank before it."""
    labels = ", ".join(by)
    return f" by ({labels})" if labels else ""


def counted(query: str, by: Iterable[str]) -> str | None:
    """Given a counter or a query with `WINDOW`, return its events a second by labels, or None."""
    asked = without_comments(query)
    if WINDOW in asked:
        return f"sum{grouped(by)} ({asked})"
    if split(asked) is None:
        return None
    return f"sum{grouped(by)} (rate({asked}[{WINDOW}]))"


def _events(events: Events, by: tuple[str, ...]) -> Sli | None:
    total = counted(events.total, by)
    is_good = events.bad is None
    said = events.good if events.bad is None else events.bad
    if total is None or said is None:
        return None
    if isinstance(said, str):
        part = counted(said, by)
        if part is None:
            return None
        return _made(total, part, is_good=is_good, is_bounded=is_part(said, events.total))
    found = split(without_comments(events.total))
    if found is None:
        return None
    part = f"sum{grouped(by)} (rate({selected(*found, matched(said))}[{WINDOW}]))"
    return _made(total, part, is_good=is_good)


def _made(
    total: str, part: str, *, is_good: bool, is_sampled: bool = False, is_bounded: bool = True
) -> Sli:
    """Return how events are counted, given an expression of the good or of the bad ones."""
    return Sli(
        total=total,
        bad=None if is_good else part,
        good=part if is_good else None,
        is_sampled=is_sampled,
        is_bounded=is_bounded,
    )


def _latency(latency: Latency, by: tuple[str, ...]) -> Sli | None:
    found = split(without_comments(latency.of))
    if found is None:
        return None
    metric, matchers = found
    if latency.native:
        rates = f"sum{grouped(by)} (rate({selected(metric, matchers)}[{WINDOW}]))"
        count = f"histogram_count({rates})"
        share = f"histogram_fraction(0, {latency.under_seconds:g}, {rates})"
        # Without requests the share is no number, which the comparison leaves out.
        return Sli(total=count, good=f"({share} >= 0) * {count}")
    bucket = selected(f"{metric}_bucket", matchers, _boundary(latency.under_seconds))
    return Sli(
        total=f"sum{grouped(by)} (rate({selected(f'{metric}_count', matchers)}[{WINDOW}]))",
        good=f"sum{grouped(by)} (rate({bucket}[{WINDOW}]))",
    )


def _boundary(seconds: float) -> str:
    """Return the matcher of a bucket, in each way in which clients write its boundary.

    Go writes 1, Python 1.0; Prometheus 3 makes 1.0 of both, and earlier ones take what comes.
    """
    written = {repr(float(seconds)), f"{seconds:g}" if float(f"{seconds:g}") == seconds else ""}
    if seconds == int(seconds):
        written.add(str(int(seconds)))
    written.discard("")
    if len(written) == 1:
        return f"le={quoted(written.pop())}"
    forms = "|".join(sorted(form.replace(".", r"\.").replace("+", r"\+") for form in written))
    return f"le=~{quoted(forms)}"


def _ratio(ratio: ErrorRatio, by: tuple[str, ...]) -> Sli:
    query = without_comments(str(ratio.good if ratio.bad is None else ratio.bad))
    # The comparison leaves out what is no number: a share of nothing. What is far from a share,
    # such as something divided by nothing, is counted wrongly, but not beyond all bounds: the
    # guard tells of it, and sums of windows stay numbers.
    part = f"(clamp(avg{grouped(by)} ({query}), {LEAST_SHARE}, {MOST_SHARE}) >= {LEAST_SHARE})"
    made = _made(
        f"{part} * 0 + 1",
        part,
        is_good=ratio.bad is None,
        is_sampled=WINDOW not in query,
        is_bounded=is_share(query),
    )
    return replace(made, presence=query)


def _boolean(boolean: Boolean, by: tuple[str, ...]) -> Sli:
    query = without_comments(boolean.of)
    if split(query) is None:
        return Sli(
            total=f"count{grouped(by)} (({query}) >= 0)",
            good=f"sum{grouped(by)} (({query}) >= 0)",
            is_sampled=True,
            is_bounded=is_truth(query),
        )
    # A series with what is no number in the window is left out: it would be in all sums of that.
    true = f"sum_over_time({query}[{WINDOW}]) > -Inf < Inf"
    return Sli(
        total=f"sum{grouped(by)} (count_over_time({query}[{WINDOW}]) and {true})",
        good=f"sum{grouped(by)} ({true})",
        is_rate=False,
        is_bounded=False,
    )


def _job(service: str, job: str, by: tuple[str, ...]) -> Sli:
    """Runs as opsrun counts them: one that was missed is bad, one that was skipped is none."""
    owner, _slash, name = job.rpartition("/")
    labels = f"service={quoted(owner or service)}, job_name={quoted(name)}"
    ended = selected("opsrun_job_runs_total", labels, 'outcome!="skipped"')
    missed = selected("opsrun_job_missed_total", labels)
    good = selected("opsrun_job_runs_total", labels, 'outcome="ok"')
    every = f"rate({ended}[{WINDOW}]) or rate({missed}[{WINDOW}])"
    return Sli(
        total=f"sum{grouped(by)} ({every})",
        good=f"sum{grouped(by)} (rate({good}[{WINDOW}]))",
    )


def _composite(composite: Composite, parts: Mapping[str, str], by: tuple[str, ...]) -> Sli | None:
    """Return the worst, or the weighted average, of the parts that have events at the moment."""
    weights = composite.weighted or dict.fromkeys(composite.worst_of or (), 1)
    if not weights or not parts.keys() >= weights.keys():
        return None
    if composite.worst_of is not None:
        worst = f"max{grouped(by)} ({' or '.join(parts[name] for name in weights)})"
        return Sli(total=f"{worst} * 0 + 1", bad=worst, is_sampled=True)
    bad = " or ".join(f"{parts[name]} * {weight}" for name, weight in weights.items())
    total = " or ".join(f"{parts[name]} * 0 + {weight}" for name, weight in weights.items())
    return Sli(
        total=f"sum{grouped(by)} ({total})", bad=f"sum{grouped(by)} ({bad})", is_sampled=True
    )
