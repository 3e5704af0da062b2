"""The labels that tell the objects of a query apart: two series that share them are about one.

A query that aggregates says them. One that does not keeps whatever its series have; then they are
gathered from all that the specs say of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compiler.promql.labels import Known, labels_of
from compiler.promql.parse import parse
from compiler.promql.tree import Query, selectors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.model.routing import Routing
    from compiler.model.site import Site

_SET_BY_RULES: Final = frozenset(("__name__", "alertname", "severity", "signal"))
"""Labels that a rule sets or drops, so that they tell no objects apart."""

_SUFFIXES: Final = ("_bucket", "_count", "_sum")
"""What Prometheus appends to the names of histograms and summaries."""


def object_labels(site: Site, routing: Routing, query: str) -> frozenset[str]:
    """Given a query, return the labels by which its objects are told apart.

    They are exactly those that survive it where that is known; else those that may survive of what
    `routing.inhibit.equal`, the query, the metrics and the scrape jobs name.
    """
    read = parse(query)
    if not isinstance(read, Query):
        return frozenset(routing.inhibit.equal)
    left = labels_of(read.tree)
    if isinstance(left, Known):
        return left.labels - _SET_BY_RULES
    named = {"instance", "job", *routing.inhibit.equal, *_named(site, read)}
    return frozenset(label for label in named if left.has(label)) - _SET_BY_RULES


def _named(site: Site, query: Query) -> Iterator[str]:
    """Yield labels that a series of the query can have, as far as anything names them."""
    metrics = {
        name: entry for member in site.members for name, entry in member.spec.metrics.items()
    }
    for selector in selectors(query.tree):
        yield from (matcher.name for matcher in selector.matchers.matchers)
        name = selector.name or ""
        stem = next((name.removesuffix(end) for end in _SUFFIXES if name.endswith(end)), name)
        for metric in (metrics.get(name), metrics.get(stem)):
            if metric is not None:
                yield from metric.labels
    for member in site.members:
        for job in member.spec.scrape.values():
            yield from job.labels
            for step in (*job.relabel, *job.metric_relabel):
                if step.target_label is not None:
                    yield step.target_label
