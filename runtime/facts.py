"""What steps found, as samples of metrics: facts enter, names, labels and values leave; pure.

Each number among the facts of a kind is a gauge ``opsrun_<kind>_<fact>``, the fact's name ending in
its base unit: `reclaimed_bytes` of `postgres.vacuum` is ``opsrun_postgres_vacuum_reclaimed_bytes``.
Facts named ``by_<label>`` hold more of them by what they are about,
``{"by_table": {"public.orders": {"reclaimed_bytes": 8192}}}``: each of those is a sample of
``opsrun_postgres_vacuum_table_reclaimed_bytes`` with the label ``table``. A kind
that may find any number of them tells of the largest; here more than `MOST` are cut off by name.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runtime.contract.plan import Plan

MOST: Final = 100
"""Most samples of one metric that one step has."""

OWN: Final = ("health.check",)
"""Kinds whose facts have metrics of their own form."""

_NAME: Final = re.compile(r"[a-z][a-z0-9_]*\Z")
_BY: Final = "by_"


@frozen
class Sample(Frozen):
    """One number that a step found; `about` is the kind and the fact, for people."""

    metric: str
    about: str
    labels: Mapping[str, str]
    value: float


def samples(plan: Plan, found: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> Iterator[Sample]:
    """Given a plan and the last facts by job and step, yield those of steps that it has."""
    for key, job in sorted(plan.jobs.items()):
        for name, facts in found.get(key, {}).items():
            step = job.steps.get(name)
            if step is None or step.kind in OWN:
                continue
            labels = {"service": job.service, "job_name": job.name, "step": name}
            yield from _numbers(step.kind, (), facts, labels)
            for fact, group in facts.items():
                label = fact.removeprefix(_BY)
                if label != fact and _is_name(label) and isinstance(group, Mapping):
                    for about, numbers in islice(group.items(), MOST):
                        said = {**labels, label: about}
                        yield from _numbers(step.kind, (label,), numbers, said)


def _numbers(
    kind: str, below: tuple[str, ...], facts: Any, labels: Mapping[str, str]
) -> Iterator[Sample]:
    """Yield the numbers among some facts."""
    if not isinstance(facts, Mapping):
        return
    for fact, value in facts.items():
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if is_number and math.isfinite(value) and _is_name(fact):
            yield Sample(
                metric="_".join(("opsrun", *kind.split("."), *below, fact)),
                about=" ".join((f"{kind}:", *below, fact)),
                labels=labels,
                value=float(value),
            )


def _is_name(text: str) -> bool:
    return _NAME.match(text) is not None
